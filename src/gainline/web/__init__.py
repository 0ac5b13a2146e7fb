"""Web: the pages and the API; nothing is decided and nothing is stored here."""
