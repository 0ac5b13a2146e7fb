"""Unlinking: taking back what a rule linked on import. The rows wait again, and no rule links them a second time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from gainline.engine.core.errors import Conflict
from gainline.engine.core.ids import person_key
from gainline.engine.intake.link import BY_RULE
from gainline.engine.records import TABLES, empty_table
from gainline.lake import Writer

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RuleLinks:
    """What rules linked, and where the rows of it lie.

    Parameters
    ----------
    identifiers
        Current rows of `identifiers`.
    imports
        Import id -> the source system whose file it was.
    salt
        The workspace's secret.
    """

    identifiers: tuple[Row, ...]
    imports: Mapping[str, str]
    salt: bytes

    def standing(self) -> list[Row]:
        """Links that a rule made and nobody took back."""
        return [row for row in self.identifiers if row["how"] in BY_RULE and row["valid_to"] is None]

    def refuse_shared(self, chosen: Collection[Row]) -> None:
        """Refuse where a student has two such links in one source: their rows lie together and cannot be told apart.

        Raises
        ------
        Conflict
            IN422.
        """
        held = Counter((row["source"], row["person_key"]) for row in self.standing())
        if any(held[row["source"], row["person_key"]] > 1 for row in chosen):
            raise Conflict(
                "IN422: the source knows this student by two identifiers, and their rows cannot be told apart",
                "correct the identifier at its source, and import its files into a fresh workspace",
            )

    def take_back(self, writer: Writer, chosen: Collection[Row], *, by: str, as_of: date) -> None:
        """Move the rows to pseudonyms of their own, end the links, and put the identities on the work list."""
        for row in chosen:
            alias = person_key(self.salt, row["source"], row["value"])
            imports = {key for key, system in self.imports.items() if system == row["source"]}
            moved = sum(writer.move(name, row["person_key"], imports, to=alias) for name in _tables())
            shared = {name: row[name] for name in ("person_key", "source", "kind", "value")}
            shared["import_id"] = f"link-{as_of.isoformat()}"
            link = {"alias_key": alias, "decision": "undone", "how": row["how"], "decided_by": by, "decided_on": as_of}
            writer.append("links", _one("links", shared | link))
            ended = {"how": row["how"], "valid_from": row["valid_from"], "valid_to": as_of, "confirmed_by": by}
            writer.append("identifiers", _one("identifiers", shared | ended))
            writer.append("unmatched", _one("unmatched", shared | {"system": row["source"], "rows": moved, **_WHY}))


_WHY = {
    "because": "somebody took back what a rule had linked",
    "suggestion": "say whose it is: gainline link confirm ID --student NUMBER",
}


def _tables() -> list[str]:
    """Tables that may hold rows of people whom a rule found."""
    return [name for name, table in TABLES.items() if table.has("matched")]


def _one(name: str, row: Row) -> pa.Table:
    schema = empty_table(name).schema
    return pa.table({field.name: pa.array([row.get(field.name)], field.type) for field in schema}, schema=schema)
