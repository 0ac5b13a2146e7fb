"""xAPI statements, 1.0.3 and 2.0: exact rules, voiding, duplicates, and the events and minutes they tell of."""
