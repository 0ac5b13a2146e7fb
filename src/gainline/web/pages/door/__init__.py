"""The doors: identity providers, and in the demo the list of its cast."""
