"""Declaring: what a source says about what it counts, kept beside the rows that it brought."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from gainline.engine.intake import Profile
from gainline.engine.records import arrow_schema

TABLE = "declarations"
Counted = tuple[str, str, str | None]


def counted(table: str, rows: pa.Table) -> set[Counted]:
    """What the rows of `usage` or `events` count: the table, the tool, and the amount; nothing of other tables."""
    if table == "usage":
        pairs = rows.group_by(["tool", "metric"]).aggregate([])
        return {(table, one["tool"], one["metric"]) for one in pairs.to_pylist()}
    if table == "events":
        return {(table, tool, None) for tool in rows["tool"].unique().to_pylist()}
    return set()


def declarations(source: str, profile: Profile | None, found: set[Counted], import_id: str) -> pa.Table:
    """Rows of `declarations`: the profile's word for each amount that the file held; without a profile, unknown."""
    rows: list[dict[str, Any]] = [
        {
            "source": source,
            "tool": tool,
            "facts": facts,
            "metric": metric,
            "absent_row": profile.absent_row if profile else "unknown",
            "minute": profile.minute if profile and (metric or "").startswith("minutes") else None,
            "import_id": import_id,
            "source_line": None,
        }
        for facts, tool, metric in sorted(found, key=str)
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema(TABLE))
