"""The training: the district's rules about records in plain words, and a few questions."""
