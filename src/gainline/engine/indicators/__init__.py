"""Indicators: definitions as data, compiled to Ibis, giving measurements."""
