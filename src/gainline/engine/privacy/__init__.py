"""The one exit for numbers about people: who may see what, and the proof that nothing more can be worked out."""

from gainline.engine.privacy.policy import Audience, Policy
from gainline.engine.privacy.release import Count, Released, release
from gainline.engine.privacy.tables import Cell, ReleaseTable, Sum, join, nested, one_way, two_way

__all__ = [
    "Audience",
    "Cell",
    "Count",
    "Policy",
    "ReleaseTable",
    "Released",
    "Sum",
    "join",
    "nested",
    "one_way",
    "release",
    "two_way",
]
