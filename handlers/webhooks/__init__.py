"""News from outside. A delivery is a hint: what it is about is read again, never believed."""
