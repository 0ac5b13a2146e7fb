"""The roadmap: initiatives and their activities in time, checked, and dated by a solver that keeps every rule."""
