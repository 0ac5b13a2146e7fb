"""Measure: one indicator of the catalogue, over a window, for groups; small groups leave only as "too few to show"."""

from __future__ import annotations
