"""Pulling: rosters that a server gives over HTTP, fetched as a package and read by the one reader."""
