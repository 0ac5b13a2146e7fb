"""Consent: what rests on a family's word, what they said of it, and what follows when they take it back."""

from gainline.engine.privacy.consent.effects import Effects, Stage, effects_of
from gainline.engine.privacy.consent.entries import Act, Entry, Relation
from gainline.engine.privacy.consent.grounds import Ground
from gainline.engine.privacy.consent.notices import Notice
from gainline.engine.privacy.consent.register import Register
from gainline.engine.privacy.consent.standing import Standing, Word, standing

__all__ = [
    "Act",
    "Effects",
    "Entry",
    "Ground",
    "Notice",
    "Register",
    "Relation",
    "Stage",
    "Standing",
    "Word",
    "effects_of",
    "standing",
]
