"""The gaps' figure: before, after, and what the tool did to each registered gap."""

from __future__ import annotations

from typing import Any

from gainline.engine.reports import charts, numbers, people
from gainline.engine.reports.charts import Line, Row, RowsDrawing, SlopeDrawing
from gainline.engine.reports.facts import Facts
from gainline.engine.reports.figures.frame import Figure, Table

_LEVELS = ("gap_before", "gap_usual", "gap_tool")


def shown_gaps(facts: Facts) -> list[dict[str, Any]]:
    """The gaps, those of groups that may not be shown turned into "too few to say"."""
    blank = dict.fromkeys(("gap_before", "gap_usual", "gap_tool", "change", "low", "high", "widen_probability"), None)
    return [
        gap if gap["change"] is not None and _may_show_gap(facts, gap) else gap | blank | {"says": "too few to say"}
        for gap in facts.evidence["gaps"]
    ]


def _may_show_gap(facts: Facts, gap: dict[str, Any]) -> bool:
    """Whether both sides of the gap may be shown, in both arms.

    A side of several groups may be told although one small group in it is hidden: nobody can take the side apart.
    """
    split = next((s for s in facts.plan["subgroups"] if s["key"] == gap["subgroup"]), None)
    behind = set(split["disadvantaged"]) if split else set()
    rows = [row for row in facts.evidence["groups"] if row["subgroup"] == gap["subgroup"]]
    sides = ([row for row in rows if (row["group"] in behind) is side] for side in (True, False))
    return all(
        any(facts.released.may_show_effect(people.group_key(row["subgroup"], row["group"], arm)) for row in side)
        for side in sides
        for arm in people.ARMS
    )


def gap_figure(facts: Facts) -> Figure:
    """The gap before and after, and what the tool did to each registered gap."""
    t, gaps = facts.words, shown_gaps(facts)
    lead = lead_gap(gaps)
    drawings = []
    if lead is not None and lead["gap_tool"] is not None and lead["gap_usual"] is not None:
        drawings.append(("panel", charts.slope_svg(_slope(facts, lead), width=320, name="gap-slope")))
    drawings.append(("panel", charts.rows_svg(_changes(facts, gaps), width=320, name="gap-change")))
    told = " ".join(_gap_sentence(facts, gap) for gap in gaps)
    head = ("col_gap", "col_before", "col_usual", "col_tool", "col_change", "col_interval", "col_says")
    return Figure(
        "gap",
        _gap_title(facts, lead),
        t("gap.subtitle", outcome=facts.primary["label"], period=facts.period),
        tuple(drawings),
        f"{t('gap.alt')} {told}",
        Table(tuple(t(f"gap.{key}") for key in head), tuple(_gap_cells(facts, gap) for gap in gaps)),
        told,
        facts.source,
        notes=_notes(facts, lead),
    )


def _notes(facts: Facts, lead: dict[str, Any] | None) -> tuple[str, ...]:
    t = facts.words
    who = (t("gap.lead", who=lead["disadvantaged"], others=lead["others"]),) if lead else ()
    return (t("gap.how"), *who)


def lead_gap(gaps: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The gap that matters most for the decision: one that changed, then the surest; None with too few everywhere."""
    said = [gap for gap in gaps if gap["change"] is not None]
    order = {"widened": 0, "narrowed": 1}
    said.sort(key=lambda gap: (order.get(gap["says"], 2), -abs((gap["widen_probability"] or 0.5) - 0.5)))
    return said[0] if said else None


def _gap_title(facts: Facts, lead: dict[str, Any] | None) -> str:
    t = facts.words
    if lead is None:
        return t("gap.title_few")
    kind = {"widened": "widened", "narrowed": "narrowed"}.get(lead["says"], "cannot")
    return t(f"gap.title_{kind}", who=lead["disadvantaged"])


def _slope(facts: Facts, gap: dict[str, Any]) -> SlopeDrawing:
    t = facts.words
    return SlopeDrawing(
        before=gap["gap_before"],
        tool=gap["gap_tool"],
        usual=gap["gap_usual"],
        before_says=_before(facts, gap["gap_before"]),
        tool_says=t("gap.with", gap=_distance(facts, gap["gap_tool"])),
        usual_says=t("gap.without", gap=_distance(facts, gap["gap_usual"])),
        start=t("gap.before"),
        end=t("gap.after"),
        zero=t("gap.zero"),
    )


def _before(facts: Facts, gap: float | None) -> str:
    if gap is None:
        return ""
    said = _distance(facts, gap)
    return facts.words("gap.before_behind", gap=said, unit=facts.unit) if facts.good * gap < 0 else said


def _distance(facts: Facts, gap: float) -> str:
    """A gap as a distance: 24.1 behind."""
    value = facts.good * gap
    shown = numbers.number(abs(value), facts.places)
    return facts.words("gap.behind" if value < 0 else "gap.ahead", value=shown)


def _changes(facts: Facts, gaps: list[dict[str, Any]]) -> RowsDrawing:
    t = facts.words
    rows = tuple(
        Row(
            gap["label"],
            "",
            *_turned(facts, gap),
            color="warned" if gap["says"] == "widened" else "subject",
            missing=t("gap.too_few"),
        )
        for gap in gaps
    )
    return RowsDrawing(rows, t("gap.axis", unit=facts.unit), (Line(0.0, t("gap.no_change")),))


def _turned(facts: Facts, gap: dict[str, Any]) -> tuple[float | None, float | None, float | None]:
    """Change and interval, turned so that right of zero the gap shrinks."""
    if gap["change"] is None:
        return None, None, None
    low, high = sorted((facts.good * gap["low"], facts.good * gap["high"]))
    return facts.good * gap["change"], low, high


def _gap_sentence(facts: Facts, gap: dict[str, Any]) -> str:
    t = facts.words
    if gap["change"] is None:
        return t("gap.sentence_few", label=gap["label"])
    bounds = {"low": facts.effect(gap["low"]), "high": facts.effect(gap["high"])}
    if gap["says"] not in ("widened", "narrowed"):
        return t("gap.sentence_cannot", label=gap["label"], unit=facts.unit, **bounds)
    change = numbers.number(abs(gap["change"]), facts.places)
    says = t(f"gap.{gap['says']}")
    return t("gap.sentence_row", label=gap["label"], says=says, change=change, unit=facts.unit, **bounds)


def _gap_cells(facts: Facts, gap: dict[str, Any]) -> tuple[str, ...]:
    t = facts.words
    levels = [numbers.number(gap[key], facts.places) if gap[key] is not None else "–" for key in _LEVELS]
    if gap["change"] is None:
        return (gap["label"], *levels, "–", "–", t("gap.too_few"))
    interval = t("page.range", low=facts.effect(gap["low"]), high=facts.effect(gap["high"]))
    says = {"widened": t("gap.widened"), "narrowed": t("gap.narrowed")}.get(gap["says"], t("gap.cannot"))
    return (gap["label"], *levels, facts.effect(gap["change"]), interval, says)
