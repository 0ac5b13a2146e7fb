"""Piloting: what is settled on a workspace before a pilot starts: its size, its sample and its draw."""
