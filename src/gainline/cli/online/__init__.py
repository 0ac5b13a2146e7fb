"""Online commands: those that need the web application's database."""
