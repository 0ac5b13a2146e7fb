"""Monitoring: running numbers that may be looked at often, and how far those who make the numbers agree."""

from gainline.engine.monitoring.confidence_sequence import (
    Sequence,
    confidence_sequence,
    difference_scores,
    radius,
)
from gainline.engine.monitoring.raters import InterRater, Scale, krippendorff_alpha

__all__ = [
    "InterRater",
    "Scale",
    "Sequence",
    "confidence_sequence",
    "difference_scores",
    "krippendorff_alpha",
    "radius",
]
