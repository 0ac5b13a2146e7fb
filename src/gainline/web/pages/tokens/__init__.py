"""Tokens: what programs show to act through one of one's grants."""
