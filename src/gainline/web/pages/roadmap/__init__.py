"""Roadmap: initiatives in time, who carries them and what they cost, what may go wrong, and making the plan anew."""
