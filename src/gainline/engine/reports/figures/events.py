"""The figure over time: the effect in each period before and after the tool came."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

from gainline.engine.reports import charts, numbers
from gainline.engine.reports.charts import Line, Row, RowsDrawing
from gainline.engine.reports.facts import Facts
from gainline.engine.reports.figures.frame import Figure, Table, both

_OWN_WORDS = {"interrupted_series": "series_", "synthetic_control": "mixture_"}
"""Designs in which a period is held against something else than units without the tool."""


def events_figure(facts: Facts) -> Figure:
    """Periods before the tool should lie near zero; those after it show when the effect came and whether it stayed."""
    t, points = facts.words, facts.evidence["events"]
    rows = tuple(
        Row(
            _label(facts, point["period"]),
            "",
            point["effect"],
            point["low"],
            point["high"],
            "comparison" if point["period"] < 0 else "subject",
            heading=_heading(facts, points, place),
        )
        for place, point in enumerate(points)
    )
    drawing = RowsDrawing(
        rows, _said(facts, "axis", unit=facts.unit), (Line(0.0, t("events.zero")),), places=facts.places
    )
    told = _sentence(facts)
    cells = tuple(
        (_label(facts, p["period"]), facts.effect(p["effect"]), _interval(facts, p), numbers.count(p["clusters"]))
        for p in points
    )
    head = ("col_period", "col_effect", "col_interval", "col_clusters")
    return Figure(
        "events",
        _said(facts, f"title_{_reading(facts)}"),
        t("events.subtitle", outcome=facts.primary["label"], unit=facts.unit),
        both(charts.rows_svg, drawing, "events"),
        f"{t('events.alt')} {told}",
        Table(tuple(t(f"events.{key}") for key in head), cells),
        told,
        facts.source,
        notes=(_said(facts, "how"),),
    )


def _said(facts: Facts, key: str, **parts: str) -> str:
    """The sentence of the design: of one series, of a mixture of schools, or of units with and without the tool."""
    return facts.words(f"events.{_OWN_WORDS.get(facts.plan['design']['kind'], '')}{key}", **parts)


def _reading(facts: Facts) -> str:
    """Whether the periods before already differ, and whether those after do.

    One of twenty intervals misses zero by chance, so all rows of a side are held against zero together: their
    intervals are widened until one in twenty such sides would show anything (Bonferroni).
    """
    points = facts.evidence["events"]
    before, after = ([p for p in points if (p["period"] < 0) is side] for side in (True, False))
    if _stands_apart(before):
        return "before"
    return "after" if _stands_apart(after) else "none"


def _stands_apart(points: list[dict[str, Any]]) -> bool:
    usual = NormalDist().inv_cdf(0.975)
    wider = NormalDist().inv_cdf(1.0 - 0.025 / max(len(points), 1)) / usual
    for p in points:
        low, high = (p["effect"] + wider * (p[end] - p["effect"]) for end in ("low", "high"))
        if not low <= 0.0 <= high:
            return True
    return False


def _label(facts: Facts, period: int) -> str:
    if period == 0:
        return facts.words("events.at_start")
    return facts.words("events.before" if period < 0 else "events.after", n=abs(period))


def _heading(facts: Facts, points: list[dict[str, float]], place: int) -> str:
    """A heading over the first row before and the first row after."""
    after = points[place]["period"] >= 0
    if place and (points[place - 1]["period"] >= 0) == after:
        return ""
    return _said(facts, "heading_after" if after else "heading_before")


def _interval(facts: Facts, point: dict[str, float]) -> str:
    return facts.words("page.range", low=facts.effect(point["low"]), high=facts.effect(point["high"]))


def _sentence(facts: Facts) -> str:
    rows = [
        f"{_label(facts, p['period'])}: {facts.effect(p['effect'])} ({_interval(facts, p)})"
        for p in facts.evidence["events"]
    ]
    return "; ".join(rows) + "."
