"""Use week by week, as a figure: how it went, and what people noted on the days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gainline.engine.reports import numbers
from gainline.engine.reports.charts.weeks import WeeksDrawing, weeks_svg
from gainline.engine.reports.figures.frame import Figure, Table, both
from gainline.engine.reports.pinned import Pinned
from gainline.engine.reports.words import Words


@dataclass(frozen=True, slots=True)
class Week:
    """One week: its first day, the value that may be shown (None for too few people), and what is written in its place.

    `people` is how many stand behind it as the exit let it through; empty where it did not.
    """

    starts: date
    value: float | None
    unit: str = ""
    people: str = ""
    note: str = ""


def weeks_figure(weeks: Sequence[Week], *, label: str, subtitle: str, notes: Sequence[Pinned], words: Words) -> Figure:
    """The figure of a series that passed the exit for numbers; at least one week is needed.

    Parameters
    ----------
    weeks
        In order of time.
    label
        What was counted.
    notes
        Those with a day within the weeks are pinned to the line; they and all others stand beside it.

    Raises
    ------
    ValueError
        When there is no week.
    """
    if not weeks:
        raise ValueError("a chart over weeks needs a week")
    t, told = words, _told(weeks, words)
    pinned = _within(notes, weeks)
    drawing = WeeksDrawing(
        tuple((week.starts, week.value) for week in weeks),
        tuple(_value(week) for week in weeks),
        tuple((date.fromisoformat(note.on), number) for number, note in enumerate(pinned, 1)),
        numbers.day(weeks[0].starts.isoformat(), t.lang),
        numbers.day(weeks[-1].starts.isoformat(), t.lang),
    )
    head = tuple(t(f"weeks.col_{key}") for key in ("week", "value", "people", "note"))
    rows = tuple(
        (numbers.day(week.starts.isoformat(), t.lang), _value(week), week.people or "–", week.note) for week in weeks
    )
    return Figure(
        "weeks", told, subtitle, both(weeks_svg, drawing, "weeks"), f"{t('weeks.alt', what=label)} {told}.",
        Table(head, rows, label), _sentence(weeks, words), "", notes=_margin(pinned, notes, words),
    )  # fmt: skip


def _told(weeks: Sequence[Week], t: Words) -> str:
    """The finding, without any claim about why: where it began and where it stands."""
    known = [week for week in weeks if week.value is not None]
    if len(known) < 2:
        return t("weeks.title_few")
    first, last = known[0], known[-1]
    return t("weeks.title", first=_value(first), last=_value(last), n=len(known))


def _sentence(weeks: Sequence[Week], t: Words) -> str:
    parts = (f"{numbers.day(week.starts.isoformat(), t.lang)}: {_value(week)}" for week in weeks)
    return "; ".join(parts) + "."


def _value(week: Week) -> str:
    if week.value is None:
        return "–"
    return f"{numbers.number(week.value, numbers.places_of(week.value))} {week.unit}".rstrip()


def _within(notes: Sequence[Pinned], weeks: Sequence[Week]) -> list[Pinned]:
    """Notes on a day that the line covers, the seven days of the last week included, by day."""
    first, last = weeks[0].starts, date.fromordinal(weeks[-1].starts.toordinal() + 6)
    dated = [note for note in notes if note.on]
    return sorted((n for n in dated if first <= date.fromisoformat(n.on) <= last), key=lambda note: note.on)


def _margin(pinned: Sequence[Pinned], notes: Sequence[Pinned], t: Words) -> tuple[str, ...]:
    numbered = [f"{number} · {numbers.day(note.on, t.lang)}: {note.says}" for number, note in enumerate(pinned, 1)]
    return (*numbered, *(note.says for note in notes if note.figure == "weeks" and note not in pinned))
