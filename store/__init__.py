"""The memory: tables, queries, money and terms. It has never heard of the network."""
