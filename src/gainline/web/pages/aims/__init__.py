"""Aims: what should get better for students, by when, and what is thought to drive it."""
