"""Links and needs as one cell of a table: what we write, and what other programs write."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from gainline.engine.roadmap.exchange.outline import Link
from gainline.engine.roadmap.model import Tie

_LINK = re.compile(
    r"^(?P<key>.+?)(?:\s*(?P<tie>FS|SS|FF|SF)(?:\s*(?P<sign>[+-])\s*(?P<lag>\d+(?:\.\d+)?)\s*(?P<unit>[a-z%]*))?)?"
    r"(?:\s*<=\s*(?P<most>-?\d+)\s*w)?$"
)
_NEED = re.compile(r"^(?P<key>[^:\[\]]+?)\s*(?::\s*(?P<amount>\d+)|\[(?P<share>\d+(?:\.\d+)?)%\])?$")
_DURATION = re.compile(r"^\s*(?P<count>\d+(?:[.,]\d+)?)\s*(?P<unit>[a-z]*)\??\s*$", re.IGNORECASE)
_WEEKS_PER = {"w": 1.0, "d": 0.2, "h": 1 / 40, "m": 4.0}  # a month of a planning program has twenty days
NOT_WEEKS = frozenset({"min", "mins", "minute", "minutes"})


def links_said(links: Iterable[Link]) -> str:
    """Links as a cell.

    Examples
    --------
    >>> links_said([Link("reading.live@ash"), Link("reading.train@ash", Tie.START_START, 2, 4)])
    'reading.live@ash FS; reading.train@ash SS+2w<=4w'
    """
    return "; ".join(_said(link) for link in links)


def _said(link: Link) -> str:
    lag = f"{link.at_least:+d}w" if link.at_least else ""
    return f"{link.before} {link.tie.value}{lag}" + ("" if link.at_most is None else f"<={link.at_most}w")


def read_link(text: str) -> tuple[Link | None, bool]:
    """One link out of a cell, and whether its lag had to be rounded up; no link when the text is none.

    Examples
    --------
    >>> read_link("3FS+5 days")
    (Link(before='3', tie=<Tie.FINISH_START: 'FS'>, at_least=1, at_most=None), False)
    """
    found = _LINK.match(text.strip())
    if found is None:
        return None, False
    weeks = 0.0
    if found["lag"]:
        if found["unit"] == "%" or (unit := weeks_per(found["unit"] or "d")) is None:
            return None, False
        weeks = float(found["lag"]) * unit * (-1 if found["sign"] == "-" else 1)
    least, rounded = whole_weeks(weeks)
    most = int(found["most"]) if found["most"] else None
    return Link(found["key"].strip(), Tie(found["tie"] or "FS"), least, most), rounded


def read_need(text: str) -> tuple[str, int, bool] | None:
    """A resource and its units, and whether a share was rounded up to whole units; None when the text is neither.

    Examples
    --------
    >>> read_need("coaches:2"), read_need("Coach[50%]"), read_need("IT")
    (('coaches', 2, False), ('Coach', 1, True), ('IT', 1, False))
    """
    found = _NEED.match(text.strip())
    if found is None:
        return None
    if found["share"] is not None:
        units = float(found["share"]) / 100
        return found["key"].strip(), max(1, math.ceil(units)), units != math.ceil(units)
    return found["key"].strip(), int(found["amount"] or 1), False


def read_duration(text: str) -> tuple[int, bool] | None:
    """Working weeks out of a cell, a bare number being weeks, and whether they were rounded up; None when it is none.

    Examples
    --------
    >>> read_duration("2 wks"), read_duration("5 days"), read_duration("3.5 days?"), read_duration("soon")
    ((2, False), (1, False), (1, True), None)
    """
    found = _DURATION.match(text)
    if found is None or (unit := weeks_per(found["unit"] or "w")) is None:
        return None
    weeks, rounded = whole_weeks(float(found["count"].replace(",", ".")) * unit)
    return max(1, weeks), rounded or weeks < 1


def weeks_per(unit: str) -> float | None:
    """How many working weeks a unit of time is, by the names that planning programs use; None for no such unit."""
    folded = unit.lower()
    if folded.startswith("e") or folded in NOT_WEEKS:
        return None
    return _WEEKS_PER.get(folded[:1])


def whole_weeks(weeks: float) -> tuple[int, bool]:
    """Weeks rounded up to whole ones, and whether that changed them."""
    nearest = round(weeks)
    if abs(weeks - nearest) < 1e-9:  # tenths of days add up to whole weeks only up to rounding
        return nearest, False
    return math.ceil(weeks), True
