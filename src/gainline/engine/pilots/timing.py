"""Rules about dates: whether the answer can be known in time, and how long the tool is used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gainline.engine.core.calendar import Window
from gainline.engine.core.issues import Issue
from gainline.engine.pilots.sheet import Sheet

SHORTEST_WEEKS = 6
LONGEST_DAYS = 731  # two years, one of them a leap year


def check_dates(sheet: Sheet) -> Iterator[Issue]:
    """The prediction's date, the deadline and the window, against each other and against the day."""
    yield from _check_deadline(sheet)
    yield from _check_prediction(sheet)
    yield from _check_length(sheet)
    yield from _check_day(sheet)


def _check_deadline(sheet: Sheet) -> Iterator[Issue]:
    window, decide_by = sheet.plan.window, sheet.plan.deadline.decide_by
    if decide_by > window.end:
        return
    length = window.end - window.start
    latest_end = decide_by - timedelta(days=1)
    yield sheet.error(
        "PL022",
        ("deadline", "decide_by"),
        f"this cannot be known in time: the tool is used until {window.end}, the decision falls on {decide_by}",
        f"with {length.days + 1} days of use the window starts on {latest_end - length} at the latest;"
        " start earlier, shorten the window, or move the decision",
    )


def _check_prediction(sheet: Sheet) -> Iterator[Issue]:
    by, window, deadline = sheet.plan.hypothesis.by, sheet.plan.window, sheet.plan.deadline
    if by is None:
        return
    at = ("hypothesis", "by")
    if by <= window.end:
        says = f"the prediction is due on {by}, before the tool's use ends on {window.end}"
        yield sheet.error("PL020", at, says, "name the day after the window on which the measure is known")
    if by > deadline.decide_by and deadline.decide_by > window.end:
        says = f"the measure is known on {by}, after the decision of {deadline.decide_by}"
        remedy = "use an earlier test window, or move the decision; work backwards from the date that matters"
        yield sheet.error("PL021", at, says, remedy)


def _check_length(sheet: Sheet) -> Iterator[Issue]:
    window = Window(sheet.plan.window.start, sheet.plan.window.end)
    if window.weeks < SHORTEST_WEEKS:
        says = f"the tool is used for {window.weeks:.1f} weeks; fewer than {SHORTEST_WEEKS} rarely move a test score"
        yield sheet.warning(
            "PL024", ("window",), says, "plan a longer window, or an outcome close to what is practiced"
        )
    if window.days > LONGEST_DAYS:
        says = f"the window is {window.days} days long, more than two years"
        yield sheet.warning("PL025", ("window",), says, "check the years; a cycle decides within a school year")


def _check_day(sheet: Sheet) -> Iterator[Issue]:
    if sheet.as_of > sheet.plan.deadline.decide_by:
        says = f"the decision of {sheet.plan.deadline.decide_by} lies before {sheet.as_of}"
        remedy = "if this looks back on purpose, say so in the aim; otherwise set the date of the next decision"
        yield sheet.warning("PL026", ("deadline", "decide_by"), says, remedy)
    elif sheet.as_of > sheet.plan.window.end:
        says = f"the window ended on {sheet.plan.window.end}, so the data may have been seen on {sheet.as_of}"
        remedy = "register before the window ends; a plan written later is shown with its date"
        yield sheet.warning("PL027", ("window", "end"), says, remedy)
