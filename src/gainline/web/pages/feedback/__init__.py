"""Feedback: where the link of a brief leads; no account is needed."""
