"""Year-to-date amounts: running totals of a school year become what was added since the report before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from gainline.engine.intake.account import Tally
from gainline.engine.intake.cells import EPOCH
from gainline.engine.intake.reading import Batch
from gainline.engine.records import arrow_schema

_KEYS = ("person_key", "tool", "metric", "section_id", "resource")


def differences(
    batches: Sequence[Batch], year_begins: str, tally: Tally, before: pa.Table | None = None
) -> Iterator[Batch]:
    """Turn running totals into amounts per span between reports.

    Within one person, tool and counted thing the rows are ordered by day; each amount is the rise since the report
    before, and covers the days since then. The first report of a school year covers the days since `year_begins`.
    Where a total falls, the counter was reset or the student moved: the amount is the new total, and it is reported.
    A report that is older than one the lake holds is kept out: its amount is counted there already.

    Parameters
    ----------
    batches
        Usage rows whose `value` is the running total on their `last_day`.
    year_begins
        ``MM-DD`` on which the vendor's counter starts.
    tally
        Takes the reports of falls, and the rows that come too late.
    before
        Running totals that earlier imports brought, as the table `usage_totals`; None for none.
    """
    fresh = pa.concat_tables([batch.rows for batch in batches])
    held = _as_usage(before, fresh.schema) if before is not None and before.num_rows else fresh.slice(0, 0)
    fresh = _without_late(fresh, held, tally)
    yield Batch("usage_totals", _totals(fresh))
    table = _ordered(held, fresh)
    days = table["last_day"].cast(pa.int32()).to_numpy()
    begins = _year_starts(days, year_begins)
    total = table["value"].to_numpy()
    follows = _same_as_before(table) & (begins == np.roll(begins, 1))
    earlier = np.where(follows, np.roll(total, 1), 0.0)
    first = np.where(follows, np.minimum(np.roll(days, 1) + 1, days), begins).astype(np.int32)
    is_new = table["new"].to_numpy()
    fell = (total < earlier) & is_new
    if fell.any():
        tally.book.add("IN042", table["source_line"].to_numpy()[fell])
    rise = np.where(fell, total, total - earlier)
    table = _with(table, "value", pa.array(rise))
    table = _with(table, "first_day", pa.array(first, pa.int32()).cast(pa.date32()))
    yield Batch("usage", table.filter(pa.array(is_new)).drop_columns(["new"]))


def _as_usage(before: pa.Table, schema: pa.Schema) -> pa.Table:
    """Earlier totals in the shape of usage rows."""
    given = {
        "value": before["total"],
        "first_day": before["day"],
        "last_day": before["day"],
        "week_start": before["day"],
    }
    names = before.column_names
    arrays = [given.get(field.name, before[field.name] if field.name in names else None) for field in schema]
    return pa.Table.from_arrays(
        [pa.nulls(before.num_rows, f.type) if a is None else a for a, f in zip(arrays, schema, strict=True)],
        schema=schema,
    )


def _totals(fresh: pa.Table) -> pa.Table:
    schema = arrow_schema("usage_totals")
    given = {"total": fresh["value"], "day": fresh["last_day"]}
    arrays = [given[name] if name in given else fresh[name] for name in schema.names]
    return pa.Table.from_arrays(arrays, schema=schema)


def _without_late(fresh: pa.Table, held: pa.Table, tally: Tally) -> pa.Table:
    """The rows whose report is not older than what earlier imports brought of the same counter."""
    if not held.num_rows:
        return fresh
    latest: dict[tuple[object, ...], int] = {}
    for counter, day in zip(_counters(held), _days(held), strict=True):
        latest[counter] = max(day, latest.get(counter, day))
    late = np.array(
        [day < latest.get(one, day) for one, day in zip(_counters(fresh), _days(fresh), strict=True)], dtype=bool
    )
    if not late.any():
        return fresh
    lines = fresh["source_line"].to_numpy()[late]
    tally.book.add("IN306", lines)
    tally.rejected += len(np.unique(lines))
    return fresh.filter(pa.array(~late))


def _counters(table: pa.Table) -> Iterator[tuple[object, ...]]:
    return zip(*(table[name].to_pylist() for name in _KEYS), strict=True)


def _days(table: pa.Table) -> list[int]:
    return [int(day) for day in table["last_day"].cast(pa.int32()).to_numpy()]


def _ordered(held: pa.Table, fresh: pa.Table) -> pa.Table:
    """Earlier and new totals by counter and day; of one day the earlier import's first."""
    parts = [
        part.append_column("new", pa.array(np.full(part.num_rows, is_new)))
        for part, is_new in ((held, False), (fresh, True))
    ]
    order = [(name, "ascending") for name in (*_KEYS, "last_day", "new", "source_line")]
    return pa.concat_tables(parts).sort_by(order)


def _same_as_before(table: pa.Table) -> np.ndarray:
    """Rows that count the same thing of the same person as the row before."""
    same = np.ones(table.num_rows, dtype=bool)
    for name in _KEYS:
        codes = table[name].combine_chunks().dictionary_encode(null_encoding="encode").indices.to_numpy()
        same &= codes == np.roll(codes, 1)
    same[:1] = False
    return same


def _year_starts(days: np.ndarray, year_begins: str) -> np.ndarray:
    """The first day of the school year in which each day lies."""
    starts = {}
    for day in np.unique(days):
        moment = date.fromordinal(EPOCH.toordinal() + int(day))
        start = date.fromisoformat(f"{moment.year}-{year_begins}")
        start = start if start <= moment else start.replace(year=moment.year - 1)
        starts[int(day)] = (start - EPOCH).days
    return np.array([starts[int(day)] for day in days], dtype=np.int32)


def _with(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    position = table.schema.get_field_index(name)
    return table.set_column(position, table.schema.field(position), column)
