"""The page of a family: what the school asks, and one button for yes and one for no; no account is needed."""
