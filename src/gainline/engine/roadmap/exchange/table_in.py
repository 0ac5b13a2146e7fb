"""A plan out of a table: our own columns, or those that planning programs export, with issues by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from gainline.engine.core.spreadsheet import without_mark
from gainline.engine.intake.containers import Damaged, TooLarge
from gainline.engine.intake.workbook import Workbook
from gainline.engine.roadmap.exchange.links_text import read_duration, read_link, read_need
from gainline.engine.roadmap.exchange.outline import Link, Outline, Step
from gainline.engine.roadmap.exchange.read_plan import PlanRead
from gainline.engine.roadmap.exchange.table_out import COLUMNS
from gainline.engine.roadmap.exchange.toml_text import slug
from gainline.engine.roadmap.model import Resource

ALIASES = {
    "key": ("id", "unique id", "wbs"),
    "title": ("task name", "name", "task", "activity", "subject"),
    "initiative": ("project", "phase", "parent"),
    "kind": ("type",),
    "school": ("site", "campus"),
    "weeks": ("duration",),
    "start": ("start date", "begin", "begins"),
    "finish": ("finish date", "end", "end date", "due", "due date"),
    "owner": ("assigned to", "assignee", "responsible"),
    "needs": ("resource names", "resources"),
    "cost": ("fixed cost", "budget"),
    "source": ("funding source", "fund"),
    "after": ("predecessors", "depends on"),
}
"""What other programs call our columns, folded; the first that is there is taken."""

MOST_ROWS = 100_000
ZIP_START = b"PK\x03\x04"
Cells = Mapping[str, str]


def read_table(body: bytes, *, file: str) -> PlanRead:
    """Read a CSV file or the first sheet of a workbook into steps.

    Columns are found by their headings, ours or those of planning programs; rows of nothing but empty cells do not
    count.

    Returns
    -------
    PlanRead
        No outline exactly when the file is no plan (RM089). RM090 a row without title or with a key that stands
        twice, RM091 rounded, RM092 a link that leads nowhere, RM094 a cell that cannot be read, RM095 a column that
        is not read.
    """
    found = PlanRead()
    rows = _rows(body)
    if rows is None:
        found.say("RM089", "this is neither a table in UTF-8 nor a workbook", (file, 1))
        return found
    header = next(rows, None)
    named = _named(header[1] if header else {}, found, file)
    if header is None or "title" not in named.values():
        found.say("RM089", "no heading says which column holds the tasks", (file, 1))
        return found
    reader = _Reader(found, file)
    for line, cells in rows:
        reader.take(line, {name: _plain(cells.get(place, "")) for place, name in named.items()})
    found.outline = reader.outline() if reader.steps else None
    if found.outline is None:
        found.say("RM089", "the table holds no task", (file, 1))
    return found


def _rows(body: bytes) -> Iterator[tuple[int, dict[int, str]]] | None:
    """Line and cells by position of each row that holds anything; None when the bytes are no table."""
    if body.startswith(ZIP_START):
        try:
            book = Workbook.of(io.BytesIO(body))
            return iter([(row.number, row.cells) for row in book.rows(book.sheets[0])][:MOST_ROWS])
        except (Damaged, TooLarge, IndexError):
            return None
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return _lines(text) if "\0" not in text else None


def _lines(text: str) -> Iterator[tuple[int, dict[int, str]]]:
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    before = 0
    for row in reader:
        if any(cell.strip() for cell in row):
            yield before + 1, dict(enumerate(row))
        before = reader.line_num


def _named(header: Mapping[int, str], found: PlanRead, file: str) -> dict[int, str]:
    """Which column holds what; one that nobody knows is said and not read."""
    folded = {place: " ".join(text.lower().replace("_", " ").split()) for place, text in header.items()}
    named: dict[int, str] = {}
    for column in COLUMNS:
        wanted = (column.replace("_", " "), *ALIASES.get(column, ()))
        place = next((place for name in wanted for place, text in folded.items() if text == name), None)
        if place is not None and place not in named:
            named[place] = column
    for place, text in header.items():
        if place not in named and text.strip():
            found.say("RM095", f"the column {text.strip()[:60]} is not read", (file, 1))
    return named


def _plain(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return without_mark(cell.strip())


@dataclass(slots=True)
class _Reader:
    """Takes rows one by one; links are tied when all keys are known."""

    found: PlanRead
    file: str
    steps: dict[str, Step] = field(default_factory=dict)

    def take(self, line: int, cells: Cells) -> None:
        """One row into a step, or say why not."""
        self.found.read += 1
        key = cells.get("key") or slug(cells.get("title", ""), self.steps)
        dates = [self._date(cells, name, line) for name in ("start", "finish")]
        wrong = not cells.get("title") or key in self.steps
        if wrong or (dates[0] and dates[1] and dates[1] < dates[0]):
            self.found.left += 1
            self.found.say("RM090", "a task has no name, a key that stands twice, or ends before it starts",
                           (self.file, line))  # fmt: skip
            return
        self.found.taken += 1
        self.steps[key] = self._step(key, cells, (dates[0], dates[1]), line)

    def outline(self) -> Outline:
        """All rows as a plan; links that lead nowhere are said and left out."""
        steps = tuple(self._tied(step) for step in self.steps.values())
        titles = dict.fromkeys(step.initiative for step in steps)
        needs = {name: 0 for step in steps for name, _ in step.needs}
        for step in steps:
            for name, amount in step.needs:
                needs[name] = max(needs[name], amount)
        days = [day for step in steps for day in (step.start, step.finish) if day]
        return Outline(
            name="Imported plan",
            steps=steps,
            initiatives=tuple((name, name) for name in titles),
            resources=tuple(Resource(name, most) for name, most in needs.items()),
            start=min(days, default=None),
            end=max(days, default=None),
        )

    def _step(self, key: str, cells: Cells, dates: tuple[date | None, date | None], line: int) -> Step:
        return Step(
            key=key,
            title=cells.get("title", ""),
            initiative=cells.get("initiative", ""),
            kind=cells.get("kind", "").lower().replace(" ", "_").replace("-", "_"),
            start=dates[0],
            finish=dates[1],
            weeks=self._weeks(cells, dates, line),
            low=self._whole(cells, "weeks_low", line),
            high=self._whole(cells, "weeks_high", line),
            school=cells.get("school", ""),
            wave=self._whole(cells, "wave", line),
            owner=cells.get("owner", ""),
            needs=tuple(sorted(self._needs(cells, line))),
            cost=self._whole(cells, "cost", line) or 0,
            source=cells.get("source", ""),
            load=self._whole(cells, "load", line) or 0,
            assessment=cells.get("assessment", "").lower() in {"yes", "true", "1", "x"},
            not_before=self._date(cells, "not_before", line),
            finish_by=self._date(cells, "finish_by", line),
            after=tuple(self._links(cells, line)),
            line=line,
        )

    def _odd(self, line: int, column: str) -> None:
        self.found.say("RM094", f"what stands in {column} cannot be read", (self.file, line), column)

    def _date(self, cells: Cells, column: str, line: int) -> date | None:
        text = cells.get(column, "")
        if not text:
            return None
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            pass
        parts = text.split()[-1].split("/") if text.split() else []
        try:
            month, day, year = (int(part) for part in parts)
            return date(year + 2000 if year < 100 else year, month, day)  # as American programs write it
        except ValueError:
            self._odd(line, column)
            return None

    def _whole(self, cells: Cells, column: str, line: int) -> int | None:
        text = cells.get(column, "").replace("$", "").replace(",", "")
        if not text:
            return None
        try:
            return max(0, round(float(text)))
        except (ValueError, OverflowError):
            self._odd(line, column)
            return None

    def _weeks(self, cells: Cells, dates: tuple[date | None, date | None], line: int) -> int:
        text = cells.get("weeks", "")
        if not text:
            start, finish = dates
            return max(1, -(-((finish - start).days + 1) // 7)) if start and finish else 1
        read = read_duration(text)
        if read is None:
            self._odd(line, "weeks")
            return 1
        if read[1]:
            self.found.say("RM091", "a duration was rounded up to whole weeks", (self.file, line))
        return read[0]

    def _needs(self, cells: Cells, line: int) -> Iterator[tuple[str, int]]:
        for part in _parts(cells.get("needs", "")):
            need = read_need(part)
            if need is None:
                self._odd(line, "needs")
                continue
            if need[2]:
                self.found.say("RM091", f"part of {need[0][:40]} counts as a whole one", (self.file, line))
            yield need[0], need[1]

    def _links(self, cells: Cells, line: int) -> Iterator[Link]:
        for part in _parts(cells.get("after", "")):
            link, rounded = read_link(part)
            if link is None:
                self._odd(line, "after")
                continue
            if rounded:
                self.found.say("RM091", "a lag was rounded up to whole weeks", (self.file, line))
            yield link

    def _tied(self, step: Step) -> Step:
        for link in step.after:
            if link.before not in self.steps:
                self.found.say("RM092", "a link leads to no task of the table", (self.file, step.line), "after")
        kept = tuple(link for link in step.after if link.before in self.steps)
        return step if kept == step.after else replace(step, after=kept)


def _parts(cell: str) -> list[str]:
    mark = ";" if ";" in cell else ","
    return [part.strip() for part in cell.split(mark) if part.strip()]
