"""Reports: briefs, charts and wording."""
