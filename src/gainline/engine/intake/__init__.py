"""Intake: strangers' files to canonical records and issues, every row accounted for; and who each row speaks of."""

from gainline.engine.intake.account import Account, Linkage
from gainline.engine.intake.link import Identity
from gainline.engine.intake.profile import Profile, load_profiles, parse_profile
from gainline.engine.intake.reading import Batch, Reading
from gainline.engine.intake.sources import Source, discover
from gainline.engine.intake.standards import read

__all__ = [
    "Account",
    "Batch",
    "Identity",
    "Linkage",
    "Profile",
    "Reading",
    "Source",
    "discover",
    "load_profiles",
    "parse_profile",
    "read",
]
