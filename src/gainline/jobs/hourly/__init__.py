"""What runs once an hour."""
