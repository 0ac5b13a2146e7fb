"""From a roadmap's TOML text to a roadmap, or to what keeps it from being one, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from gainline.engine.core.issues import Issue, Level, has_errors
from gainline.engine.roadmap.aims_check import check_aims
from gainline.engine.roadmap.expanding import expand, full_name
from gainline.engine.roadmap.model import Roadmap
from gainline.engine.roadmap.sheet import FORMAT, ActivityPart, Sheet, WavesPart
from gainline.engine.roadmap.sheets import Codes, Document, Finding, Place
from gainline.engine.roadmap.timing import check_timing

CODES = Codes(
    "RM001", "RM002", "RM003", "RM004", "RM005", "RM006", what="roadmap", format=FORMAT, at_most=4_000_000
)  # fmt: skip


def read_roadmap(text: str, *, file: str) -> tuple[Roadmap | None, list[Issue]]:
    """Read a roadmap, or say what is wrong with it.

    Parameters
    ----------
    text
        The TOML document.
    file
        Its name, for the issues.

    Returns
    -------
    roadmap, issues
        The roadmap is ``None`` exactly when an issue is an error: RM001 to RM006 for the text, RM010 to RM012 for
        names. What time and resources cannot hold (RM013 to RM018) is said of a roadmap that can be read.
    """
    document = Document(text, file)
    sheet = document.read(Sheet, CODES)
    if isinstance(sheet, list):
        return None, sheet
    issues = document.issues(_names(sheet))
    if has_errors(issues):
        return None, issues
    roadmap = expand(sheet)
    return roadmap, [
        *issues,
        *document.issues([*check_aims(roadmap.aims, roadmap.initiatives), *check_timing(roadmap)]),
    ]


def _names(sheet: Sheet) -> Iterator[Finding]:
    yield from _twice(sheet)
    yield from _order(sheet)
    yield from _aims(sheet)
    initiatives = {initiative.key for initiative in sheet.initiatives}
    schools = {school.key for school in sheet.schools}
    groups = {group for school in sheet.schools for group in school.groups}
    resources = {resource.key for resource in sheet.resources}
    for place, testing in enumerate(sheet.calendar.testing):
        yield from _unknown(testing.schools, schools, ("calendar", "testing", place, "schools"), "school")
    for place, part in enumerate(sheet.activities):
        at = ("activities", place)
        yield from _unknown([part.initiative], initiatives, (*at, "initiative"), "initiative")
        yield from _unknown(part.schools, schools, (*at, "schools"), "school")
        yield from _unknown(part.groups, groups, (*at, "groups"), "group of schools")
        yield from _unknown(part.needs, resources, (*at, "needs"), "resource")
        yield from _ties(sheet, part, at)
    yield from _uncertain(sheet)


def _uncertain(sheet: Sheet) -> Iterator[Finding]:
    """What a simulation names stands in the file, and nothing goes together with two groups."""
    known = {f"{activity.initiative}.{activity.key}" for activity in sheet.activities}
    groups = {group.key for group in sheet.uncertainty.groups}
    grouped: Counter[str] = Counter()
    for place, group in enumerate(sheet.uncertainty.groups):
        at: Place = ("uncertainty", "groups", place, "activities")
        yield from _unknown(group.activities, known, at, "activity")
        grouped.update(set(group.activities))
        if again := sorted(name for name in set(group.activities) if grouped[name] > 1):
            yield "RM060", Level.ERROR, at, f"{', '.join(again)} in several groups", "put each into one group"
    for place, driver in enumerate(sheet.uncertainty.drivers):
        at = ("uncertainty", "drivers", place)
        yield from _unknown(driver.activities, known, (*at, "activities"), "activity")
        yield from _unknown([driver.group] if driver.group else [], groups, (*at, "group"), "group")


def _ties(sheet: Sheet, part: ActivityPart, at: Place) -> Iterator[Finding]:
    known = {f"{other.initiative}.{other.key}" for other in sheet.activities}
    for number, tie in enumerate(part.after):
        yield from _unknown([full_name(part, tie)], known, (*at, "after", number), "activity")
    waved = sheet.waves or any(i.waves for i in sheet.initiatives if i.key == part.initiative)
    if (part.per == "wave" or part.waves) and not waved:
        yield "RM012", Level.ERROR, at, f"{part.key} names waves, and there are none", "add [waves], or leave them out"


def _aims(sheet: Sheet) -> Iterator[Finding]:
    capabilities = {capability.key for capability in sheet.capabilities}
    outcomes, phases = {outcome.key for outcome in sheet.outcomes}, {phase.key for phase in sheet.phases}
    for place, outcome in enumerate(sheet.outcomes):
        shown = [outcome.capability] if outcome.capability else []
        yield from _unknown(shown, capabilities, ("outcomes", place, "capability"), "capability")
    for place, initiative in enumerate(sheet.initiatives):
        at = ("initiatives", place)
        yield from _unknown(initiative.outcomes, outcomes, (*at, "outcomes"), "outcome")
        yield from _unknown([initiative.phase] if initiative.phase else [], phases, (*at, "phase"), "phase")


def _unknown(used: Any, known: set[str], at: Place, what: str) -> Iterator[Finding]:  # noqa: ANN401 - any of names
    for name in used:
        if name not in known:
            yield "RM011", Level.ERROR, at, f"there is no {what} {name}", f"declare the {what}, or mend its name"


def _twice(sheet: Sheet) -> Iterator[Finding]:
    named: dict[str, list[str]] = {
        "schools": [s.key for s in sheet.schools],
        "resources": [r.key for r in sheet.resources],
        "initiatives": [i.key for i in sheet.initiatives],
        "capabilities": [c.key for c in sheet.capabilities],
        "outcomes": [o.key for o in sheet.outcomes],
        "phases": [p.key for p in sheet.phases],
        "activities": [f"{a.initiative}.{a.key}" for a in sheet.activities],
        "budgets": [f"{b.source} in {b.fiscal_year}" for b in sheet.budgets],
        "uncertainty": [*(g.key for g in sheet.uncertainty.groups), *(d.key for d in sheet.uncertainty.drivers)],
    }
    for table, names in named.items():
        for name, times in Counter(names).items():
            if times > 1:
                last = len(names) - 1 - names[::-1].index(name)
                yield "RM010", Level.ERROR, (table, last), f"{name} stands {times} times", "give each its own name"


def _order(sheet: Sheet) -> Iterator[Finding]:
    """An agreed order names every school once."""
    own: list[tuple[Place, WavesPart | None]] = [
        (("initiatives", place, "waves"), part.waves) for place, part in enumerate(sheet.initiatives)
    ]
    for at, waves in [(("waves",), sheet.waves), *own]:
        if waves is not None and waves.order is not None:
            yield from _orderly(sheet, waves.order, (*at, "order"))


def _orderly(sheet: Sheet, order: Sequence[Sequence[str]], at: Place) -> Iterator[Finding]:
    schools = {school.key for school in sheet.schools}
    named = [key for wave in order for key in wave]
    yield from _unknown(dict.fromkeys(named), schools, at, "school")
    if left := sorted(schools - set(named)):
        yield "RM012", Level.ERROR, at, f"no wave holds {', '.join(left)}", "put every school into one wave"
    if again := sorted(key for key, times in Counter(named).items() if times > 1):
        yield "RM012", Level.ERROR, at, f"{', '.join(again)} in several waves", "put every school into one wave"
