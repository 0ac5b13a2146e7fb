"""The dependency map: steps in the lane of their initiative, from left to right by what they wait for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from gainline.engine.reports.roadmap.frame import Sheet
from gainline.engine.reports.roadmap.lanes import Group, Tied

WIDTH, GAP, BOX_HEIGHT = 1216.0, 26.0, 36.0
LABELS, LANE_LETTERS = 186.0, 22
LINE_LETTERS_PER_PX = 1 / 5.9  # of 11 px text


@dataclass(frozen=True, slots=True)
class Placed:
    """A step's box: its words, its corner, and whether it drives the end."""

    title: str
    x: float
    y: float
    width: float
    drives: bool


def map_svg(told: list[Group], tied: list[Tied], *, title: str, desc: str) -> str:
    """The map; ties that lead into another initiative are drawn in the accent."""
    sheet = Sheet("map", WIDTH)
    depth = _depths([lane.key for group in told for lane in group.lanes], tied)
    columns = max(depth.values(), default=0) + 1
    width = (WIDTH - LABELS - GAP * (columns - 1)) / columns
    placed: dict[str, Placed] = {}
    y = 6.0
    for group in told:
        rows: dict[int, int] = defaultdict(int)
        for lane in group.lanes:
            column = depth[lane.key]
            at = y + rows[column] * (BOX_HEIGHT + 8)
            rows[column] += 1
            drives = any(bar.drives for bar in lane.bars)
            placed[lane.key] = Placed(lane.title, LABELS + column * (width + GAP), at, width, drives)
        lines = _wrapped(group.initiative.title, LANE_LETTERS)[:3]
        tall = max(max(rows.values(), default=1) * (BOX_HEIGHT + 8), 15 * len(lines) + 6)
        for number, words in enumerate(lines):
            sheet.text((0, y + 14 + 15 * number), words, "initiative")
        y += tall + 8
        sheet.line((0, y - 6), (WIDTH, y - 6), "rule")
        y += 6
    for one in tied:
        _tie(sheet, placed[one.before], placed[one.after], outside=_home(one.before) != _home(one.after))
    for box in placed.values():
        _box(sheet, box)
    return sheet.svg(y - 6, title=title, told=desc)


def _home(step: str) -> str:
    return step.partition(".")[0]


def _depths(steps: list[str], tied: list[Tied]) -> dict[str, int]:
    """How many steps stand before each one at most; steps that wait for each other in a circle stay where they are."""
    depth = dict.fromkeys(steps, 0)
    for _ in steps:
        deeper = {one.after: depth[one.before] + 1 for one in tied if depth[one.after] <= depth[one.before]}
        if not deeper or max(deeper.values()) >= len(steps):
            break
        depth |= deeper
    return depth


def _tie(sheet: Sheet, before: Placed, after: Placed, *, outside: bool) -> None:
    x1, y1 = before.x + before.width, before.y + BOX_HEIGHT / 2
    x2, y2 = after.x, after.y + BOX_HEIGHT / 2
    bend = max(14.0, (x2 - x1) / 2)
    steps = f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2 - 4:g} {y2:g}"
    sheet.path(steps, "tie outside" if outside else "tie")
    sheet.path(f"M{x2 - 5:g} {y2 - 3.5:g}L{x2:g} {y2:g}L{x2 - 5:g} {y2 + 3.5:g}Z", "tip outside" if outside else "tip")


def _box(sheet: Sheet, box: Placed) -> None:
    sheet.rect((box.x, box.y, box.width, BOX_HEIGHT), "box drives" if box.drives else "box", 4)
    lines = _wrapped(box.title, int((box.width - 14) * LINE_LETTERS_PER_PX))
    shown = lines[:2] if len(lines) <= 2 else [lines[0], lines[1].rstrip(" ,") + " …"]
    top = box.y + BOX_HEIGHT / 2 + (4 if len(shown) == 1 else -3)
    for number, words in enumerate(shown):
        sheet.text((box.x + 7, top + 13 * number), words, "in-box on-drives" if box.drives else "in-box")


def _wrapped(text: str, letters: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > letters:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
