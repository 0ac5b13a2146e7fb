"""The figure over time: the effect in each period before and after the tool came."""

from __future__ import annotations

from gainline.engine.reports import charts, numbers
from gainline.engine.reports.charts import Line, Row, RowsDrawing
from gainline.engine.reports.facts import Facts
from gainline.engine.reports.figures.frame import Figure, Table, both


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
    drawing = RowsDrawing(rows, t("events.axis", unit=facts.unit), (Line(0.0, t("events.zero")),), places=facts.places)
    told = _sentence(facts)
    cells = tuple(
        (_label(facts, p["period"]), facts.effect(p["effect"]), _interval(facts, p), numbers.count(p["clusters"]))
        for p in points
    )
    head = ("col_period", "col_effect", "col_interval", "col_clusters")
    return Figure(
        "events",
        t(f"events.title_{_reading(facts)}"),
        t("events.subtitle", outcome=facts.primary["label"], unit=facts.unit),
        both(charts.rows_svg, drawing, "events"),
        f"{t('events.alt')} {told}",
        Table(tuple(t(f"events.{key}") for key in head), cells),
        told,
        facts.source,
        notes=(t("events.how"),),
    )


def _reading(facts: Facts) -> str:
    """Whether the periods before already differ, and whether those after do."""
    points = facts.evidence["events"]
    if any(p["period"] < 0 and not p["low"] <= 0.0 <= p["high"] for p in points):
        return "before"
    clear = [p for p in points if p["period"] >= 0 and not p["low"] <= 0.0 <= p["high"]]
    return "after" if clear else "none"


def _label(facts: Facts, period: int) -> str:
    if period == 0:
        return facts.words("events.at_start")
    return facts.words("events.before" if period < 0 else "events.after", n=abs(period))


def _heading(facts: Facts, points: list[dict[str, float]], place: int) -> str:
    """A heading over the first row before and the first row after."""
    after = points[place]["period"] >= 0
    if place and (points[place - 1]["period"] >= 0) == after:
        return ""
    return facts.words("events.heading_after" if after else "events.heading_before")


def _interval(facts: Facts, point: dict[str, float]) -> str:
    return facts.words("page.range", low=facts.effect(point["low"]), high=facts.effect(point["high"]))


def _sentence(facts: Facts) -> str:
    rows = [
        f"{_label(facts, p['period'])}: {facts.effect(p['effect'])} ({_interval(facts, p)})"
        for p in facts.evidence["events"]
    ]
    return "; ".join(rows) + "."
