"""The API: programs read and write by the same services as the pages, behind tokens that open one grant."""
