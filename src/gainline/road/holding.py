"""Holding: legal holds in a journal of the workspace, so that the terminal and the application obey the same ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from gainline.engine.core.errors import Missing
from gainline.engine.ledger import Ledger
from gainline.engine.privacy.retention import Hold
from gainline.road.consented import token
from gainline.road.workspace import Workspace

FOLDER, PATH = "retention", "retention/journal.jsonl"
SET, LIFTED = "hold_set", "hold_lifted"


def journal_of(workspace: Workspace) -> Ledger:
    """The append-only journal of holds and of what retention did; a student stands in it as a keyed hash."""
    workspace.folder(FOLDER)
    return Ledger(workspace.root / PATH)


def set_hold(workspace: Workspace, hold: Hold, *, on: date) -> Hold:
    """Keep what a hold is about from now on."""
    journal_of(workspace).append(SET, hold.to_json_value(), on=on)
    return hold


def lift_hold(workspace: Workspace, number: str, *, by: str, because: str, on: date) -> Hold:
    """Let go of what a hold kept.

    Raises
    ------
    Missing
        PR092 when no hold of this number stands.
    """
    found = next((one for one in holds(workspace, on) if one.number == number), None)
    if found is None:
        raise Missing("PR092 no legal hold of this number stands", "take the number from the list of holds")
    journal_of(workspace).append(LIFTED, {"number": number, "by": by, "because": because}, on=on)
    return found


def holds(workspace: Workspace, on: date) -> list[Hold]:
    """Every hold that stands on a day, in the order in which they were set."""
    if not (workspace.root / PATH).is_file():
        return []
    standing: dict[str, Hold] = {}
    for entry in journal_of(workspace).entries():
        if entry.kind == SET:
            hold = Hold.from_json_value(entry.payload)
            standing[hold.number] = hold
        elif entry.kind == LIFTED:
            standing.pop(str(entry.payload["number"]), None)
    return [one for one in standing.values() if one.stands(on)]


def named_in_holds(workspace: Workspace, keys: Iterable[int], on: date) -> frozenset[int]:
    """Which of these pseudonyms belong to students whom a hold names."""
    named = {one.person for one in holds(workspace, on) if one.person}
    return frozenset(key for key in keys if token(workspace.salt, key) in named) if named else frozenset()
