"""Privacy: the one exit for numbers about people."""
