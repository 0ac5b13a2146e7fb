"""What really happened, row by row: which activities have started and finished, and which have not."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from gainline.engine.core.issues import Issue, Level
from gainline.engine.roadmap.model import Roadmap

COLUMNS = ("activity", "started", "finished")


@dataclass(frozen=True, slots=True)
class Actual:
    """One activity's real days; not started at all where `started` is None, still running where `finished` is."""

    activity: str
    started: date | None
    finished: date | None


def read_actuals(text: str, roadmap: Roadmap, *, as_of: date, file: str) -> tuple[list[Actual], list[Issue]]:
    """Read a table with the columns activity, started and finished, by line.

    Activities that no row names count as started as planned when their planned start lies before `as_of`. Rows with a
    fault are left out and reported: RM043 to RM046.
    """
    rows = csv.DictReader(text.removeprefix("\ufeff").splitlines())
    if tuple(rows.fieldnames or ()) != COLUMNS:
        says, remedy = f"the first line is not {','.join(COLUMNS)}", f"begin with {','.join(COLUMNS)}"
        return [], [Issue("RM043", Level.ERROR, says, remedy, file=file, line=1)]
    found: dict[str, Actual] = {}
    issues: list[Issue] = []
    for row in rows:
        actual = _actual(row, rows.line_num, file)
        faults = [actual] if isinstance(actual, Issue) else [*_faults(actual, roadmap, as_of, found)]
        if not isinstance(actual, Issue) and not faults:
            found[actual.activity] = actual
        issues += [fault if isinstance(fault, Issue) else _issue(*fault, rows.line_num, file) for fault in faults]
    return list(found.values()), issues


def _actual(row: dict[str, str | None], line: int, file: str) -> Actual | Issue:
    words = [(row.get(column) or "").strip() for column in COLUMNS]
    try:
        started, finished = (date.fromisoformat(word) if word else None for word in words[1:])
    except ValueError:
        return _issue("RM044", "a day is not written as 2026-09-14", "write days as year-month-day", line, file)
    return Actual(words[0], started, finished)


def _faults(actual: Actual, roadmap: Roadmap, as_of: date, known: dict[str, Actual]) -> Iterator[tuple[str, str, str]]:
    name = actual.activity
    if name not in roadmap.position:
        yield "RM045", f"the roadmap has no activity {name}", "name an activity of the roadmap"
    if name in known:
        yield "RM045", f"{name} stands twice", "give each activity one row"
    days = [day for day in (actual.started, actual.finished) if day]
    if actual.finished and not actual.started:
        yield "RM046", f"{name} has finished and never started", "add the day on which it started"
    elif days != sorted(days) or any(day > as_of for day in days):
        yield (
            "RM046",
            f"the days of {name} run backwards or lie after {as_of}",
            "mend the days, or the day of the replan",
        )


def _issue(code: str, says: str, remedy: str, line: int, file: str) -> Issue:
    return Issue(code, Level.ERROR, says, remedy, file=file, line=line)
