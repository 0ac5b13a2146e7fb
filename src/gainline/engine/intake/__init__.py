"""Intake: strangers' files into canonical records and issues."""
