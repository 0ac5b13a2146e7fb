"""OneRoster history: who and what a load ends, against what the lake holds, and how much may end without a word.

A full file ends whoever it no longer names; a file of changes ends only what it says. Nothing is taken back: an end is
a day, and the rows before it stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

import pyarrow as pa

from gainline.engine.intake.oneroster_files import Package, listed
from gainline.engine.intake.reading import Batch, canonical
from gainline.engine.intake.roster_before import RosterBefore, check_removals

Row = dict[str, Any]
Stay = tuple[int, str]


class Stays:
    """The stays in sections that the lake holds, by person and section."""

    def __init__(self, before: RosterBefore) -> None:
        self._rows: dict[Stay, list[Row]] = defaultdict(list)
        columns = before.table("enrollments").select(["person_key", "section_id", "begin_date", "end_date"])
        for row in columns.to_pylist():
            self._rows[row["person_key"], row["section_id"]].append(row)

    def settle(self, stay: Stay, begin: date | None, today: date) -> tuple[date | None, date]:
        """First and last day of a stay that is said to be over without saying since when.

        The stay with this first day, else the one that is still open, is the one that is meant; where it had ended
        before, that end stands: a roster that repeats the news every night moves no end.
        """
        rows = self._rows.get(stay, [])
        meant = [row for row in rows if row["begin_date"] == begin] or [row for row in rows if is_open(row, today)]
        if not meant:
            return begin, today
        end = meant[-1]["end_date"]
        return meant[-1]["begin_date"], end if end is not None and end <= today else today


def is_open(row: Mapping[str, Any], today: date) -> bool:
    """Tell whether a row's validity reaches beyond this day."""
    return row["end_date"] is None or bool(row["end_date"] > today)


def endings(package: Package, made: Mapping[str, pa.Table]) -> Iterator[Batch]:
    """Rows that end what the load no longer holds, with the reports that go with them.

    Parameters
    ----------
    package
        As read.
    made
        Canonical rows that the load itself gives.

    Raises
    ------
    Refused
        When more than a tenth of the people or enrollments would end and nobody confirmed it (IN190).
    """
    before, today = package.before, package.task.as_of
    mine = set(before.keys.values())
    people = [row for row in before.table("people").to_pylist() if row["person_key"] in mine]
    active = {row["person_key"] for row in people if is_open(row, today)}
    gone = _gone_people(package, active)
    told = {row["person_key"] for row in _rows(made, "people") if not is_open(row, today)} & active
    _remark(package, made, people, active, gone)
    over = gone | told | {row["person_key"] for row in people if not is_open(row, today)}
    stays, removed, held = _ended_stays(package, made, mine, over)
    check_removals(before, "people", ends=len(gone | told), held=len(active))
    check_removals(before, "enrollments", ends=removed, held=held)
    give = partial(_given_back, package)
    yield give("people", [row | {"end_date": today} for row in people if row["person_key"] in gone])
    yield give("enrollments", stays)
    yield give("roles", _ended_roles(package, made, mine, over))


def _rows(made: Mapping[str, pa.Table], name: str) -> list[Row]:
    return made[name].to_pylist() if name in made else []


def _is_full(package: Package, name: str) -> bool:
    """Tell whether a file's silence says something: it is sent in full, and every row of it could be read."""
    return name in package.frames and not package.is_delta(name) and name not in package.unread


def _gone_people(package: Package, active: set[int]) -> set[int]:
    if "users" in package.unread and not package.is_delta("users") and active:
        package.tally.book.add("IN193", file="users.csv")
    if not _is_full(package, "users"):
        return set()
    return active - {package.key(one) for one in package.frames["users"].texts("sourcedId")}


def _remark(
    package: Package, made: Mapping[str, pa.Table], people: list[Row], active: set[int], gone: set[int]
) -> None:
    book = package.tally.book
    if gone:
        book.add("IN191", detail=f": {len(gone):,}", file="users.csv")
    left = {row["person_key"] for row in people} - active
    back = [row for row in _rows(made, "people") if row["person_key"] in left and is_open(row, package.task.as_of)]
    if back:
        book.add("IN194", [row["source_line"] for row in back], file="users.csv")


def _ended_stays(
    package: Package, made: Mapping[str, pa.Table], mine: set[int], over: set[int]
) -> tuple[list[Row], int, int]:
    """Stays to end, how many of them are removals, and how many were open; one that ran out with its term is none."""
    today, terms = package.task.as_of, _last_days(package.before)
    begins: dict[Stay, list[date | None]] = defaultdict(list)
    for row in _rows(made, "enrollments"):
        begins[row["person_key"], row["section_id"]].append(row["begin_date"])
    doubtful, full = _doubtful(package), _is_full(package, "enrollments")
    ended, removed, held = [], 0, 0
    for row in package.before.table("enrollments").to_pylist():
        stay = (row["person_key"], row["section_id"])
        if row["person_key"] not in mine or not is_open(row, today):
            continue
        run_out = terms.get(row["section_id"])
        is_over = run_out is not None and run_out < today
        held += not is_over
        named = begins.get(stay, [])
        if row["begin_date"] in named or stay in doubtful or not (full or row["person_key"] in over):
            continue
        ended.append(row | {"end_date": run_out if is_over else _day_before(named, row["begin_date"], today)})
        removed += not is_over and not named
    if removed:
        package.tally.book.add("IN192", detail=f": {removed:,}", file="enrollments.csv")
    told = sum(row["end_date"] is not None and row["end_date"] <= today for row in _newly_ended(package, made, today))
    return ended, removed + told, held


def _newly_ended(package: Package, made: Mapping[str, pa.Table], today: date) -> Iterator[Row]:
    """Rows of the load that end a stay which the lake holds open."""
    key = ("person_key", "section_id", "begin_date")
    opened = {
        tuple(row[name] for name in key)
        for row in package.before.table("enrollments").to_pylist()
        if is_open(row, today)
    }
    return (row for row in _rows(made, "enrollments") if tuple(row[name] for name in key) in opened)


def _day_before(begins: list[date | None], begin: date | None, today: date) -> date:
    """The last day of a stay that another stay in the same section took over from, or today."""
    later = [day for day in begins if day is not None and (begin is None or day > begin)]
    return min(today, min(later) - timedelta(days=1)) if later else today


def _doubtful(package: Package) -> set[Stay]:
    """Stays that a kept-out row speaks of: a faulty row is no reason to end what it meant to say."""
    frame = package.frames.get("enrollments")
    if frame is None:
        return set()
    users, sections = frame.texts("userSourcedId"), frame.texts("classSourcedId")
    return {(package.key(users[row]), sections[row]) for row in frame.rejected.nonzero()[0]}


def _last_days(before: RosterBefore) -> dict[str, date]:
    """The last day of every section by its terms."""
    ends = {
        row["term_id"]: row["end_date"] for row in before.table("terms").select(["term_id", "end_date"]).to_pylist()
    }
    found = {}
    for row in before.table("sections").select(["section_id", "term_ids"]).to_pylist():
        days = [ends[one] for one in listed(row["term_ids"] or "") if one in ends]
        if days:
            found[row["section_id"]] = max(days)
    return found


def _ended_roles(package: Package, made: Mapping[str, pa.Table], mine: set[int], over: set[int]) -> list[Row]:
    """Roles to end: of people who left, and those that a full file no longer names."""
    today, key = package.task.as_of, ("person_key", "school_id", "role", "begin_date")
    source = "roles" if "roles" in package.frames else "users"
    full, doubtful = _is_full(package, source), _doubtful_people(package, source)
    named = {tuple(row[name] for name in key) for row in _rows(made, "roles")}
    return [
        row | {"end_date": today}
        for row in package.before.table("roles").to_pylist()
        if row["person_key"] in mine
        and is_open(row, today)
        and tuple(row[name] for name in key) not in named
        and (row["person_key"] in over or (full and row["person_key"] not in doubtful))
    ]


def _doubtful_people(package: Package, source: str) -> set[int]:
    frame = package.frames.get(source)
    if frame is None:
        return set()
    users = frame.texts("userSourcedId" if source == "roles" else "sourcedId")
    return {package.key(users[row]) for row in frame.rejected.nonzero()[0]}


def _given_back(package: Package, name: str, rows: list[Row]) -> Batch:
    """Rows that the lake had, with their end; they come from no line of this package."""
    schema = package.before.table(name).schema
    table = pa.Table.from_pylist(rows, schema=pa.schema([field.with_nullable(True) for field in schema]))
    columns = {field: table[field].combine_chunks() for field in table.column_names if field != "source_line"}
    return canonical(name, columns, rows=len(rows), import_id=package.task.import_id)
