"""What the lake holds of the roster when the next one is read: without it no load can say who has left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa

from gainline.engine.core.errors import Refused
from gainline.engine.records import empty_table

ROSTER_TABLES = (
    "people",
    "identifiers",
    "students",
    "roles",
    "enrollments",
    "schools",
    "terms",
    "sections",
    "courses",
    "resources",
    "assessments",
    "results",
)
"""The canonical tables that a roster is held against."""

MOST_ENDED = 0.10
"""Share of the people or of the enrollments that a load may end without confirmation."""

_REMEDY = (
    "ask for the whole roster once more: a file may have been cut short; "
    "if they really left, import again with: gainline import --confirm-removals"
)
_IDS = {
    "orgs": ("schools", "school_id"),
    "academicSessions": ("terms", "term_id"),
    "classes": ("sections", "section_id"),
    "courses": ("courses", "course_id"),
    "resources": ("resources", "resource_id"),
    "lineItems": ("assessments", "assessment"),
}


@dataclass(frozen=True)
class RosterBefore:
    """The current rows of the roster's tables, and what the one who imports has confirmed.

    Parameters
    ----------
    tables
        Canonical table by name, each with its latest row per key; absent ones are empty.
    removals_confirmed
        True when a load may end more than a tenth of the people or enrollments.
    """

    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    removals_confirmed: bool = False

    def table(self, name: str) -> pa.Table:
        """The current rows of one table."""
        return self.tables[name] if name in self.tables else empty_table(name)

    @cached_property
    def keys(self) -> dict[str, int]:
        """Person key by the sourcedId of every user that a roster ever named."""
        rows = self.table("identifiers").select(["source", "kind", "value", "person_key"]).to_pylist()
        return {
            row["value"]: row["person_key"]
            for row in rows
            if row["source"] == "oneroster" and row["kind"] == "OneRosterSourcedId"
        }

    def ids(self, name: str) -> set[str]:
        """The sourcedIds of a file's things that came with earlier loads."""
        if name == "users":
            return set(self.keys)
        table, column = _IDS.get(name, ("", ""))
        return set(self.table(table)[column].to_pylist()) if table else set()


def check_removals(before: RosterBefore, what: str, *, ends: int, held: int) -> None:
    """Stop a load that would end an unusual share of what stands open.

    Raises
    ------
    Refused
        When more than a tenth would end and nobody confirmed it (IN190).
    """
    if held and ends / held > MOST_ENDED and not before.removals_confirmed:
        says = f"IN190: this roster would end {ends:,} of {held:,} {what} ({ends / held:.0%}); nothing of it was kept"
        raise Refused(says, _REMEDY)
