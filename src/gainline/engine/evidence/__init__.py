"""Evidence: from a frame of students to estimates, a rating and a verdict."""

from gainline.engine.evidence.document import (
    Deviation,
    Estimate,
    Evidence,
    Funnel,
    Linkage,
    Provenance,
    Rating,
    Verdict,
)
from gainline.engine.evidence.evaluate import evaluate
from gainline.engine.evidence.frame import Frame

__all__ = [
    "Deviation",
    "Estimate",
    "Evidence",
    "Frame",
    "Funnel",
    "Linkage",
    "Provenance",
    "Rating",
    "Verdict",
    "evaluate",
]
