"""The figures of a brief: each a finding, a population, a drawing in two widths, a table and a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from scipy.stats import t as student

from gainline.engine.reports import charts, numbers, people
from gainline.engine.reports.charts import EffectDrawing, Landmark, Line, Row, RowsDrawing, Shade, SlopeDrawing
from gainline.engine.reports.charts.theme import ACCENT, FAINT, HAIRLINE, INK
from gainline.engine.reports.facts import Facts, capital

WIDE, NARROW = 660, 300  # px, the width of the reading column and of a phone's page
WITHIN, ADJUST = 0.05, 0.25  # WWC 5.0 bands of a standardized baseline difference


@dataclass(frozen=True, slots=True)
class Table:
    """A table for people: headings, rows of text, which columns hold numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with everything that must stand around it.

    ``drawings`` holds pairs of a CSS class and an SVG: wide and narrow variants, or panels that stand side by side.
    """

    name: str
    title: str
    subtitle: str
    drawings: tuple[tuple[str, str], ...]
    alt: str
    table: Table
    sentence: str
    source: str
    note: str = ""


def figures(facts: Facts) -> list[Figure]:
    """The figures of the board's part, in reading order; a figure without anything to show is left out."""
    made = [effect_figure(facts)]
    if facts.evidence["gaps"]:
        made.append(gap_figure(facts))
    if facts.evidence["groups"]:
        made.append(groups_figure(facts))
    if facts.evidence["naive"] is not None:
        made.append(naive_figure(facts))
    return made


def _both(draw: Callable[..., str], drawing: object, name: str) -> tuple[tuple[str, str], ...]:
    return (
        ("wide", draw(drawing, width=WIDE, name=f"{name}-wide")),
        ("narrow", draw(drawing, width=NARROW, name=f"{name}-narrow")),
    )


# ------------------------------------------------------------------ effect


def inner_interval(estimate: dict[str, Any]) -> tuple[float, float]:
    """Ends of the 50 % interval, from the same t distribution as the 95 % interval."""
    df = estimate["df"]
    times = float(student.ppf(0.75, df)) if df else NormalDist().inv_cdf(0.75)
    return estimate["effect"] - times * estimate["std_error"], estimate["effect"] + times * estimate["std_error"]


def effect_figure(facts: Facts) -> Figure:
    """The effect on the district's own scale, between its landmarks."""
    t, made = facts.words, facts.primary
    shown = {"effect": facts.effect(made["effect"]), "unit": facts.unit}
    short = numbers.signed(facts.smallest, _plain(facts.smallest))
    predicted = numbers.signed(facts.predicted, _plain(facts.predicted))
    interval = {"low": facts.effect(made["low"]), "high": facts.effect(made["high"])}
    drawing = EffectDrawing(
        effect=made["effect"],
        inner=inner_interval(made),
        outer=(made["low"], made["high"]),
        worth_from=facts.smallest,
        landmarks=(
            Landmark(0.0, t("effect.zero"), "zero"),
            Landmark(facts.smallest, t("effect.worth", value=short), "worth"),
            Landmark(facts.predicted, t("effect.predicted", value=predicted), "predicted"),
        ),
        headline=f"{shown['effect']} {facts.unit}",
        detail=t("effect.detail", **interval),
        axis=t("effect.axis", unit=facts.unit),
        axis_g=t("effect.axis_g"),
        sd=made["sd"],
    )
    told = t(
        "effect.sentence",
        **shown,
        **interval,
        g=numbers.signed(made["g"], 2),
        predicted=predicted,
        worth=short,
        n=facts.n,
        design=t(f"design.{facts.plan['design']['kind']}"),
    )
    return Figure(
        "effect",
        t(f"effect.title_{_effect_reading(facts)}", **shown),
        t(
            "effect.subtitle",
            population=capital(facts.plan["population"]["describe"]),
            outcome=made["label"],
            period=facts.period,
            n=facts.n,
        ),
        _both(charts.effect_svg, drawing, "effect"),
        f"{t('effect.alt')} {told}",
        _effect_table(facts, short, predicted),
        told,
        facts.source,
    )


def _plain(value: float) -> int:
    """Decimal places of a number that somebody chose: as many as they wrote, at most two."""
    return next((places for places in (0, 1) if abs(value - round(value, places)) < 1e-9), 2)


def _effect_reading(facts: Facts) -> str:
    """Which of the titles the interval earns, turned so that up is good."""
    made, smallest = facts.primary, abs(facts.smallest)
    low, high = sorted((facts.good * made["low"], facts.good * made["high"]))
    effect = facts.good * made["effect"]
    if high < 0:
        return "worse"
    if high < smallest:
        return "null"
    if low > 0:
        return "worth" if effect >= smallest and low > smallest - (high - low) / 2 else "close"
    return "wide"


def _effect_table(facts: Facts, short: str, predicted: str) -> Table:
    t, made, places = facts.words, facts.primary, facts.places
    inner = inner_interval(made)
    rows = (
        (t("effect.row_effect"), facts.effect(made["effect"])),
        (t("effect.row_inner"), t("page.range", low=facts.effect(inner[0]), high=facts.effect(inner[1]))),
        (t("effect.row_outer"), t("page.range", low=facts.effect(made["low"]), high=facts.effect(made["high"]))),
        (t("effect.row_g"), numbers.signed(made["g"], 2)),
        (t("effect.row_worth"), short),
        (t("effect.row_predicted"), predicted),
        (t("effect.row_tool"), numbers.number(made["mean_tool"], places)),
        (t("effect.row_usual"), numbers.number(made["mean_usual"], places)),
    )
    return Table((t("effect.quantity"), f"{t('effect.value')} ({facts.unit})"), rows)


# ------------------------------------------------------------------ gaps


def shown_gaps(facts: Facts) -> list[dict[str, Any]]:
    """The gaps, those of groups that may not be shown turned into "too few to say"."""
    blank = dict.fromkeys(("gap_before", "gap_usual", "gap_tool", "change", "low", "high", "widen_probability"), None)
    return [
        gap if gap["change"] is not None and _may_show_gap(facts, gap) else gap | blank | {"says": "too few to say"}
        for gap in facts.evidence["gaps"]
    ]


def _may_show_gap(facts: Facts, gap: dict[str, Any]) -> bool:
    """Whether both sides of the gap may be shown, in both arms."""
    rows = [row for row in facts.evidence["groups"] if row["subgroup"] == gap["subgroup"]]
    keys = [people.group_key(row["subgroup"], row["group"], arm) for row in rows for arm in people.ARMS]
    hidden = [key for key in keys if not facts.released.may_show_effect(key)]
    behind = {
        str(label) for s in facts.plan["subgroups"] if s["key"] == gap["subgroup"] for label in s["disadvantaged"]
    }
    sides = {key[2] in behind for key in keys}
    # A side of several groups may be told although one small group in it is not: nobody can take the side apart.
    return all(any((key[2] in behind) == side for key in keys if key not in hidden) for side in sides)


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
        note=t("gap.lead", label=lead["label"], who=lead["disadvantaged"], others=lead["others"]) if lead else "",
    )


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
        before_says=_distance(facts, gap["gap_before"]) if gap["gap_before"] is not None else "",
        tool_says=t("gap.with", gap=_distance(facts, gap["gap_tool"])),
        usual_says=t("gap.without", gap=_distance(facts, gap["gap_usual"])),
        start=t("gap.before"),
        end=t("gap.after"),
        zero=t("gap.zero"),
    )


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
            gap["change"],
            gap["low"],
            gap["high"],
            color="warned" if gap["says"] == "widened" else "subject",
            missing=t("gap.too_few"),
        )
        for gap in gaps
    )
    return RowsDrawing(rows, t("gap.axis", unit=facts.unit), (Line(0.0, t("gap.no_change")),))


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


_LEVELS = ("gap_before", "gap_usual", "gap_tool")


# ------------------------------------------------------------------ groups


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group as it may be shown: its name, its counts in words, its effect or None."""

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
        made.append(ShownGroup(_group_label(facts, row), counts[0], counts[1], *numbers_of))
    return made


def _group_label(facts: Facts, row: dict[str, Any]) -> str:
    """The group in the plan's words where the split has two sides; otherwise with the split's label."""
    split = next((s for s in facts.plan["subgroups"] if s["key"] == row["subgroup"]), None)
    if split is None:
        return str(row["group"])
    labels = {r["group"] for r in facts.evidence["groups"] if r["subgroup"] == row["subgroup"]}
    behind = set(split["disadvantaged"])
    if row["group"] in behind and len(labels & behind) == 1:
        return capital(split["disadvantaged_label"])
    if row["group"] not in behind and len(labels - behind) == 1:
        label = capital(split["others_label"])
        return f"{label} ({inside_label(split['label'])})" if _is_doubled(facts, split["others_label"]) else label
    return f"{split['label']}: {row['group']}"


def inside_label(label: str) -> str:
    """A split's label in parentheses."""
    return label[0].lower() + label[1:] if label[1:2].islower() else label


def _is_doubled(facts: Facts, label: str) -> bool:
    """Whether two splits call their other side the same, such as "other students"."""
    return sum(split["others_label"] == label for split in facts.plan["subgroups"]) > 1


def groups_figure(facts: Facts) -> Figure:
    """The effect inside each registered group."""
    t, groups = facts.words, shown_groups(facts)
    everybody = facts.primary["effect"]
    drawing = RowsDrawing(
        tuple(_group_row(facts, group) for group in groups),
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
        _both(charts.rows_svg, drawing, "groups"),
        f"{t('groups.alt')} {told}",
        Table(tuple(t(f"groups.{key}") for key in head), tuple(_group_cells(facts, group) for group in groups)),
        told,
        facts.source,
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
        return t("groups.title_differs", best=_lower(best.label), least=_lower(least.label))
    return t("groups.title_same")


def _lower(label: str) -> str:
    return label[0].lower() + label[1:] if label[1:2].islower() and not label.startswith("English") else label


def _group_row(facts: Facts, group: ShownGroup) -> Row:
    note = facts.words("groups.n", tool=group.tool, usual=group.usual)
    hidden = facts.words("page.hidden")
    if hidden in (group.tool, group.usual):
        note = facts.words("groups.n_hidden", n=facts.released.policy.minimum_n)
    return Row(group.label, note, group.effect, group.low, group.high, missing=facts.words("gap.too_few"))


def _group_sentence(facts: Facts, group: ShownGroup) -> str:
    if group.effect is None or group.low is None or group.high is None:
        return facts.words("groups.sentence_few", group=group.label)
    shown = {"effect": group.effect, "low": group.low, "high": group.high}
    said = {key: facts.effect(value) for key, value in shown.items()}
    return facts.words("groups.sentence_row", group=group.label, **said)


def _group_cells(facts: Facts, group: ShownGroup) -> tuple[str, ...]:
    if group.effect is None or group.low is None or group.high is None:
        return (group.label, group.tool, group.usual, facts.words("gap.too_few"), "–", "–")
    interval = facts.words("page.range", low=facts.effect(group.low), high=facts.effect(group.high))
    shrunken = facts.effect(group.shrunken) if group.shrunken is not None else "–"
    return (group.label, group.tool, group.usual, facts.effect(group.effect), interval, shrunken)


# ------------------------------------------------------------------ naive and balance


def naive_figure(facts: Facts) -> Figure:
    """Users against non-users beside our comparison, so that nobody decides on the former."""
    t, naive, ours = facts.words, facts.evidence["naive"], facts.primary
    rows = (
        Row(
            t("naive.dashboard"), t("naive.dashboard_note"), naive["effect"], naive["low"], naive["high"], "comparison"
        ),
        Row(t("naive.ours"), t(f"design.{facts.plan['design']['kind']}"), ours["effect"], ours["low"], ours["high"]),
    )
    drawing = RowsDrawing(rows, t("naive.axis", unit=facts.unit), (Line(0.0, t("naive.zero")),))
    said = {"naive": facts.effect(naive["effect"]), "ours": facts.effect(ours["effect"])}
    told = t(
        "naive.sentence",
        **said,
        unit=facts.unit,
        low=facts.effect(naive["low"]),
        high=facts.effect(naive["high"]),
        users=facts.say(facts.released.count("naive", "users")),
        others=facts.say(facts.released.count("naive", "others")),
        our_low=facts.effect(ours["low"]),
        our_high=facts.effect(ours["high"]),
    )
    cells = tuple(
        (
            row.label,
            facts.effect(v["effect"]),
            t("page.range", low=facts.effect(v["low"]), high=facts.effect(v["high"])),
        )
        for row, v in zip(rows, (naive, ours), strict=True)
    )
    inside = ours["low"] <= naive["effect"] <= ours["high"]
    return Figure(
        "naive",
        t("naive.title_same" if inside else "naive.title_over", **said),
        t("naive.subtitle", outcome=ours["label"], unit=facts.unit, period=facts.period),
        _both(charts.rows_svg, drawing, "naive"),
        f"{t('naive.alt')} {told}",
        Table((t("naive.col_what"), t("naive.col_effect"), t("naive.col_interval")), cells),
        told,
        facts.source,
        note=t("naive.note"),
    )


def balance_figure(facts: Facts) -> Figure | None:
    """How alike the arms were at the start, with the bands of the What Works Clearinghouse."""
    rows = facts.evidence["balance"]
    if not rows:
        return None
    t = facts.words
    matched = facts.plan["design"]["kind"] == "matched"
    drawing = RowsDrawing(
        tuple(Row(row["label"], "", row["after"], other=row["before"] if matched else None) for row in rows),
        t("balance.axis"),
        (Line(0.0, t("balance.same"), INK),),
        (Shade(0.0, WITHIN, t("balance.satisfied"), HAIRLINE), Shade(WITHIN, ADJUST, t("balance.adjust"), FAINT)),
    )
    worst = max(rows, key=lambda row: abs(row["after"]))
    told = t("balance.sentence", value=numbers.signed(worst["after"], 2), what=_lower(worst["label"]))
    subtitle = t("balance.subtitle", n=facts.n) + (f" {capital(t('balance.before_after'))}." if matched else "")
    head = ("col_covariate", "col_before", "col_after", "col_band")
    return Figure(
        "balance",
        _balance_title(facts, worst),
        subtitle,
        _both(charts.rows_svg, drawing, "balance"),
        f"{t('balance.alt')} {told}",
        Table(tuple(t(f"balance.{key}") for key in head), tuple(_balance_cells(facts, row) for row in rows)),
        told,
        facts.source,
        note=t("balance.note"),
    )


def _balance_title(facts: Facts, worst: dict[str, Any]) -> str:
    size = abs(worst["after"])
    if size > ADJUST:
        return facts.words("balance.title_bad", what=_lower(worst["label"]))
    return facts.words("balance.title_adjust" if size > WITHIN else "balance.title_good")


def _balance_cells(facts: Facts, row: dict[str, Any]) -> tuple[str, ...]:
    band = facts.words(f"balance.band_{row['band'].split()[0]}")
    return (row["label"], numbers.signed(row["before"], 2), numbers.signed(row["after"], 2), band)
