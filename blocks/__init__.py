"""The looks: a case goes in, Block Kit comes out."""
