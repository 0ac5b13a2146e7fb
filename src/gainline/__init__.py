"""Gainline: data-informed improvement cycles for a district's educational technology."""

__version__ = "0.1.0"
