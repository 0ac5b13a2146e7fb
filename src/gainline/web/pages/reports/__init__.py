"""Reports: briefs in four voices, what was sent to whom, and what came back."""
