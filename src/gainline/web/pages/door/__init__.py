"""The door of the demo: sign in as one of its cast."""
