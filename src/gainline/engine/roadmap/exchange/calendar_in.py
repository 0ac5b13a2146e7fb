"""The district's calendar out of an iCalendar file: terms, holidays, testing, learning days and board days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from icalendar import Event

from gainline.engine.core.issues import Issue, Level
from gainline.engine.core.toml_text import toml_table, toml_value

Span = tuple[str, date, date]
MOST_LINES = 2_000_000
_KINDS = (
    ("learning_days", r"professional|staff development|in-?service|teacher work ?day|\bpd\b|learning day"),
    ("first_day", r"(first|1st) day (of|for) (school|classes|students)|school (begins|starts)|classes (begin|start)"),
    ("last_day", r"last day (of|for) (school|classes|students)|school ends|classes end"),
    ("testing", r"\btest(s|ing)?\b|assessment|\bexams?\b|benchmark"),
    ("board_days", r"\bboard\b"),
    ("holidays", r"no (school|classes|students)|holiday|\bbreak\b|recess|clos(ed|ure)|vacation|labor day|thanksgiving"),
    ("terms", r"\b(semester|term|trimester|quarter|school year)\b"),
)


@dataclass(slots=True)
class CalendarRead:
    """What a calendar file holds for a roadmap; ``read = taken + left`` counts its events."""

    terms: list[Span] = field(default_factory=list)
    holidays: list[Span] = field(default_factory=list)
    testing: list[Span] = field(default_factory=list)
    learning_days: list[date] = field(default_factory=list)
    board_days: list[date] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    read: int = 0
    taken: int = 0
    left: int = 0


def read_calendar(text: str, *, file: str) -> CalendarRead:
    """Read the events of a calendar file into the parts of a roadmap's calendar.

    What an event is, is told by its categories and its words; what nothing tells is left out and said. First and last
    days of school are paired to terms.

    Returns
    -------
    CalendarRead
        With issues by line: RM084 an event that cannot be read, RM085 one that is of no use here, RM086 one that was
        repaired, RM087 one that repeats by a rule, RM088 a term that has no other end.
    """
    found = CalendarRead()
    edges: list[tuple[str, date, int]] = []
    for line, block in _blocks(text):
        found.read += 1
        _take(found, edges, (file, line), block)
    _pair(found, edges, file)
    if not found.read:
        _say(found, "RM084", Level.ERROR, (file, 1), "the file holds no event")
    return found


def calendar_text(found: CalendarRead) -> str:
    """The ``[calendar]`` of a roadmap's file."""
    lines = ["[calendar]"]
    for name, spans in (("terms", found.terms), ("holidays", found.holidays), ("testing", found.testing)):
        rows = [toml_value({"name": title, "start": start, "end": end}) for title, start, end in sorted(spans, key=_by)]
        lines += [f"{name} = [", *(f"  {row}," for row in rows), "]"] if rows else [f"{name} = []"]
    days = {"learning_days": sorted(set(found.learning_days)), "board_days": sorted(set(found.board_days))}
    return "\n".join(lines) + "\n" + toml_table("", days)


def _by(span: Span) -> tuple[date, date, str]:
    return span[1], span[2], span[0]


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Line and text of each event; one that is cut off comes as far as it goes."""
    block: list[str] = []
    first = 0
    for number, line in enumerate(text.splitlines()[:MOST_LINES], start=1):
        if line.strip().upper() == "BEGIN:VEVENT":
            if block:
                yield first, "\r\n".join(block)
            block, first = [line], number
        elif block:
            block.append(line)
            if line.strip().upper() == "END:VEVENT":
                yield first, "\r\n".join(block) + "\r\n"
                block = []
    if block:
        yield first, "\r\n".join(block)


def _take(found: CalendarRead, edges: list[tuple[str, date, int]], at: tuple[str, int], block: str) -> None:
    event = _event(block)
    span = _days(event) if event is not None else None
    if event is None or span is None:
        _leave(found, "RM084", at, "this event cannot be read")
        return
    title = str(event.get("SUMMARY", "")).strip()
    kind = _kind(f"{title}\n{_categories(event)}")
    if event.get("RRULE") is not None:
        _leave(found, "RM087", at, "this event repeats by a rule")
        return
    if kind is None or str(event.get("STATUS", "")).upper() == "CANCELLED":
        _leave(found, "RM085", at, "nothing says what this event means to a roadmap")
        return
    start, end, timed = span
    found.taken += 1
    if kind in ("first_day", "last_day"):
        edges.append((kind, start, at[1]))
    elif kind in ("learning_days", "board_days"):
        days: list[date] = getattr(found, kind)
        days.extend(start + timedelta(days=day) for day in range((end - start).days + 1))
    else:
        getattr(found, kind).append((title, start, end))
    if timed and kind != "board_days":
        _say(found, "RM086", Level.NOTE, at, "the event has a time of day; its whole day was taken")


def _event(block: str) -> Event | None:
    try:
        event = Event.from_ical(block)
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    return event if isinstance(event, Event) and not event.errors else None


def _categories(event: Event) -> str:
    try:
        return " ".join(str(one) for one in event.categories)
    except (AttributeError, TypeError, ValueError):
        return ""


def _days(event: Event) -> tuple[date, date, bool] | None:
    """First day, last day, and whether the event had a time of day; None when it has no honest days."""
    try:
        start, end = event.start, event.end
    except (ValueError, AttributeError, KeyError, TypeError, OverflowError):
        return None
    timed = isinstance(start, datetime)
    first = start.date() if isinstance(start, datetime) else start
    last = end.date() if isinstance(end, datetime) else end - timedelta(days=1) if end > first else first
    return (first, last, timed) if last >= first else None


def _kind(words: str) -> str | None:
    folded = words.lower()
    return next((kind for kind, pattern in _KINDS if re.search(pattern, folded)), None)


def _pair(found: CalendarRead, edges: list[tuple[str, date, int]], file: str) -> None:
    """First and last days of school in turn make terms; one without its other is said."""
    open_at: tuple[date, int] | None = None
    for kind, day, line in sorted(edges, key=lambda edge: (edge[1], edge[0])):
        if kind == "first_day" and open_at is None:
            open_at = (day, line)
        elif kind == "last_day" and open_at is not None:
            found.terms.append((f"{open_at[0].year}-{day.year}", open_at[0], day))
            open_at = None
        else:
            _unpaired(found, file, line)
    if open_at is not None:
        _unpaired(found, file, open_at[1])


def _unpaired(found: CalendarRead, file: str, line: int) -> None:
    found.taken -= 1
    _leave(found, "RM088", (file, line), "this first or last day of school has no other end")


_REMEDIES = {
    "RM084": "export the calendar anew, or write the days by hand",
    "RM085": "give it a category such as holiday, testing, board or learning day, if it matters",
    "RM086": "nothing to do, unless only part of the day is meant",
    "RM087": "export the calendar with each date on its own",
    "RM088": "add the other day to the calendar",
}


def _leave(found: CalendarRead, code: str, at: tuple[str, int], says: str) -> None:
    found.left += 1
    _say(found, code, Level.NOTE if code == "RM085" else Level.WARNING, at, says)


def _say(found: CalendarRead, code: str, level: Level, at: tuple[str, int], says: str) -> None:
    found.issues.append(Issue(code, level, says, _REMEDIES[code], file=at[0], line=at[1]))
