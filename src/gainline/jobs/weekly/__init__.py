"""What is done once a week."""
