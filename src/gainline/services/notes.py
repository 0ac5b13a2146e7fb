"""Notes: a narrative pinned to a day or a figure, which travels with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from gainline.engine.reports.pinned import Pinned
from gainline.services import desk
from gainline.services.permissions import standing_of
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle
from gainline.store.models.notes import Note
from gainline.store.models.tools import Tool


@desk.verb("note.write", words=("cycle", "tool", "on", "figure"))
def pin(
    *,
    by: Account,
    says: str,
    cycle: Cycle | None = None,
    tool: Tool | None = None,
    on: date | None = None,
    figure: str = "",
) -> Note:
    """Pin a note to a day or a figure, of a cycle, a tool or the whole district.

    Raises
    ------
    Conflict
        SV038 when it says nothing or hangs on neither.
    """
    if not says.strip() or (on is None and not figure):
        raise desk.refuse("SV038", "a note says something and hangs on a day or a figure", "write it, and pin it")
    return Note.objects.create(says=says, cycle=cycle, tool=tool, on=on, figure=figure, written_by=by)


@desk.verb("note.write", on="note")
def unpin(*, by: Account, note: Note) -> None:
    """Take a note down: its writer may, and an EdTech lead.

    Raises
    ------
    Conflict
        SV039 when it is somebody else's.
    """
    if note.written_by_id != by.pk and not standing_of(by).may("aim.write"):
        raise desk.refuse("SV039", "this note is somebody else's", "ask its writer")
    note.delete()


@desk.reading("district.read")
def notes(*, by: Account, cycle: Cycle | None = None, tool: Tool | None = None) -> list[Note]:
    """Notes of a cycle and its tool, of a tool, or all of them, by day."""
    chosen = Note.objects.select_related("written_by", "cycle", "tool")
    if cycle is not None:
        chosen = chosen.filter(Q(cycle=cycle) | Q(tool=cycle.tool_id))
    elif tool is not None:
        chosen = chosen.filter(Q(tool=tool) | Q(cycle__tool=tool))
    return list(chosen)


@desk.reading("district.read")
def note(*, by: Account, public_id: str) -> Note:
    """One note."""
    found: Note = desk.find(Note, public_id, "written_by")
    return found


def travelling(chosen: Iterable[Note]) -> tuple[Pinned, ...]:
    """Notes as a brief, a letter or a chart takes them along."""
    return tuple(Pinned(one.says, one.on.isoformat() if one.on else "", one.figure) for one in chosen)
