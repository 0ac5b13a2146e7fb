"""The groups' figure: the effect inside each registered group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gainline.engine.reports import charts, people
from gainline.engine.reports.charts import Line, Row, RowsDrawing
from gainline.engine.reports.charts.theme import ACCENT
from gainline.engine.reports.facts import Facts, capital, inside
from gainline.engine.reports.figures.frame import Figure, Table, both


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group as it may be shown: its name, its counts in words, its effect or None."""

    heading: str
    label: str
    tool: str
    usual: str
    effect: float | None
    low: float | None
    high: float | None
    shrunken: float | None


def shown_groups(facts: Facts) -> list[ShownGroup]:
    """Every registered group; effects of groups whose counts are hidden are hidden as well."""
    made = []
    for row in facts.evidence["groups"]:
        keys = [people.group_key(row["subgroup"], row["group"], arm) for arm in people.ARMS]
        shows = row["effect"] is not None and facts.released.may_show_effect(*keys)
        counts = [facts.say(facts.released.count(*key)) for key in keys]
        numbers_of = [row[key] if shows else None for key in ("effect", "low", "high", "shrunken")]
        made.append(ShownGroup(_heading(facts, row), capital(row["label"]), counts[0], counts[1], *numbers_of))
    return made


def _heading(facts: Facts, row: dict[str, Any]) -> str:
    split = next((s for s in facts.plan["subgroups"] if s["key"] == row["subgroup"]), None)
    return str(split["label"] if split else row["subgroup"])


def groups_figure(facts: Facts) -> Figure:
    """The effect inside each registered group."""
    t, groups = facts.words, shown_groups(facts)
    everybody = facts.primary["effect"]
    drawing = RowsDrawing(
        _group_rows(facts, groups),
        t("groups.axis", unit=facts.unit),
        (
            Line(0.0, t("groups.zero")),
            Line(everybody, t("groups.all", value=facts.effect(everybody)), ACCENT, (5, 3)),
        ),
    )
    told = " ".join(_group_sentence(facts, group) for group in groups)
    head = ("col_group", "col_tool", "col_usual", "col_effect", "col_interval", "col_shrunken")
    return Figure(
        "groups",
        _groups_title(facts, groups),
        t("groups.subtitle", unit=facts.unit, period=facts.period),
        both(charts.rows_svg, drawing, "groups"),
        f"{t('groups.alt')} {told}",
        Table(tuple(t(f"groups.{key}") for key in head), tuple(_group_cells(facts, group) for group in groups)),
        told,
        facts.source,
        notes=(t("groups.how"),),
    )


def _groups_title(facts: Facts, groups: list[ShownGroup]) -> str:
    """Names the best and the least only where their intervals do not overlap."""
    t = facts.words
    said = [group for group in groups if group.effect is not None]
    if len(said) * 2 < len(groups) or not said:
        return t("groups.title_few")
    ranked = sorted(said, key=lambda group: facts.good * (group.effect or 0.0))
    least, best = ranked[0], ranked[-1]
    ends = (least.high, best.low) if facts.good > 0 else (best.high, least.low)
    if ends[0] is not None and ends[1] is not None and ends[0] < ends[1]:
        return t("groups.title_differs", best=inside(best.label), least=inside(least.label))
    return t("groups.title_same")


def _group_rows(facts: Facts, groups: list[ShownGroup]) -> tuple[Row, ...]:
    """One row a group, under its split's heading."""
    rows, heading = [], ""
    for group in groups:
        note = facts.words("groups.n", tool=group.tool, usual=group.usual)
        if facts.words("page.hidden") in (group.tool, group.usual):
            note = facts.words("groups.n_hidden", n=facts.released.policy.minimum_n)
        new = group.heading if group.heading != heading else ""
        missing = facts.words("gap.too_few")
        rows.append(Row(group.label, note, group.effect, group.low, group.high, missing=missing, heading=new))
        heading = group.heading
    return tuple(rows)


def _group_sentence(facts: Facts, group: ShownGroup) -> str:
    if group.effect is None or group.low is None or group.high is None:
        return facts.words("groups.sentence_few", group=group.label)
    shown = {"effect": group.effect, "low": group.low, "high": group.high}
    said = {key: facts.effect(value) for key, value in shown.items()}
    return facts.words("groups.sentence_row", group=group.label, **said)


def _group_cells(facts: Facts, group: ShownGroup) -> tuple[str, ...]:
    if group.effect is None or group.low is None or group.high is None:
        return (
            f"{group.heading}: {inside(group.label)}",
            group.tool,
            group.usual,
            facts.words("gap.too_few"),
            "–",
            "–",
        )
    interval = facts.words("page.range", low=facts.effect(group.low), high=facts.effect(group.high))
    shrunken = facts.effect(group.shrunken) if group.shrunken is not None else "–"
    return (
        f"{group.heading}: {inside(group.label)}",
        group.tool,
        group.usual,
        facts.effect(group.effect),
        interval,
        shrunken,
    )
