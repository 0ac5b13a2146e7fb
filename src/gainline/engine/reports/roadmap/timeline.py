"""The roadmap in time: lanes by phase and rows by school, over testing weeks, breaks and fiscal years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gainline.engine.reports.roadmap.frame import MONTHS, Scale, Sheet, quarters
from gainline.engine.reports.roadmap.lanes import Bar, Group, SchoolRow, waves_said
from gainline.engine.roadmap import Roadmap
from gainline.engine.roadmap.model import Kind

HEAD = 40.0
CROWDED = 700  # px; a scale this short names no quarter between January and July
SHAPES = {Kind.TRAINING: "train", Kind.COACHING: "coach", Kind.GO_LIVE: "live", Kind.EVALUATION: "evaluate"}


@dataclass(frozen=True, slots=True)
class Look:
    """How large a drawing is: its width, the room for labels at the left (0: above the bars), and a row's height."""

    name: str
    width: float
    labels: float
    row: float


WIDE = Look("wide", 1216, 292, 21)
NARROW = Look("narrow", 358, 0, 33)
SCHOOLS_WIDE = Look("wide", 1216, 292, 17)
SCHOOLS_NARROW = Look("narrow", 358, 0, 27)
SCHOOLS_SHEET = Look("sheet", 760, 168, 17)


def lanes_svg(roadmap: Roadmap, told: list[Group], look: Look, *, title: str, desc: str) -> str:
    """The lanes of every initiative, phase by phase."""
    sheet, scale = _paper(roadmap, f"lanes-{look.name}", look)
    y, phase = HEAD, ""
    marks = Sheet("", look.width)
    for group in told:
        if group.phase and group.phase != phase:
            phase = group.phase
            marks.text((0, y + 18), phase.upper(), "phase")
            marks.line((0, y + 25), (look.width, y + 25), "rule")
            y += 29
        marks.text((0, y + 14), group.initiative.title, "initiative")
        y += 21
        for lane in group.lanes:
            middle = _label(marks, lane.title, y, look)
            for bar in lane.bars:
                _bar(marks, scale, bar, (middle, 13), numbered=look.labels > 0)
            y += look.row
        y += 7
    _ground(sheet, roadmap, scale, y)
    sheet.parts += marks.parts
    return sheet.svg(y, title=title, told=desc)


def schools_svg(roadmap: Roadmap, rows: list[SchoolRow], look: Look, *, title: str, desc: str) -> str:
    """One row per school, by wave."""
    sheet, scale = _paper(roadmap, f"schools-{look.name}", look)
    y, wave = HEAD, -1
    marks = Sheet("", look.width)
    for row in rows:
        if row.wave is not None and row.wave != wave:
            wave = row.wave
            marks.text((0, y + 15), f"WAVE {wave}", "phase")
            marks.line((0, y + 20), (look.width, y + 20), "rule")
            y += 23
        middle = _label(marks, f"{row.title} ●" if row.high_need else row.title, y, look)
        for bar in row.bars:
            _bar(marks, scale, bar, (middle, 10), numbered=False)
        y += look.row
    _ground(sheet, roadmap, scale, y + 6)
    sheet.parts += marks.parts
    return sheet.svg(y + 6, title=title, told=desc)


def _paper(roadmap: Roadmap, name: str, look: Look) -> tuple[Sheet, Scale]:
    span = roadmap.calendar.span
    return Sheet(name, look.width), Scale(span.start, span.end, look.labels + 2, look.width - 2)


def _label(marks: Sheet, says: str, y: float, look: Look) -> float:
    """Write a row's label and give the middle of its bars."""
    if look.labels:
        marks.text((12, y + look.row / 2 + 4), says, "label")
        return y + look.row / 2
    marks.text((0, y + 11), says, "label")
    return y + look.row - 10


def _bar(marks: Sheet, scale: Scale, bar: Bar, at: tuple[float, float], *, numbered: bool) -> None:
    middle, height = at
    left, width = scale.span(bar.start, bar.finish, 3.0)
    drives = " drives" if bar.drives else ""
    if bar.kind is Kind.DECISION:
        x, reach = left + width / 2, height / 2 + 1
        marks.path(
            f"M{x:g} {middle - reach:g}L{x + reach:g} {middle:g}L{x:g} {middle + reach:g}L{x - reach:g} {middle:g}Z",
            f"decide{drives}",
        )
        return
    shape = SHAPES.get(bar.kind, "plain")
    marks.rect((left, middle - height / 2, width, height), f"{shape}{drives}", 2)
    if numbered and bar.waves and width >= 11:
        marks.text((left + width / 2, middle + 4), waves_said(bar.waves), f"wave on-{shape}{drives}")


def _ground(sheet: Sheet, roadmap: Roadmap, scale: Scale, bottom: float) -> None:
    for first, last in roadmap.calendar.closed_weeks:
        left, width = scale.span(first, last, 1)
        sheet.rect((left, HEAD - 4, width, bottom - HEAD + 4), "break")
    tests = [one for one in roadmap.calendar.testing if not one.schools]
    for testing in tests:
        left, width = scale.span(testing.window.start, testing.window.end, 2)
        sheet.rect((left, HEAD - 11, width, bottom - HEAD + 11), "tests")
    if tests and scale.left > 100:
        for testing in tests:
            left, width = scale.span(testing.window.start, testing.window.end, 2)
            sheet.text((left + width / 2, HEAD - 14), "test", "tick middle tested")
    _months(sheet, scale, bottom)


def _months(sheet: Sheet, scale: Scale, bottom: float) -> None:
    sheet.line((scale.left, HEAD - 4), (scale.right, HEAD - 4), "rule")
    narrow = scale.left < 100
    crowded = scale.right - scale.x(scale.first) < CROWDED
    for first in quarters(scale.first, scale.last):
        x = scale.x(first)
        sheet.line((x, HEAD - 4), (x, bottom), "year" if first.month == 1 else "quarter")
        says = f"{MONTHS[first.month - 1]} {first.year}" if first.month in (1, 7) and not narrow else ""
        said = says or (str(first.year) if first.month == 1 else MONTHS[first.month - 1])
        if crowded and first.month in (4, 10):
            continue
        sheet.text((x + 3, HEAD - 28 if not narrow else HEAD - 9), said, "tick")
    if scale.first.month not in (1, 4, 7, 10) or scale.first.day > 1:
        sheet.text((scale.left, HEAD - 28 if not narrow else HEAD - 9), _begin(scale.first, narrow), "tick")


def _begin(first: date, narrow: bool) -> str:
    return MONTHS[first.month - 1] if narrow else f"{MONTHS[first.month - 1]} {first.year}"
