"""Data: what came in and what became of every row, who is who, what needs a person, indicators and profiles."""
