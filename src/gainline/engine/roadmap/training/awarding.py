"""Who may be given a credential: checks passed, lessons on record, somebody else's review; hours count nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.training.sheet import Credential


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observed lesson on record: its id, day, and percent of the rubric as the lake gives it."""

    observation: str
    on: date
    fidelity: float


@dataclass(frozen=True, slots=True)
class Award:
    """What somebody asks for: the credential, whose checks were passed, who reviewed it, and on which day.

    Parameters
    ----------
    recipient, reviewer
        Mail addresses; they must differ. Neither is written to any log.
    """

    credential: Credential
    recipient: str
    reviewer: str
    passed: tuple[str, ...]
    on: date


@dataclass(frozen=True, slots=True)
class Granted:
    """An award that rests on evidence."""

    award: Award
    evidence: tuple[Evidence, ...]


def grant(award: Award, observed: Sequence[Evidence]) -> Granted | Refusal:
    """The award with the lessons that carry it.

    Parameters
    ----------
    observed
        The lessons that the award names, as far as they are on record.

    Refuses
    -------
    TR020 a module's check was not passed; TR021 too few lessons on record at the level that the credential asks for;
    TR022 nobody reviewed it, or the one who receives it did.
    """
    asks = award.credential
    if missing := sorted(set(asks.modules) - set(award.passed)):
        return Refusal("TR020", f"the check of {missing[0]} was not passed", "hours attended do not stand in for it")
    good = tuple(one for one in observed if one.fidelity >= asks.at_least and one.on <= award.on)
    if len(good) < asks.observations:
        because = f"{len(good)} lessons on record reach {asks.at_least:g}, and {asks.key} asks for {asks.observations}"
        return Refusal("TR021", because, "observe more lessons; hours attended do not stand in for them")
    if "@" not in award.reviewer or award.reviewer.casefold() == award.recipient.casefold():
        return Refusal("TR022", "nobody but the one who receives it has reviewed the evidence", "name a reviewer")
    return Granted(award, good)
