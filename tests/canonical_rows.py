"""Canonical rows for tests: name the columns that matter, the rest is filled with something lawful."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from gainline.engine.records import arrow_schema

MONDAY = date(2025, 9, 1)
_PLAIN: dict[str, Any] = {
    "import_id": "import-1",
    "matched": True,
    "tool": "algebra",
    "metric": "minutes_active",
    "role": "student",
}
_BY_TYPE: dict[pa.DataType, Any] = {
    pa.string(): "x",
    pa.int64(): 0,
    pa.int32(): 0,
    pa.float64(): 0.0,
    pa.bool_(): True,
    pa.date32(): MONDAY,
}


def canonical(table: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of a canonical table; `week_start` follows the day, required columns that are not named get a filler."""
    schema = arrow_schema(table)
    return pa.Table.from_pylist([_complete(schema, row) for row in rows], schema=schema)


def _complete(schema: pa.Schema, row: Mapping[str, Any]) -> dict[str, Any]:
    unknown = row.keys() - set(schema.names)
    if unknown:
        raise KeyError(f"no such columns: {unknown}")
    whole = {f.name: None if f.nullable else _PLAIN.get(f.name, _BY_TYPE[f.type]) for f in schema} | dict(row)
    days = ("last_day", "local_date", "opened_on", "began_on", "happened_on")
    day = next((row[name] for name in days if row.get(name)), None)
    if "week_start" in whole and "week_start" not in row and day is not None:
        whole["week_start"] = day - timedelta(days=day.weekday())
    return whole


def usage(person: int, day: date, value: float, **more: Any) -> dict[str, Any]:
    """One day's amount of one person."""
    return {"person_key": person, "first_day": day, "last_day": day, "value": value} | more
