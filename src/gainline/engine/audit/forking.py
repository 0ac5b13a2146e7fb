"""Forking paths: every look at the records between the lock and the decision, held against what was registered.

Source: Gelman and Loken (2013), The garden of forking paths. Looks are counted whether or not anything came of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gainline.engine.audit.check import AuditCheck, Word
from gainline.engine.pilots.plan import Plan

ALPHA = 0.05


class LookKind(StrEnum):
    """How somebody looked."""

    EVALUATED = "evaluated"  # the plan was evaluated: its registered outcomes and splits
    MEASURED = "measured"  # an indicator was measured for groups, over days, on some rows


@dataclass(frozen=True, slots=True)
class Look:
    """One look. ``number`` is its place in the journal of looks, so that nobody can take one out unseen.

    ``at`` is an indicator or an outcome, ``groups`` what it was grouped by and ``where`` the rows it was narrowed to.
    """

    number: int
    on: str
    kind: LookKind
    at: str
    groups: tuple[str, ...] = ()
    where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paths:
    """Looks against what was registered.

    Parameters
    ----------
    registered
        How many outcomes there are by splits, each outcome as a whole included.
    unregistered
        Every look that no registration asked for, in the journal's order.
    looks
        How many looks there were in all, the registered evaluation counted as one for each of its figures.
    """

    registered: int
    unregistered: tuple[Look, ...]
    looks: int

    @property
    def by_chance(self) -> float:
        """At most this is the chance that one of the looks passes p < .05 with nothing there, were they independent."""
        return 1.0 - float((1.0 - ALPHA) ** self.looks)


def paths(plan: Plan, looks: Sequence[Look]) -> Paths:
    """Tell the registered looks from all others.

    The first evaluation after the days of use is the registered one. An evaluation during those days, or another one
    afterwards on other records, is a further look. A measurement is registered where it takes a registered outcome's
    own indicator, over everybody or by a registered split's field, and narrows nothing. What an evaluation itself shows
    beside the registered outcomes is a fixed set that nobody chose, is labeled exploratory, and is not counted here.
    """
    asked = {_measured(plan, key): key for key in (outcome.key for outcome in plan.outcomes)}
    splits = {name for split in plan.subgroups for name in (split.source.field, split.source.attribute, split.key)}
    registered = len(plan.outcomes) * (1 + len(plan.subgroups))
    found, evaluated = [], False
    for look in looks:
        if look.kind is LookKind.EVALUATED:
            late = look.on > plan.window.end.isoformat()
            if evaluated or not late:
                found.append(look)
            evaluated = evaluated or late
        elif look.where or look.at not in asked or set(look.groups) - splits:
            found.append(look)
    return Paths(registered, tuple(found), registered + len(found))


def _measured(plan: Plan, key: str) -> str:
    source = next(outcome.source for outcome in plan.outcomes if outcome.key == key)
    return source.indicator or source.result or source.attribute or source.field or key


def forking_checks(plan: Plan, found: Paths) -> Iterator[AuditCheck]:
    """Flag more unregistered looks than registered ones."""
    many = len(found.unregistered)
    word = Word.FLAG if many > found.registered else Word.CLEAR
    yield AuditCheck("forking", plan.title, word, float(many), unit="count", n=found.looks, null=0.0,
                     limit=float(found.registered))  # fmt: skip
