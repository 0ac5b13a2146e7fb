"""Voice faults: what the codes say that answers, observations and service records bring."""

from __future__ import annotations

from gainline.engine.core.issues import Level

_NOTE, _WARN, _ERROR = Level.NOTE, Level.WARNING, Level.ERROR

VOICE_FAULTS: dict[str, tuple[Level, str, str]] = {
    "IN380": (
        _WARN,
        "a student's answer names somebody whom the roster does not know; it was loaded and counts for no student",
        "correct the identifier, or leave it out where the survey is meant to be anonymous",
    ),
    "IN381": (
        _ERROR,
        "an answer or a level lies outside its declared choices",
        "correct it, or the lowest and highest choice",
    ),
    "IN382": (_ERROR, "the highest choice is not above the lowest", "exchange or correct the two"),
    "IN383": (_NOTE, "nobody is named; the row stands for a person of its own", "nothing to do"),
    "IN384": (_NOTE, "a question was left unanswered, an element unrated", "nothing to do: it stays open"),
}
"""Level, sentence and remedy of the codes of people's own words and eyes, and of service."""
