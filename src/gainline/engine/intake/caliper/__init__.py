"""Caliper 1.1 and 1.2: envelopes of events and described entities to canonical events and minutes."""
