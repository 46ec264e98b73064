"""What a racing process does."""
