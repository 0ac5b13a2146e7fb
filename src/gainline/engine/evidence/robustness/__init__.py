"""Robustness: what could make an estimate wrong, and how far it would have to be off."""
