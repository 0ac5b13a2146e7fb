"""Worlds: synthetic districts whose true effects are known."""
