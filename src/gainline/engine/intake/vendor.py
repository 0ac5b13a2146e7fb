"""Vendor files: one declared profile, one file, one canonical table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from gainline.engine.intake.account import Tally, linkage_of
from gainline.engine.intake.blocks import Layout
from gainline.engine.intake.cells import DateReader, Distinct, Flags, is_dated, is_scientific
from gainline.engine.intake.dialect import Header, match_columns
from gainline.engine.intake.faults import Book
from gainline.engine.intake.judge import FIRST, Footers, Judge
from gainline.engine.intake.link import NAMES, Keys, Linker, Roll, Schools
from gainline.engine.intake.profile import ABOUT_PEOPLE, Profile
from gainline.engine.intake.reading import Batch, Task, canonical
from gainline.engine.intake.rolls import names_for_ids, people_left
from gainline.engine.intake.sources import TextFile
from gainline.engine.intake.tabular import rows_of
from gainline.engine.intake.to_date import differences
from gainline.engine.intake.wide import Unfolding, settle


@dataclass(frozen=True, slots=True)
class Named:
    """The people of one block: key and matched flag per row, and the number of each row's identity on the roll."""

    keys: Keys
    matched: Flags
    places: Keys


@dataclass(slots=True)
class Desk:
    """What stays on the desk while a file is read block by block."""

    task: Task
    profile: Profile
    tally: Tally
    dates: DateReader
    roll: Roll
    schools: Schools
    footers: Footers
    to_date: list[Batch]  # year-to-date amounts wait here: they become differences only when all are seen
    forms: dict[tuple[str, str], None]

    @classmethod
    def of(cls, task: Task, tally: Tally, layout: Layout) -> Desk:
        """Lay out the desk for one task."""
        profile = _told_by_name(task.declared(), task, tally.book)
        linker = Linker(task.identity, source_system=profile.source_system, prefixes=profile.prefixes)
        roll = Roll(task.identity, linker, source_system=profile.source_system)
        dates = DateReader(profile.dates, profile.null_words(), profile.time_zone)
        first = next(name for name, position in layout.wanted.items() if position == 0)
        return cls(task, profile, tally, dates, roll, Schools(task.identity), Footers(profile, first), [], {})

    def batch(self, name: str, columns: dict[str, pa.Array | pa.Scalar], rows: int) -> Batch:
        """A canonical batch of this import."""
        return canonical(name, columns, rows=rows, import_id=self.task.import_id)


Builder = Callable[[Desk, Judge, Named | None], Iterator[Batch]]


def _told_by_name(profile: Profile, task: Task, book: Book) -> Profile:
    """The profile with the values that the file's name gives; a day that it does not give is that of the import."""
    told = dict(profile.columns)
    for role, column in profile.columns.items():
        if column.from_name is None:
            continue
        found = re.search(column.from_name, task.source.name)
        if found is None and column.value is None and role in ("day", "last_day"):
            book.add("IN304")
        value = found[1] if found else column.value or (task.as_of.isoformat() if role in ("day", "last_day") else None)
        told[role] = column.model_copy(update={"value": value})
    return profile.model_copy(update={"columns": told})


def layout_of(file: TextFile, profile: Profile, book: Book) -> tuple[Layout, Unfolding | None]:
    """Match the file's header to the asked-for columns and write down what was said about it."""
    header = file.header or Header(",", 1, ("",))
    match = match_columns(header.cells, profile.asked(), suggest=not profile.checked)
    if profile.checked:  # nothing is kept of it, so nothing is missed either
        match.ignored, match.repeated = [], []
    unfolding = Unfolding.of(profile, header, match)
    line = [header.line] if header.line else []
    if header.line > 1:
        book.add("IN012", [1])
    for code, names in (("IN007", match.folded), ("IN013", match.repeated)):
        for name in names:
            book.add(code, line, column=name)
    if match.ignored:
        shown = ", ".join(match.ignored[:6]) + (f" and {len(match.ignored) - 6} more" if len(match.ignored) > 6 else "")
        book.add("IN008", line, detail=shown)
    for name, likely in match.near.items():
        book.add("IN009", line, column=likely, detail=f" of {name!r}")
    if file.encoding not in ("utf-8", "utf-8-sig"):
        book.add("IN010", detail=file.encoding)
    wanted = match.positions if 0 in match.positions.values() else {**match.positions, FIRST: 0}
    return Layout(header.delimiter, header.line, len(header.cells), wanted), unfolding


def read_vendor(task: Task, tally: Tally, builders: dict[str, Builder]) -> Iterator[Batch]:
    """Read one vendor file with its profile."""
    file = task.source.files[0]
    layout, unfolding = layout_of(file, task.declared(), tally.book)
    desk = Desk.of(task, tally, layout)
    build = builders[desk.profile.target]
    done = 0
    for found in rows_of(file, layout):
        rows = unfolding.without_lines_below(found, tally.book) if unfolding else found
        tally.count(read=found.read - rows.read)
        judge = Judge(rows, desk.profile, tally.book, desk.footers)
        named = name_people(desk, judge) if desk.profile.target in ABOUT_PEOPLE else None
        batches = _unfolded(desk, judge, named, unfolding, build) if unfolding else list(build(desk, judge, named))
        if named is not None:
            _remark_on_people(desk, judge, named)
        tally.count(**judge.counts())
        done += rows.size
        task.progress("bytes", min(done, file.size), file.size)
        yield from batches
    for column, told in desk.dates.questions().items():
        tally.book.add("IN119", column=column, detail=told)
    if tally.read == 0:
        tally.book.add("IN003")
    if desk.to_date:
        yield from differences(desk.to_date, desk.profile.year_begins, tally, task.identity.totals)
    if desk.profile.target in ABOUT_PEOPLE:
        yield from _close_roll(desk)


def _unfolded(desk: Desk, judge: Judge, named: Named | None, unfolding: Unfolding, build: Builder) -> list[Batch]:
    """What a wide block's columns give, each read as rows of its own."""
    unfolding.profile = desk.profile
    parts = list(unfolding.slices(judge))
    batches = [batch for part in parts for batch in build(desk, part, named)]
    settle(judge, parts)
    return batches


def name_people(desk: Desk, judge: Judge) -> Named:
    """Who each row speaks of; rows without a usable identifier are rejected."""
    parts = [part for part in desk.profile.identity if part.header in judge.table.column_names]
    columns = [judge.distinct(part.header) for part in parts]
    kinds = tuple(part.kind for part in parts)
    nulls = desk.profile.null_words()
    mangled = np.zeros(len(judge.lines), dtype=bool)
    for column in columns:
        mangled |= _blank_out(column, nulls)
    if (by_name := names_for_ids(judge, columns)) is not None:
        columns, kinds = [*columns, by_name], (*kinds, NAMES)
    places = _places(desk.roll, columns, kinds)
    people = desk.roll.people
    keys = np.array([person.kept_under for person in people] or [0], dtype=np.int64)
    nobody = np.array([not person.value for person in people] or [True], dtype=bool)[places]
    judge.reject("IN037", mangled & nobody, column=parts[0].header)
    judge.reject("IN030", nobody & ~mangled, column=parts[0].header)
    matched = np.array([person.kept_as_matched for person in people] or [False], dtype=bool)
    return Named(keys[places], matched[places], places)


def _blank_out(column: Distinct, nulls: frozenset[str]) -> Flags:
    """Empty the texts that say nothing or that a spreadsheet has mangled; returns the rows of the mangled ones."""
    mangled = [("+" in text and is_scientific(text)) or is_dated(text) for text in column.texts]
    for number, text in enumerate(column.texts):
        if mangled[number] or text.casefold() in nulls:
            column.texts[number] = ""
    return np.array(mangled or [False], dtype=bool)[column.codes]


def _places(roll: Roll, columns: list[Distinct], kinds: tuple[str, ...]) -> Keys:
    if len(columns) == 1:
        of_text = [roll.place((text,), kinds) for text in columns[0].texts]
        return np.array(of_text or [0], dtype=np.int64)[columns[0].codes]
    combined = np.zeros(len(columns[0].codes), dtype=np.int64)
    for column in columns:
        combined = combined * max(len(column.texts), 1) + column.codes.astype(np.int64)
    _, first, codes = np.unique(combined, return_index=True, return_inverse=True)
    of_row = [roll.place(tuple(column.texts[column.codes[row]] for column in columns), kinds) for row in first]
    return np.array(of_row or [0], dtype=np.int64)[codes]


def _remark_on_people(desk: Desk, judge: Judge, named: Named) -> None:
    """Count rows per identity, and write down the rows whose identity was repaired or not found."""
    people = desk.roll.people
    if not people:
        return
    rules = np.array([person.rule for person in people], dtype=object)
    for rule, code in (("affix", "IN050"), ("zeros", "IN051")):
        if (rules == rule).any():
            judge.repair(code, (rules == rule)[named.places] & judge.kept)
    by_name = np.array([person.kind == NAMES for person in people], dtype=bool)
    remarks = {"IN052": rules == "ambiguous", "IN053": (rules == "unmatched") & ~by_name, "IN400": by_name}
    for code, which in remarks.items():
        if which.any():
            judge.remark(code, which[named.places])
    kept = judge.kept
    counts = np.bincount(named.places[kept], minlength=len(people))
    fresh = {int(number) for number in np.flatnonzero(counts) if people[number].rows == 0}
    if fresh:
        _first_seen(judge, named, fresh, people_of=desk.roll)
    for number in np.flatnonzero(counts):
        people[number].rows += int(counts[number])


def _first_seen(judge: Judge, named: Named, fresh: set[int], *, people_of: Roll) -> None:
    asked = {"school": "school", "grade": "grade", "given": "given_name", "family": "family_name"}
    if "full_name" in judge.profile.columns:
        asked["family"] = "full_name"
    numbers, rows = np.unique(named.places, return_index=True)
    for role, name in asked.items():
        column = judge.profile.columns.get(name)
        if column is None or column.header is None or not judge.has(column):
            continue
        distinct = judge.distinct(column.header)
        for number, row in zip(numbers, rows, strict=True):
            if int(number) in fresh:
                setattr(people_of.people[number], role, distinct.texts[distinct.codes[row]])


def _close_roll(desk: Desk) -> Iterator[Batch]:
    """The worklist of unmatched identities, the identifiers that were matched, and the linkage of the account."""
    people = desk.roll.people
    desk.tally.linkage = linkage_of(people, desk.task.identity, desk.schools)
    for school in sorted({p.school for p in people if p.rows and p.school and desk.schools.find(p.school) is None}):
        if desk.task.identity.schools.num_rows:
            desk.tally.book.add("IN054", detail=school)
    yield from people_left(desk.task, people)
