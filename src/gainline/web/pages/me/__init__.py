"""One's own account: how it is held safe, and where it is signed in."""
