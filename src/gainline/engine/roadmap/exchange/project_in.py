"""A plan out of MS Project XML (MSPDI), whoever wrote it, with issues by line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml import DefusedXmlException
from defusedxml.sax import parseString

from gainline.engine.roadmap.exchange.links_text import whole_weeks
from gainline.engine.roadmap.exchange.outline import HOURS_PER_WEEK, Break, Link, Outline, Step
from gainline.engine.roadmap.exchange.project_out import (
    CENTS,
    FIELDS,
    LINK_TYPES,
    NAMESPACE,
    SCHOOL_DAYS,
    TENTHS_PER_WEEK,
    WORKING,
)
from gainline.engine.roadmap.exchange.read_plan import PlanRead
from gainline.engine.roadmap.exchange.toml_text import slug
from gainline.engine.roadmap.model import Resource

MOST_BYTES = 64_000_000
_DURATION = re.compile(r"^PT(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?$")
_MOST = re.compile(r"^(\d+) (FS|SS|FF|SF)<=(-?\d+)w$")
_TIES = {str(number): tie for tie, number in LINK_TYPES.items()}
_ELAPSED = frozenset({"4", "6", "8", "10", "12", "36", "38", "40", "42", "44"})
_SHARES = frozenset({"19", "20", "51", "52"})  # lags in percent of the earlier task
HOURS_OF_ALL_DAYS = 168
NOT_BEFORE, FINISH_BY = ("2", "4"), ("3", "7")  # must start on, not earlier; must finish on, not later


@dataclass(slots=True)
class Node:
    """An element: its name without prefix, its own text, its children, and its line."""

    tag: str
    line: int
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def all(self, tag: str) -> list[Node]:
        """The children of a name."""
        return [child for child in self.children if child.tag == tag]

    def within(self, outer: str, inner: str) -> list[Node]:
        """The elements of a list: ``Tasks`` and ``Task``."""
        return [one for holder in self.all(outer) for one in holder.all(inner)]

    def said(self, tag: str) -> str:
        """The text of the first child of a name; empty when there is none."""
        return next((child.text.strip() for child in self.children if child.tag == tag), "")


class _Tree(ContentHandler):
    """Builds nodes from the events of the reader."""

    def __init__(self) -> None:
        super().__init__()
        self.root: Node | None = None
        self.namespace = ""
        self._open: list[Node] = []
        self._place: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:
        self._place = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        node = Node(name.rpartition(":")[2], (self._place.getLineNumber() if self._place else None) or 0)
        if self._open:
            self._open[-1].children.append(node)
        elif self.root is None:
            prefix = name.rpartition(":")[0]
            self.root, self.namespace = node, attrs.get(f"xmlns:{prefix}" if prefix else "xmlns", "")
        self._open.append(node)

    def endElement(self, name: str) -> None:
        self._open.pop()

    def characters(self, content: str) -> None:
        if self._open:
            self._open[-1].text += content


def read_project(body: bytes, *, file: str) -> PlanRead:
    """Read an MSPDI document into steps.

    Summaries become initiatives; durations and lags become working weeks of forty hours, rounded up and said.

    Returns
    -------
    PlanRead
        No outline exactly when the file is no plan (RM089). RM090 a task without name or number, RM091 rounded,
        RM092 a link that cannot be kept, RM095 what is left out by its nature.
    """
    found = PlanRead()
    root = _root(body)
    if root is None:
        found.say("RM089", "this is not a plan as MS Project writes it in XML", (file, 1))
        return found
    reader = _Reader(root, found, file)
    found.outline = reader.outline()
    if not found.outline.steps:
        found.outline = None
        found.say("RM089", "the plan holds no task", (file, 1))
    return found


def _root(body: bytes) -> Node | None:
    tree = _Tree()
    if len(body) > MOST_BYTES:
        return None
    try:
        parseString(body, tree, forbid_dtd=True)
    except (SAXException, DefusedXmlException, ValueError, LookupError):
        return None
    root = tree.root
    return root if root is not None and root.tag == "Project" and tree.namespace == NAMESPACE else None


class _Reader:
    """One pass over a project's elements."""

    def __init__(self, root: Node, found: PlanRead, file: str) -> None:
        self.root, self.found, self.file = root, found, file
        self.keys: dict[str, str] = {}  # UID -> key of a step
        self.resources = {one.said("UID"): one for one in root.within("Resources", "Resource") if one.said("Name")}
        self.named = {uid: slug(one.said("Name")) for uid, one in self.resources.items()}
        self.fields = self._fields()
        self.needs = self._needs()

    def outline(self) -> Outline:
        """The steps of the project, with what limits them."""
        initiatives, tasks = self._tasks()
        steps = [self._step(task, key) for task, key in tasks]
        by_uid = dict(zip((task.said("UID") for task, _ in tasks), tasks, strict=True))
        linked = (replace(step, after=self._links(task, by_uid)) for step, (task, _) in zip(steps, tasks, strict=True))
        return Outline(
            name=self.root.said("Title") or self.root.said("Name") or "Imported plan",
            steps=tuple(linked),
            initiatives=initiatives,
            resources=tuple(self._resource(one, uid) for uid, one in self.resources.items() if self._is_used(uid)),
            start=_date(self.root.said("StartDate")),
            end=_date(self.root.said("FinishDate")),
            closed=tuple(self._breaks(WORKING)),
            holidays=tuple(self._breaks(SCHOOL_DAYS)) or tuple(self._breaks(None)),
        )

    def _fields(self) -> dict[str, str]:
        """Our own custom fields, by their number; another program's texts are not taken for ours."""
        declared = {
            one.said("FieldID"): one.said("Alias")
            for one in self.root.within("ExtendedAttributes", "ExtendedAttribute")
        }
        return {field_: name for name, field_ in FIELDS.items() if declared.get(field_) == name}

    def _own(self, task: Node) -> dict[str, str]:
        values = ((self.fields.get(one.said("FieldID")), one.said("Value")) for one in task.all("ExtendedAttribute"))
        return {name: value for name, value in values if name}

    def _needs(self) -> dict[str, list[tuple[str, int]]]:
        needs: dict[str, list[tuple[str, int]]] = {}
        for one in self.root.within("Assignments", "Assignment"):
            name = self.named.get(one.said("ResourceUID"))
            units, rounded = whole_weeks(_number(one.said("Units")) or 1.0)
            if name is None or units < 1:
                continue
            if rounded:
                self.found.say("RM091", f"part of {name} counts as a whole one", (self.file, one.line))
            needs.setdefault(one.said("TaskUID"), []).append((name, units))
        return needs

    def _tasks(self) -> tuple[tuple[tuple[str, str], ...], list[tuple[Node, str]]]:
        """Initiatives from summaries of the first level, and the other tasks with their initiative's key."""
        initiatives: dict[str, str] = {}
        tasks: list[tuple[Node, str]] = []
        current = ""
        for task in self.root.within("Tasks", "Task"):
            self.found.read += 1
            level = task.said("OutlineLevel") or "1"
            if self._is_left(task, level):
                current = self._begun(task, initiatives) if _is_initiative(task, level) else current
                continue
            if level == "1" or not current:
                current = "imported"
                initiatives.setdefault(current, self.root.said("Title") or "Imported plan")
            self.found.taken += 1
            tasks.append((task, current))
        used = {key for _, key in tasks}
        return tuple((key, title) for key, title in initiatives.items() if key in used), tasks

    def _begun(self, task: Node, initiatives: dict[str, str]) -> str:
        own = self._own(task)
        key = own.get("key") or slug(task.said("Name"), initiatives)
        initiatives[key] = task.said("Name")
        return key

    def _is_left(self, task: Node, level: str) -> bool:
        """Whether the task is no step, which is counted and, where nobody expects it, said."""
        at = (self.file, task.line)
        if task.said("IsNull") == "1" or level == "0" or task.said("Summary") == "1":
            self.found.left += 1
            if task.said("Summary") == "1" and level not in ("0", "1"):
                self.found.say("RM095", "a summary below the first level is not kept as such", at)
            return True
        if not task.said("Name") or not task.said("UID"):
            self.found.left += 1
            self.found.say("RM090", "a task has no name or no number", at)
            return True
        return False

    def _step(self, task: Node, initiative: str) -> Step:
        own = self._own(task)
        key = own.get("key") or task.said("UID")
        self.keys[task.said("UID")] = key
        constraint, day = task.said("ConstraintType"), _date(task.said("ConstraintDate"))
        wave = own.get("wave", "")
        return Step(
            key=key,
            title=task.said("Name"),
            initiative=initiative,
            kind=own.get("kind", ""),
            start=_date(task.said("Start")),
            finish=_date(task.said("Finish")),
            weeks=self._weeks(task),
            school=own.get("school", ""),
            wave=int(wave) if wave.isdigit() else None,
            owner=task.said("Contact"),
            needs=tuple(sorted(self.needs.get(task.said("UID"), ()))),
            cost=round((_number(task.said("FixedCost")) or 0.0) / CENTS),
            source=own.get("source", ""),
            not_before=day if constraint in NOT_BEFORE else None,
            finish_by=(day if constraint in FINISH_BY else None) or _date(task.said("Deadline")),
            line=task.line,
        )

    def _weeks(self, task: Node) -> int:
        hours = _hours(task.said("Duration"))
        elapsed = task.said("DurationFormat") in _ELAPSED
        weeks, rounded = whole_weeks((hours or 0.0) / (HOURS_OF_ALL_DAYS if elapsed else HOURS_PER_WEEK))
        if rounded or weeks < 1:
            said = "a milestone counts as a week" if not hours else "a duration was rounded up to whole weeks"
            self.found.say("RM091", said, (self.file, task.line))
        return max(1, weeks)

    def _links(self, task: Node, by_uid: Mapping[str, tuple[Node, str]]) -> tuple[Link, ...]:
        own = self._own(task)
        most = {
            (found[1], found[2]): int(found[3])
            for part in own.get("at_most", "").split("; ")
            if (found := _MOST.match(part))
        }
        links = []
        for one in task.all("PredecessorLink"):
            uid, tie = one.said("PredecessorUID"), _TIES.get(one.said("Type") or "1")
            if uid not in by_uid or tie is None or one.said("LagFormat") in _SHARES:
                self.found.say("RM092", "a link leads to no step, or its lag is a share", (self.file, one.line))
                continue
            links.append(Link(self.keys[uid], tie, self._lag(one), most.get((uid, tie.value))))
        return tuple(links)

    def _lag(self, one: Node) -> int:
        per_week = TENTHS_PER_WEEK
        if one.said("LagFormat") in _ELAPSED:
            per_week = HOURS_OF_ALL_DAYS * 600
        weeks, rounded = whole_weeks((_number(one.said("LinkLag")) or 0.0) / per_week)
        if rounded:
            self.found.say("RM091", "a lag was rounded up to whole weeks", (self.file, one.line))
        return weeks

    def _is_used(self, uid: str) -> bool:
        return self.resources[uid].said("Type") != "0"

    def _resource(self, one: Node, uid: str) -> Resource:
        units, rounded = whole_weeks(_number(one.said("MaxUnits")) or 1.0)
        if rounded:
            self.found.say("RM091", "part of a resource counts as a whole one", (self.file, one.line))
        periods = one.within("AvailabilityPeriods", "AvailabilityPeriod")
        return Resource(self.named[uid], max(1, units), tuple(one for one in _changes(periods) if one[2] != units))

    def _breaks(self, name: str | None) -> Iterator[Break]:
        """Days without work of the calendar of a name, or of the project's own."""
        wanted = self.root.said("CalendarUID")
        for calendar in self.root.within("Calendars", "Calendar"):
            if calendar.said("Name") != name if name else calendar.said("UID") != wanted:
                continue
            for one in calendar.within("Exceptions", "Exception"):
                period = (one.all("TimePeriod") or [one])[0]
                start, end = _date(period.said("FromDate")), _date(period.said("ToDate"))
                if start and end and start <= end and one.said("DayWorking") != "1":
                    yield Break(start, end, "" if one.said("Name") == "No work" else one.said("Name"))


def _is_initiative(task: Node, level: str) -> bool:
    return level == "1" and task.said("Summary") == "1" and bool(task.said("Name"))


def _changes(periods: list[Node]) -> Iterator[tuple[date, date, int]]:
    for one in periods:
        start, end = _date(one.said("AvailableFrom")), _date(one.said("AvailableTo"))
        if start and end:
            yield start, end, int(_number(one.said("AvailableUnits")) or 0)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _hours(text: str) -> float | None:
    found = _DURATION.match(text)
    if found is None:
        return None
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours + minutes / 60 + seconds / 3600
