"""Measure for everybody: counts and shares that go beside what was measured for the public before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any

from gainline.engine.indicators import Indicator
from gainline.engine.ledger import digest
from gainline.engine.privacy import Audience, Policy, Released, ReleaseTable, one_way, release
from gainline.engine.privacy.kept import PEOPLE, Population, beside, counted, pasts, plain, repeats, same_counts
from gainline.engine.privacy.tables import NOT_REACHED, REACHED, TOTAL, Key, outcomes
from gainline.road.measuring import TOO_FEW, Measured
from gainline.road.releases import enter, released_of
from gainline.road.workspace import Workspace

OF = "measurements"
_SHARE = "share of students"  # the unit of a measure whose value and n give a count of students


@dataclass(frozen=True, slots=True)
class _Asked:
    """A measurement's rows, and how each is named by whom it counts."""

    measured: Measured
    names: tuple[str, ...]
    populations: tuple[Population, ...]

    @property
    def indicator(self) -> Indicator:
        return self.measured.indicator

    @property
    def is_share(self) -> bool:
        return self.indicator.unit == _SHARE


def release_measured(
    workspace: Workspace, measured: Measured, where: Mapping[str, Sequence[str]] | None, *, on: date
) -> list[dict[str, Any]]:
    """A measurement's rows as everybody may read them, entered in the journal of releases.

    Shares of students are told as bands and other values in three digits, so that neither gives a count away. A group
    that differs by a few people from one that was shown before is hidden or banded, and while too few make a difference
    to the same measurement of an earlier day, that one stands; the note says so.

    Parameters
    ----------
    where
        The filters of the question.
    """
    if not measured.rows:
        return []
    asked = _asked(measured, where or {})
    table = _table(asked)
    own = {"of": OF, "at": measured.indicator.key, "table": digest([[list(c.key), c.count] for c in table.cells])}
    told = list(released_of(workspace, OF))
    before = list(takewhile(lambda one: not own.items() <= one.items(), told))
    policy = Policy(minimum_n=max(Policy().minimum_n, measured.indicator.minimum_n))
    tied = pasts(table, _of_the_same(table, before, measured.indicator.key))
    shown = release(beside(table, before, policy), audience=Audience.PUBLIC, policy=policy, earlier=tied)
    if len(before) == len(told):  # the same question with the same answer is entered once, and always shown alike
        enter(workspace, {**own, "who": sorted(map(str, asked.populations))}, table, shown, on=on)
    return [_row(asked, place, shown) for place in range(len(measured.rows))]


def _asked(measured: Measured, where: Mapping[str, Sequence[str]]) -> _Asked:
    narrowed = {column: [plain(value) for value in values] for column, values in where.items()}
    names = tuple(" / ".join(str(row[column]) for column in measured.by) or "all" for row in measured.rows)
    groups = tuple(
        Population.of({**narrowed, **{column: [plain(row[column])] for column in measured.by}}) for row in measured.rows
    )
    return _Asked(measured, names, groups)


def _table(asked: _Asked) -> ReleaseTable:
    """The rows' counts, named by whom they count; of a share also how many reached it."""
    rows = dict(zip(asked.names, asked.measured.rows, strict=True))
    if not asked.is_share:
        table = one_way("group", {name: int(row["n"]) for name, row in rows.items()})
        return counted(table, {("group", name): who for name, who in _whom(asked)})
    told = {name: (round((row["value"] or 0.0) * int(row["n"])), int(row["n"])) for name, row in rows.items()}
    named: dict[Key, Population] = {}
    for name, who in _whom(asked):
        named["group", name, TOTAL] = who
        for side in (REACHED, NOT_REACHED):
            named["group", name, side] = who.narrowed(_side(asked, side))
    return counted(outcomes("group", told), named)


def _side(asked: _Asked, side: str) -> str:
    return plain(f"{side}: {asked.indicator.key}")


def _whom(asked: _Asked) -> list[tuple[str, Population]]:
    return list(zip(asked.names, asked.populations, strict=True))


def _of_the_same(table: ReleaseTable, before: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """Earlier releases that are tied whole: of the same indicator, or of another one with the very same counts."""
    return [one for one in before if one["at"] == key or same_counts(table, one)]


def _row(asked: _Asked, place: int, shown: Released) -> dict[str, Any]:
    row, who = asked.measured.rows[place], asked.populations[place]
    head = {column: row[column] for column in asked.measured.by} | {"unit": asked.indicator.unit}
    if repeats(shown.reasons):
        return {**head, "value": None, "n": None, "note": _says(shown)}
    count = shown.count(PEOPLE, str(who))
    told = "" if count.low == count.high else f"{count.low:,} to {count.high:,} people"
    if not shown.may_show_effect((PEOPLE, str(who))) or row["value"] is None:
        return {**head, "value": None, "n": None, "note": "; ".join(filter(None, (TOO_FEW, _says(shown))))}
    value, band = _value(asked, row, who, shown)
    note = "; ".join(filter(None, (band, told, "some students without a row are left out" if row["missing"] else "")))
    return {**head, "value": value, "n": count.low if not told else None, "note": note}


def _value(asked: _Asked, row: dict[str, Any], who: Population, shown: Released) -> tuple[float | None, str]:
    """A value in three digits, from which nobody works out a hidden n; of a share the band that holds it."""
    if not asked.is_share:
        return float(f"{row['value']:.3g}"), ""
    reached = who.narrowed(_side(asked, REACHED))
    band = shown.share((PEOPLE, str(reached)), (PEOPLE, str(who)))
    if band is None:
        return None, TOO_FEW
    return None, f"{band.low} %" if band.low == band.high else f"{band.low} to {band.high} %"


def _says(shown: Released) -> str:
    return "; ".join(f"{reason.code} {reason.says}" for reason in shown.reasons)
