"""From a pedagogy map's TOML text to the map, or to what keeps it from being one, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gainline.engine.core.issues import Issue, Level
from gainline.engine.roadmap.pedagogy.sheet import GroupPart, PedagogySheet, TeachingActivity, ToolPart, UsePart
from gainline.engine.roadmap.sheets import Codes, Document, Found

CODES = Codes(syntax="RM001", unknown="RM002", missing="RM003", kind="RM004", value="RM005", parts="RM006")


@dataclass(frozen=True, slots=True)
class PedagogyMap:
    """Tools, what they afford, and the standards with their words.

    Parameters
    ----------
    standards
        Identifier as the file writes it, and what it says, in the file's order.
    activities
        Those that are asked for; all five where the file names none.
    """

    name: str
    activities: tuple[TeachingActivity, ...]
    groups: tuple[GroupPart, ...]
    standards: Mapping[str, str]
    tools: tuple[ToolPart, ...]
    uses: tuple[UsePart, ...]


def read_pedagogy(
    text: str, *, file: str, statements: Mapping[str, str] | None = None
) -> tuple[PedagogyMap | None, list[Issue]]:
    """Read a pedagogy map, or say what is wrong with it.

    Parameters
    ----------
    statements
        What the lake's frameworks say, by CASE identifier and by code.

    Returns
    -------
    map, issues
        The map is ``None`` exactly when an issue is an error: RM001 to RM006 for the text, RM010 and RM011 for names.
    """
    document = Document(text, file)
    sheet = document.read(PedagogySheet, CODES)
    if isinstance(sheet, list):
        return None, sheet
    words = statements or {}
    issues = document.issues([*_twice(sheet), *_names(sheet, words)])
    if issues:
        return None, issues
    return (
        PedagogyMap(
            sheet.name,
            sheet.activities or tuple(TeachingActivity),
            sheet.groups,
            {one.id: one.says or words[one.id] for one in sheet.standards},
            sheet.tools,
            sheet.uses,
        ),
        [],
    )


def _twice(sheet: PedagogySheet) -> Iterator[Found]:
    named: dict[str, list[str]] = {
        "groups": [one.key for one in sheet.groups],
        "standards": [one.id for one in sheet.standards],
        "tools": [one.key for one in sheet.tools],
    }
    for table, names in named.items():
        for name, times in Counter(names).items():
            if times > 1:
                last = len(names) - 1 - names[::-1].index(name)
                says = f"{name} stands {times} times"
                yield Found("RM010", Level.ERROR, (table, last), says, "give each its own name")


def _names(sheet: PedagogySheet, words: Mapping[str, str]) -> Iterator[Found]:
    groups, tools = {one.key for one in sheet.groups}, {one.key for one in sheet.tools}
    standards = {one.id for one in sheet.standards}
    for place, standard in enumerate(sheet.standards):
        if not standard.says and standard.id not in words:
            says = f"no framework at hand has a standard {standard.id}"
            remedy = "write what it says, or name the workspace that its framework was imported into"
            yield Found("RM011", Level.ERROR, ("standards", place, "id"), says, remedy)
    for place, tool in enumerate(sheet.tools):
        yield from _unknown(tool.groups, groups, ("tools", place, "groups"), "group")
    for place, use in enumerate(sheet.uses):
        yield from _unknown([use.tool], tools, ("uses", place, "tool"), "tool")
        yield from _unknown(use.standards, standards, ("uses", place, "standards"), "standard")


def _unknown(used: Iterable[str], known: set[str], at: tuple[str | int, ...], what: str) -> Iterator[Found]:
    for name in used:
        if name not in known:
            remedy = f"declare the {what}, or mend its name"
            yield Found("RM011", Level.ERROR, at, f"there is no {what} {name}", remedy)
