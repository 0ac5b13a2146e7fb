"""Governance: agreements about data, purposes, what families may see, what left the house, and the trail."""
