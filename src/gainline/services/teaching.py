"""Teaching: the district's pedagogy map, which tool serves which standard for whom, and what one tool is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gainline.engine.core.errors import DataIssues
from gainline.engine.core.issues import Issue
from gainline.engine.roadmap.pedagogy import PedagogyMap, Served, read_pedagogy, served
from gainline.lake.durable import write_whole
from gainline.road.pedagogy import statements_of
from gainline.services import clock, desk
from gainline.services.remembering import remembered
from gainline.services.workspaces import folder_of, open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.districts import District
from gainline.store.models.tools import Tool

FOLDER, FILE = "roadmap", "teaching.toml"
LONGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Mapped:
    """The map as it stands: every standard by every teaching activity, and what is to be said of it."""

    name: str
    rows: tuple[Served, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class ToolUse:
    """What a tool affords for one teaching activity, and towards which standards, in their words."""

    affordance: str
    activity: str
    standards: tuple[str, ...]
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToolMap:
    """One tool on the map.

    Parameters
    ----------
    uses
        What it affords; `beside` names other tools that serve the same.
    reached, without
        Groups of students that can work with it, and those that cannot.
    barrier
        What keeps those out; empty where nobody is, or nobody said.
    """

    uses: tuple[ToolUse, ...]
    reached: tuple[str, ...]
    without: tuple[str, ...]
    barrier: str


@desk.reading("district.read")
def text(*, by: Account) -> str:
    """The map's document; empty before there is one."""
    path = _path(by.district)
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@desk.reading("tool.write")
def check(*, by: Account, document: str) -> list[Issue]:
    """What is wrong in a map's text, by line, and its gaps and overlaps where it can be read."""
    mapped, issues = _read(by.district, document)
    return issues if mapped is None else served(mapped, file=FILE)[1]


@desk.verb("tool.write")
def save(*, by: Account, document: str) -> None:
    """Keep the map's document in place of the one before.

    Raises
    ------
    DataIssues
        SV155 when it cannot be read as a map.
    """
    if len(document) > LONGEST or _read(by.district, document)[0] is None:
        raise DataIssues("SV155 the map cannot be read yet", "mend what is said below, by line")
    path = _path(by.district)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, document.encode())


@desk.reading("district.read")
def whole(*, by: Account) -> Mapped | None:
    """The map with its gaps and overlaps; None while there is none that can be read."""
    mapped = _read(by.district, text(by=by))[0]
    if mapped is None:
        return None
    rows, issues = served(mapped, file=FILE)
    return Mapped(mapped.name, tuple(rows), tuple(issues))


@desk.reading("district.read")
def of_tool(*, by: Account, tool: Tool) -> ToolMap | None:
    """What the map says of one tool; None where it says nothing."""
    mapped = _read(by.district, text(by=by))[0]
    part = next((one for one in mapped.tools if one.key == tool.key), None) if mapped else None
    if mapped is None or part is None:
        return None
    rows = {(row.standard, row.activity): row for row in served(mapped, file=FILE)[0]}
    uses = []
    for use in mapped.uses:
        if use.tool == part.key:
            met = [rows[one, use.activity] for one in use.standards if (one, use.activity) in rows]
            beside = {title for row in met for title in row.tools} - {part.title}
            says = tuple(f"{one}: {mapped.standards[one]}" for one in use.standards)
            uses.append(ToolUse(use.affordance, use.activity.value, says, tuple(sorted(beside))))
    reached = tuple(group.title for group in mapped.groups if group.key in part.groups)
    without = tuple(group.title for group in mapped.groups if group.key not in part.groups)
    return ToolMap(tuple(uses), reached, without, part.barrier)


def _read(district: District, document: str) -> tuple[PedagogyMap | None, list[Issue]]:
    if not document:
        return None, []
    mapped, issues = read_pedagogy(document, file=FILE)
    if mapped is not None:
        return mapped, issues
    return read_pedagogy(document, file=FILE, statements=_statements(district))  # its standards may be the lake's


def _statements(district: District) -> Mapping[str, str]:
    workspace = open_workspace(district)
    return remembered(workspace, "statements", clock.today(district), lambda: statements_of(workspace))


def _path(district: District) -> Path:
    return folder_of(district) / FOLDER / FILE
