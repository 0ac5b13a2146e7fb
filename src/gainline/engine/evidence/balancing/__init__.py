"""Balancing: who is compared with whom when chance did not decide; scores, matches and weights."""
