"""Leaving: what goes out at the terminal asks for an agreement first, and is entered with whom it is about.

Rows that stay with the district's own staff need no agreement (34 CFR 99.31(a)(1)), but an office that answers for
them. Counts that passed the exit for staff or the public are no records of a student.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from gainline.engine.core.errors import Refused, UserFixable
from gainline.engine.ledger import Ledger
from gainline.engine.privacy.agreements import unneeded
from gainline.engine.privacy.catalog import catalogue
from gainline.engine.privacy.purposes import Purpose
from gainline.road.agreeing import agreement_named
from gainline.road.consented import token
from gainline.road.destroying import JOURNAL
from gainline.road.disclosing import people_digest
from gainline.road.workspace import Workspace

DISCLOSED = "disclosed"
THE_ROSTER, THE_ROWS, SMALL_COUNTS = "roster", "rows of the main figure", "counts of small groups of "
"""What went out, in the words of its entry; behind the last one stands the cycle's key."""


@dataclass(frozen=True, slots=True)
class Leave:
    """By which right something goes out.

    Parameters
    ----------
    under, purpose
        Name of the agreement, as its file in ``agreements/`` has it, and what for.
    within
        The office of the district that keeps and answers for it, where it does not leave the district.
    """

    under: str = ""
    purpose: Purpose = Purpose.EVALUATION
    within: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """What goes out: what it is, the elements of the schedule of data that it holds, and whom it is about."""

    what: str
    elements: tuple[str, ...]
    people: frozenset[int] = frozenset()


def ask(workspace: Workspace, leave: Leave, elements: Collection[str], *, on: date) -> str:
    """Let something leave: who gets it, the holder of the agreement or the district's own office.

    Raises
    ------
    UserFixable
        PR094 when neither an agreement nor an office is named, or both are.
    Missing, DataIssues
        As `agreement_named`.
    Refused
        PR080 when the agreement does not run on that day; PR081 when it is not for this purpose; PR093 when it does not
        cover an element, or the purpose does not need one.
    """
    if bool(leave.under) == bool(leave.within.strip()):
        raise UserFixable(
            "PR094 nobody is named who gets this, so it does not go out",
            "name the agreement with --under NAME, or your own office with --within OFFICE where it stays in the house",
        )
    if leave.within:
        return leave.within.strip()
    agreement = agreement_named(workspace, leave.under)
    if not agreement.is_active(on):
        raise Refused("PR080 the agreement does not run today, so nothing may leave under it", "renew it first")
    if leave.purpose not in agreement.purposes:
        raise Refused("PR081 the agreement is not for this purpose", "choose one of its purposes: --purpose KEY")
    spare = {*unneeded(elements, [leave.purpose], catalogue()), *(set(elements) - set(agreement.elements))}
    if spare:
        names = ", ".join(one.name for key, one in catalogue().elements.items() if key in spare)
        raise Refused(
            f"PR093 the agreement, or its purpose, does not cover: {names}", "amend it, or leave these elements out"
        )
    return agreement.holder


def enter(workspace: Workspace, leave: Leave, to: str, gone: Gone, *, on: date) -> None:
    """Enter that something leaves the district, before it is put where anybody finds it; what stays is not entered.

    Each student stands in it as a keyed hash, so that a family can be told and nobody else reads it.

    Source: 34 CFR 99.32(a); (d)(2) for what stays with the district's own staff.
    """
    if not leave.under:
        return
    said: dict[str, Any] = {
        "agreement": leave.under, "recipient": to, "purpose": str(leave.purpose), "what": gone.what,
        "elements": sorted(gone.elements), "students": len(gone.people),
        "people_sha256": people_digest(gone.people),
        "people": sorted(token(workspace.salt, key) for key in gone.people),
    }  # fmt: skip
    Ledger(workspace.root / JOURNAL).append(DISCLOSED, said, on=on)


def disclosures_of(workspace: Workspace, keys: Iterable[int]) -> list[dict[str, Any]]:
    """What left at the terminal about a student, the oldest first: who got it, what for, and when."""
    if not (workspace.root / JOURNAL).is_file():
        return []
    wanted = {token(workspace.salt, key) for key in keys}
    told = ("agreement", "recipient", "purpose", "what", "elements")
    return [
        {"on": one.on.isoformat(), **{name: one.payload[name] for name in told}}
        for one in Ledger(workspace.root / JOURNAL).entries()
        if one.kind == DISCLOSED and not wanted.isdisjoint(one.payload["people"])
    ]
