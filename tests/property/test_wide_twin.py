"""A wide sheet and the long file with the same amounts give the same use."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from intake_files import Office, Taken

START = date(2025, 9, 1)
AMOUNT = st.one_of(st.none(), st.integers(0, 900), st.floats(0, 900).map(lambda amount: round(amount, 2)))


def _weeks(taken: Taken) -> set[tuple[object, ...]]:
    return {(row["person_key"], row["value"], row["week_start"], row["metric"]) for row in taken.rows("usage")}


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6).flatmap(lambda weeks: st.lists(st.lists(AMOUNT, min_size=weeks, max_size=weeks), min_size=1)))
def test_a_wide_sheet_gives_what_its_cells_give_one_by_one(table: list[list[float | None]]):
    mondays = [START + timedelta(weeks=week) for week in range(len(table[0]))]
    wide = [",".join(["student_id", *(f"week of {day}" for day in mondays)])]
    long = ["student_id,day,minutes"]
    for number, amounts in enumerate(table, start=1):
        wide.append(",".join([f"{number:05d}", *("" if one is None else repr(one) for one in amounts)]))
        long += [f"{number:05d},{day},{one!r}" for day, one in zip(mondays, amounts, strict=True) if one is not None]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "wide.csv").write_text("\n".join(wide) + "\n", encoding="utf-8")
        (Path(folder) / "long.csv").write_text("\n".join(long) + "\n", encoding="utf-8")
        unfolded = Office().take(Path(folder) / "wide.csv")
        assert (unfolded.account.read, unfolded.account.rejected) == (len(table), 0)
        assert _weeks(unfolded) == _weeks(Office().take(Path(folder) / "long.csv"))
