"""Cycles: one question from its asking to what was learned, on pages that grow."""
