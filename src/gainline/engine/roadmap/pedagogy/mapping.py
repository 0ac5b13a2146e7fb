"""Which standard is taught with which tool, by teaching activity and group of students: gaps and overlaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from gainline.engine.core.issues import Issue, Level
from gainline.engine.roadmap.pedagogy.reading import PedagogyMap
from gainline.engine.roadmap.pedagogy.sheet import TeachingActivity


class Cell(StrEnum):
    """How a standard fares with a teaching activity."""

    SERVED = "served"
    OVERLAP = "overlap"
    SHUT_OUT = "some cannot reach it"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Served:
    """One standard and teaching activity.

    Parameters
    ----------
    tools
        Titles of the tools that serve it.
    affordances
        What of them serves it, in the tools' order.
    without
        Titles of the groups that reach none of these tools.
    """

    standard: str
    says: str
    activity: TeachingActivity
    cell: Cell
    tools: tuple[str, ...]
    affordances: tuple[str, ...]
    without: tuple[str, ...]


def served(mapped: PedagogyMap, *, file: str) -> tuple[list[Served], list[Issue]]:
    """Every standard by every teaching activity that is asked for, and what to say of it.

    A cell that two tools serve for one group of students is an overlap, unless somebody else is shut out of all of
    them, which weighs more.

    Returns
    -------
    rows, issues
        Warnings RM096 for gaps: a standard or an activity without any tool, a group that reaches none, a tool that
        nobody uses; notes RM097 for overlaps.
    """
    rows = [
        _cell(mapped, standard, says, activity)
        for standard, says in mapped.standards.items()
        for activity in mapped.activities
    ]
    return rows, [Issue(code, level, says, remedy, file=file) for code, level, says, remedy in _said(mapped, rows)]


def _cell(mapped: PedagogyMap, standard: str, says: str, activity: TeachingActivity) -> Served:
    uses = [use for use in mapped.uses if use.activity is activity and standard in use.standards]
    tools = [tool for tool in mapped.tools if any(use.tool == tool.key for use in uses)]
    reached = [group for group in mapped.groups if any(group.key in tool.groups for tool in tools)]
    without = tuple(group.title for group in mapped.groups if group not in reached)
    twice = any(sum(group.key in tool.groups for tool in tools) > 1 for group in mapped.groups)
    cell = Cell.GAP if not tools else Cell.SHUT_OUT if without else Cell.OVERLAP if twice else Cell.SERVED
    titles, said = tuple(tool.title for tool in tools), tuple(use.affordance for use in uses)
    return Served(standard, says, activity, cell, titles, said, without if tools else ())


Said = tuple[str, Level, str, str]


def _said(mapped: PedagogyMap, rows: list[Served]) -> Iterator[Said]:
    for standard in mapped.standards:
        mine = [row for row in rows if row.standard == standard]
        if all(row.cell is Cell.GAP for row in mine):
            yield "RM096", Level.WARNING, f"no tool serves {standard}", "find one, or teach it without"
    for activity in mapped.activities:
        if all(row.cell is Cell.GAP for row in rows if row.activity is activity):
            yield "RM096", Level.WARNING, f"no tool affords {activity.value}", "find one, or plan it without a tool"
    for row in rows:
        if row.cell is Cell.SHUT_OUT:
            says = f"{', '.join(row.without)}: no tool within reach for {row.activity.value} of {row.standard}"
            yield "RM096", Level.WARNING, says, "take the barrier away, or give them another way"
        if row.cell is Cell.OVERLAP:
            says = f"{' and '.join(row.tools)} both serve {row.activity.value} of {row.standard}"
            yield "RM097", Level.NOTE, says, "say which is for whom, or save the money for one"
    used = {use.tool for use in mapped.uses}
    for tool in mapped.tools:
        if tool.key not in used:
            yield "RM096", Level.WARNING, f"nothing says what {tool.title} is for", "add its uses, or let it go"
