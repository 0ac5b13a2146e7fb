"""Config: the environment read once, Django's settings, the addresses and the door for the server."""
