"""Leaving: the one record of what left the district, from pages and from the terminal alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from gainline.road.left import Kind, left_at_terminal
from gainline.services import desk
from gainline.services.workspaces import folder_of, open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle
from gainline.store.models.disclosures import Handover
from gainline.store.models.notes import Release
from gainline.store.models.tools import Agreement


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that left the district.

    Parameters
    ----------
    on
        The day.
    what
        A brief or letter, a file of rows, or what went out at the terminal.
    at_terminal
        Whether it went out there; then nobody's account stands for it.
    cycle, agreement
        What it tells of, and what it left under, where the database knows them; else ``named``, as it was entered.
    recipient, purpose, audience
        Who got it, what for, and for whom its counts passed the exit.
    """

    on: date
    what: Release | Handover | Kind
    at_terminal: bool
    cycle: Cycle | None = None
    agreement: Agreement | None = None
    named: str = ""
    recipient: str = ""
    purpose: str = ""
    audience: str = ""


@desk.reading("district.read")
def record(*, by: Account) -> list[Line]:
    """Everything that left, the latest first: briefs and letters, files of rows, and what went out at the terminal.

    Raises
    ------
    Conflict
        When a journal of the workspace is not intact.
    """
    found = [*_released(), *_handed(), *_at_terminal(by)]
    return sorted(found, key=lambda one: one.on, reverse=True)


def _released() -> Iterator[Line]:
    for one in Release.objects.select_related("cycle", "released_by").prefetch_related("feedback"):
        yield Line(one.released_on, one, False, one.cycle, recipient=one.recipient, audience=one.audience)


def _handed() -> Iterator[Line]:
    for one in Handover.objects.select_related("agreement__tool", "handed_by"):
        agreement = one.agreement
        yield Line(one.handed_on, one, False, None, agreement, recipient=one.recipient, purpose=one.purpose)


def _at_terminal(by: Account) -> Iterator[Line]:
    if not folder_of(by.district).is_dir():
        return
    cycles = {one.key: one for one in Cycle.objects.all()}
    agreements = {one.public_id: one for one in Agreement.objects.select_related("tool")}
    for one in left_at_terminal(open_workspace(by.district)):
        cycle, agreement = cycles.get(one.cycle), agreements.get(one.under)
        named = "" if cycle or agreement else one.under or one.cycle
        yield Line(one.on, one.kind, True, cycle, agreement, named, one.recipient, one.purpose, str(one.audience or ""))
