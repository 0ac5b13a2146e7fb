"""The lake: facts at rest in Delta tables, read through Ibis."""
