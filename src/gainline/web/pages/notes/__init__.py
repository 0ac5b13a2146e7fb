"""Notes: a narrative pinned beside a day or a figure, from any page."""
