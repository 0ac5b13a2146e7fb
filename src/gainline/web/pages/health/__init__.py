"""Health: whether the database, the lake and the worker answer."""
