"""Year-to-date amounts: running totals of a school year become what was added since the report before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from gainline.engine.intake.account import Tally
from gainline.engine.intake.cells import EPOCH
from gainline.engine.intake.reading import Batch

_KEYS = ("person_key", "tool", "metric", "section_id", "resource")


def differences(batches: Sequence[Batch], year_begins: str, tally: Tally) -> Iterator[Batch]:
    """Turn running totals into amounts per span between reports.

    Within one person, tool and counted thing the rows are ordered by day; each amount is the rise since the report
    before, and covers the days since then. The first report of a school year covers the days since `year_begins`.
    Where a total falls, the counter was reset or the student moved: the amount is the new total, and it is reported.

    Parameters
    ----------
    batches
        Usage rows whose `value` is the running total on their `last_day`.
    year_begins
        ``MM-DD`` on which the vendor's counter starts.
    tally
        Takes the reports of falls.
    """
    table = pa.concat_tables([batch.rows for batch in batches])
    order = [(name, "ascending") for name in (*_KEYS, "last_day", "source_line")]
    table = table.sort_by(order)
    days = table["last_day"].cast(pa.int32()).to_numpy()
    begins = _year_starts(days, year_begins)
    total = table["value"].to_numpy()
    follows = _same_as_before(table) & (begins == np.roll(begins, 1))
    before = np.where(follows, np.roll(total, 1), 0.0)
    first = np.where(follows, np.minimum(np.roll(days, 1) + 1, days), begins).astype(np.int32)
    fell = total < before
    if fell.any():
        tally.book.add("IN042", table["source_line"].to_numpy()[fell])
    rise = np.where(fell, total, total - before)
    table = _with(table, "value", pa.array(rise))
    table = _with(table, "first_day", pa.array(first, pa.int32()).cast(pa.date32()))
    yield Batch("usage", table)


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
