"""Estimators: one module per design or kind of outcome, from arrays to a `Finding`; no plan, no frame."""
