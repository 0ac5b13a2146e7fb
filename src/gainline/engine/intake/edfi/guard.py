"""Guard: an interchange that ends an unusual share of what stands open is looked at by a person first.

What an Ed-Fi file does not name stays as it is; only days of leaving that it gives end anything. So a file that is cut
short ends nobody, but one that closes a school by mistake would.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from gainline.engine.intake.edfi.desk import SYSTEM, Desk
from gainline.engine.intake.roster_before import RosterBefore, check_removals

_STAYS = {
    "enrollments": ("enrollments", ("person_key", "section_id", "begin_date")),
    "roles": ("stays in schools", ("person_key", "school_id", "begin_date")),
}
Row = dict[str, Any]


def check_endings(desk: Desk) -> None:
    """Compare the students' stays that the file ends with those that stand open.

    Raises
    ------
    Refused
        When more than a tenth would end and nobody confirmed it (IN190).
    """
    before, today = desk.task.identity.roster, desk.task.as_of
    mine = _rostered(before)
    for table, (what, key) in _STAYS.items():
        held = {
            tuple(row[name] for name in key)
            for row in before.table(table).to_pylist()
            if row["role"] == "student" and row["person_key"] in mine and _is_open(row, today)
        }
        ended = {tuple(row.get(name) for name in key) for row in desk.rows[table].values() if not _is_open(row, today)}
        check_removals(before, what, ends=len(ended & held), held=len(held))


def _rostered(before: RosterBefore) -> set[int]:
    """Keys of the people whom Ed-Fi files have named."""
    rows = before.table("identifiers").select(["source", "person_key"]).to_pylist()
    return {row["person_key"] for row in rows if row["source"] == SYSTEM}


def _is_open(row: Row, today: date) -> bool:
    end = row.get("end_date")
    return end is None or bool(end > today)
