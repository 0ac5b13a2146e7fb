"""Consenting: what families say is written down at once, and whoever reads is held to it."""

from gainline.road.consenting.restoring import mark_restored, reapply
from gainline.road.consenting.saying import Said, counted, declare, journal_of, one_key, person_of, say, tell
from gainline.road.consenting.watching import Watch, Withdrawn

__all__ = [
    "Said",
    "Watch",
    "Withdrawn",
    "counted",
    "declare",
    "journal_of",
    "mark_restored",
    "one_key",
    "person_of",
    "reapply",
    "say",
    "tell",
]
