"""Monitoring: looking at running numbers as often as one likes without being fooled by it."""

from gainline.engine.monitoring.confidence_sequence import (
    Sequence,
    confidence_sequence,
    difference_scores,
    radius,
)

__all__ = ["Sequence", "confidence_sequence", "difference_scores", "radius"]
