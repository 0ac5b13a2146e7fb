"""Assigning: chance decides, in the way that was said before, and leaves a record from which it can be drawn again."""
