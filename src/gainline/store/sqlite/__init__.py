"""The embedded database, with turns for its writers; Django finds it by this package's name."""
