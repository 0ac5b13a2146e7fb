"""When a risk is looked at again: on the roadmap's board days, or every so many working weeks."""

from __future__ import annotations

from datetime import date

from gainline.engine.roadmap.calendar import Calendar
from gainline.engine.roadmap.risk.sheet import Risk


def next_review(risk: Risk, calendar: Calendar, *, after: date) -> date | None:
    """The first review after a day; None where the calendar holds none any more."""
    if risk.review == "board":
        return min((day for day in calendar.board_days if day > after), default=None)
    first = calendar.first_week_from(risk.opened)
    every = calendar.mondays[first + risk.review :: risk.review]
    return next((monday for monday in every if monday > after), None)
