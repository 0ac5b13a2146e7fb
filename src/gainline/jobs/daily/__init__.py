"""What runs once a day."""
