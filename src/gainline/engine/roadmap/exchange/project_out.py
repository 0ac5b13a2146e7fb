"""A plan as MS Project XML (MSPDI), which MS Project, ProjectLibre and most planning programs open.

Tasks are scheduled by hand, so that their dates stand as the solver found them; the project's calendar knows the
weeks that nobody works in, and a single holiday shortens no week, as in the roadmap itself.

Source: Microsoft Project XML Data Interchange schema (mspdi_pj12.xsd). Link types 0 to 3 are FF, FS, SF, SS;
a link's lag is in tenths of a minute; costs are in hundredths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gainline.engine.roadmap.exchange.outline import HOURS_PER_WEEK, Break, Link, Outline, Step
from gainline.engine.roadmap.model import Dates, Resource, Tie

NAMESPACE = "http://schemas.microsoft.com/project"
LINK_TYPES = {Tie.FINISH_FINISH: 0, Tie.FINISH_START: 1, Tie.START_FINISH: 2, Tie.START_START: 3}
TENTHS_PER_WEEK = HOURS_PER_WEEK * 60 * 10
CENTS = 100
IN_WEEKS = 9  # how lags and durations are shown
EVER = date(1984, 1, 1), date(2049, 12, 31)
"""What MS Project writes for no first and no last day."""
WORKING, SCHOOL_DAYS = "Working weeks", "All holidays"
SHIFTS = (("08:00:00", "12:00:00"), ("13:00:00", "17:00:00"))
FIELDS = {"key": "188743731", "kind": "188743734", "school": "188743737", "wave": "188743740", "source": "188743743",
          "at_most": "188743746"}  # fmt: skip
"""Our own columns as custom texts 1 to 6 of a task, by the number that MS Project gives each field."""


def project_xml(outline: Outline, before: Mapping[str, Dates] | None = None) -> bytes:
    """The plan as an XML document.

    Parameters
    ----------
    outline
        Every step of it has dates.
    before
        Dates of an earlier plan, by key; they become the baseline. By default the plan is its own.

    Raises
    ------
    ValueError
        When a step has no dates.
    """
    root = Element("Project", xmlns=NAMESPACE)
    _head(root, outline)
    attributes = SubElement(root, "ExtendedAttributes")
    for number, (name, field) in enumerate(FIELDS.items(), start=1):
        _add(attributes, "ExtendedAttribute", FieldID=field, FieldName=f"Text{number}", Alias=name)
    calendars = SubElement(root, "Calendars")
    _calendar(calendars, 1, WORKING, outline.closed)
    _calendar(calendars, 2, SCHOOL_DAYS, outline.holidays)
    numbers = _tasks(root, outline, before)
    _resources(root, outline.resources)
    _assignments(root, outline, numbers)
    indent(root, space=" ")
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}\n'.encode()


def _add(parent: Element, tag: str, **values: object) -> Element:
    """A child with one element per value, in the order given."""
    child = SubElement(parent, tag)
    for name, value in values.items():
        SubElement(child, name).text = str(value)
    return child


def _head(root: Element, outline: Outline) -> None:
    days = [day for step in outline.steps for day in (step.start, step.finish) if day]
    values = {
        "SaveVersion": 14,
        "Name": outline.name,
        "Title": outline.name,
        "ScheduleFromStart": 1,
        "StartDate": _morning(outline.start or min(days)),
        "FinishDate": _evening(max(days)),
        "CalendarUID": 1,
        "DefaultStartTime": "08:00:00",
        "DefaultFinishTime": "17:00:00",
        "MinutesPerDay": 480,
        "MinutesPerWeek": HOURS_PER_WEEK * 60,
        "DaysPerMonth": 20,
        "DurationFormat": IN_WEEKS,
        "NewTasksAreManual": 1,
    }
    for name, value in values.items():
        SubElement(root, name).text = str(value)


def _calendar(parent: Element, number: int, name: str, breaks: Iterable[Break]) -> None:
    calendar = _add(parent, "Calendar", UID=number, Name=name, IsBaseCalendar=1, BaseCalendarUID=-1)
    days = SubElement(calendar, "WeekDays")
    for day in range(1, 8):  # Sunday is 1
        works = 2 <= day <= 6
        week_day = _add(days, "WeekDay", DayType=day, DayWorking=int(works))
        if works:
            times = SubElement(week_day, "WorkingTimes")
            for start, end in SHIFTS:
                _add(times, "WorkingTime", FromTime=start, ToTime=end)
    exceptions = SubElement(calendar, "Exceptions")
    for gap in breaks:
        exception = SubElement(exceptions, "Exception")
        SubElement(exception, "EnteredByOccurrences").text = "0"
        _add(exception, "TimePeriod", FromDate=f"{gap.start}T00:00:00", ToDate=f"{gap.end}T23:59:00")
        for tag, value in (("Occurrences", (gap.end - gap.start).days + 1), ("Name", gap.name or "No work")):
            SubElement(exception, tag).text = str(value)
        for tag, value in (("Type", 1), ("DayWorking", 0)):
            SubElement(exception, tag).text = str(value)


def _tasks(root: Element, outline: Outline, before: Mapping[str, Dates] | None) -> dict[str, int]:
    """Write the tasks: one summary per initiative, its steps below; gives each step's number."""
    tasks = SubElement(root, "Tasks")
    groups = [(key, title, outline.of_initiative(key)) for key, title in outline.initiatives]
    numbers: dict[str, int] = {}
    number = 0
    for _, _, steps in groups:
        number += 1
        for step in steps:
            number += 1
            numbers[step.key] = number
    number = 0
    for place, (key, title, steps) in enumerate(groups, start=1):
        number += 1
        if steps:
            summary = _summary(tasks, number, place, title=title, steps=steps)
            _add(summary, "ExtendedAttribute", FieldID=FIELDS["key"], Value=key)
        for inner, step in enumerate(steps, start=1):
            number += 1
            _task(tasks, step, numbers, wbs=f"{place}.{inner}", before=before)
    return numbers


def _summary(tasks: Element, number: int, place: int, *, title: str, steps: list[Step]) -> Element:
    start, finish = min(_day(step.start) for step in steps), max(_day(step.finish) for step in steps)
    return _add(tasks, "Task", UID=number, ID=number, Name=title, Manual=0, Type=1, IsNull=0, WBS=place,
                OutlineNumber=place, OutlineLevel=1, Start=_morning(start), Finish=_evening(finish),
                Milestone=0, Summary=1)  # fmt: skip


def _task(
    tasks: Element, step: Step, numbers: Mapping[str, int], *, wbs: str, before: Mapping[str, Dates] | None
) -> None:
    start, finish, length = _morning(_day(step.start)), _evening(_day(step.finish)), _hours(step.weeks)
    number = numbers[step.key]
    values = {"UID": number, "ID": number, "Name": step.title, "Manual": 1, "Type": 1, "IsNull": 0}
    values |= {"Contact": step.owner} if step.owner else {}
    values |= {"WBS": wbs, "OutlineNumber": wbs, "OutlineLevel": 2, "Start": start, "Finish": finish}
    values |= {"Duration": length, "ManualStart": start, "ManualFinish": finish, "ManualDuration": length}
    values |= {"DurationFormat": IN_WEEKS, "Work": _hours(step.weeks * sum(amount for _, amount in step.needs))}
    values |= {"EffortDriven": 0, "Milestone": 0, "Summary": 0}
    values |= {"FixedCost": step.cost * CENTS, "FixedCostAccrual": 1} if step.cost else {}
    values |= {"ConstraintType": 4 if step.not_before else 0, "CalendarUID": -1}
    values |= {"ConstraintDate": _morning(step.not_before)} if step.not_before else {}
    values |= {"Deadline": _evening(step.finish_by)} if step.finish_by else {}
    task = _add(tasks, "Task", **values)
    for link in step.after:
        _add(task, "PredecessorLink", PredecessorUID=numbers[link.before], Type=LINK_TYPES[link.tie], CrossProject=0,
             LinkLag=link.at_least * TENTHS_PER_WEEK, LagFormat=IN_WEEKS)  # fmt: skip
    for name, value in _own_fields(step, numbers).items():
        _add(task, "ExtendedAttribute", FieldID=FIELDS[name], Value=value)
    dates = (before or {}).get(step.key)
    first, last = (dates.start, dates.finish) if dates else (_day(step.start), _day(step.finish))
    if before is None or dates:
        _add(task, "Baseline", Number=0, Start=_morning(first), Finish=_evening(last), Duration=length)


def _own_fields(step: Step, numbers: Mapping[str, int]) -> dict[str, str]:
    """What MS Project has no place for, in its custom texts; a link's largest distance is named by its other end."""
    values = {"key": step.key, "kind": step.kind, "school": step.school, "source": step.source}
    values["wave"] = "" if step.wave is None else str(step.wave)
    values["at_most"] = "; ".join(_most(link, numbers) for link in step.after if link.at_most is not None)
    return {name: value for name, value in values.items() if value}


def _most(link: Link, numbers: Mapping[str, int]) -> str:
    return f"{numbers[link.before]} {link.tie.value}<={link.at_most}w"


def _resources(root: Element, resources: Iterable[Resource]) -> None:
    parent = SubElement(root, "Resources")
    for number, resource in enumerate(resources, start=1):
        made = _add(parent, "Resource", UID=number, ID=number, Name=resource.key, Type=1, IsNull=0,
                    MaxUnits=resource.capacity, CalendarUID=-1)  # fmt: skip
        if resource.changes:
            periods = SubElement(made, "AvailabilityPeriods")
            for first, last, units in _periods(resource):
                _add(periods, "AvailabilityPeriod", AvailableFrom=f"{first}T00:00:00", AvailableTo=f"{last}T23:59:00",
                     AvailableUnits=units)  # fmt: skip


def _periods(resource: Resource) -> list[tuple[date, date, int]]:
    """All of time in spans of equal units, which is how MS Project wants it; the smallest change of a day holds."""
    cuts = {EVER[0], *(first for first, _, _ in resource.changes)}
    starts = sorted(cuts | {last + timedelta(days=1) for _, last, _ in resource.changes})
    spans = zip(starts, [*(start - timedelta(days=1) for start in starts[1:]), EVER[1]], strict=True)
    made = []
    for first, last in spans:
        units = [units for start, end, units in resource.changes if start <= first <= end]
        made.append((first, last, min(units, default=resource.capacity)))
    return made


def _assignments(root: Element, outline: Outline, numbers: Mapping[str, int]) -> None:
    parent = SubElement(root, "Assignments")
    known = {resource.key: number for number, resource in enumerate(outline.resources, start=1)}
    number = 0
    for step in outline.steps:
        for key, amount in step.needs:
            number += 1
            work = _hours(step.weeks * amount)
            _add(parent, "Assignment", UID=number, TaskUID=numbers[step.key], ResourceUID=known[key],
                 Finish=_evening(_day(step.finish)), RemainingWork=work, Start=_morning(_day(step.start)),
                 Units=amount, Work=work)  # fmt: skip


def _day(day: date | None) -> date:
    if day is None:
        raise ValueError("a step without dates cannot be written")
    return day


def _morning(day: date) -> str:
    return f"{day}T08:00:00"


def _evening(day: date) -> str:
    return f"{day}T17:00:00"


def _hours(weeks: int) -> str:
    return f"PT{weeks * HOURS_PER_WEEK}H0M0S"
