"""The page for families: what is kept about students and who gets it, readable by everybody."""
