"""What stands beside the effect: the naive figure, and how alike the arms were at the start."""

from __future__ import annotations

from typing import Any

from gainline.engine.reports import charts, numbers
from gainline.engine.reports.charts import Line, Row, RowsDrawing, Shade
from gainline.engine.reports.charts.theme import FAINT, HAIRLINE, INK
from gainline.engine.reports.facts import Facts, capital, inside
from gainline.engine.reports.figures.frame import Figure, Table, both

WITHIN, ADJUST = 0.05, 0.25  # WWC 5.0 bands of a standardized baseline difference


def naive_figure(facts: Facts) -> Figure:
    """Users against non-users beside our comparison, so that nobody decides on the former."""
    t, naive, ours = facts.words, facts.evidence["naive"], facts.primary
    rows = (
        Row(t(_naive_key(facts, "dashboard")), t("naive.dashboard_note"), *_dot(naive), "comparison"),
        Row(t("naive.ours"), t(f"design.{facts.plan['design']['kind']}"), *_dot(ours)),
    )
    drawing = RowsDrawing(rows, t("naive.axis", unit=facts.unit), (Line(0.0, t("naive.zero")),))
    told = _naive_sentence(facts)
    cells = tuple(
        (row.label, *_effect_and_interval(facts, made)) for row, made in zip(rows, (naive, ours), strict=True)
    )
    # "Much the same" only when no decision could turn on the difference.
    agree = abs(naive["effect"] - ours["effect"]) < abs(facts.smallest) / 2
    said = {"naive": facts.effect(naive["effect"]), "ours": facts.effect(ours["effect"]), "unit": facts.unit}
    return Figure(
        "naive",
        t("naive.title_same" if agree else "naive.title_over", **said),
        t("naive.subtitle", outcome=ours["label"], unit=facts.unit, period=facts.period),
        both(charts.rows_svg, drawing, "naive"),
        f"{t('naive.alt')} {told}",
        Table((t("naive.col_what"), t("naive.col_effect"), t("naive.col_interval")), cells),
        told,
        facts.source,
        notes=(t(_naive_key(facts, "note")),),
    )


def _dot(made: dict[str, Any]) -> tuple[float, float, float]:
    return made["effect"], made["low"], made["high"]


def _naive_key(facts: Facts, key: str) -> str:
    """The words for users against non-users, or for much use against little."""
    return f"naive.{key}_amount" if facts.evidence["naive"].get("split") == "amount" else f"naive.{key}"


def _effect_and_interval(facts: Facts, made: dict[str, Any]) -> tuple[str, str]:
    interval = facts.words("page.range", low=facts.effect(made["low"]), high=facts.effect(made["high"]))
    return facts.effect(made["effect"]), interval


def _naive_sentence(facts: Facts) -> str:
    naive, ours = facts.evidence["naive"], facts.primary
    return facts.words(
        _naive_key(facts, "sentence"),
        naive=facts.effect(naive["effect"]),
        ours=facts.effect(ours["effect"]),
        unit=facts.unit,
        low=facts.effect(naive["low"]),
        high=facts.effect(naive["high"]),
        users=facts.say(facts.released.count("naive", "users")),
        others=facts.say(facts.released.count("naive", "others")),
        our_low=facts.effect(ours["low"]),
        our_high=facts.effect(ours["high"]),
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
    told = t("balance.sentence", value=numbers.signed(worst["after"], 2), what=inside(worst["label"]))
    subtitle = t("balance.subtitle", n=facts.n) + (f" {capital(t('balance.before_after'))}." if matched else "")
    head = ("col_covariate", "col_before", "col_after", "col_band")
    return Figure(
        "balance",
        _balance_title(facts, worst),
        subtitle,
        both(charts.rows_svg, drawing, "balance"),
        f"{t('balance.alt')} {told}",
        Table(tuple(t(f"balance.{key}") for key in head), tuple(_balance_cells(facts, row) for row in rows)),
        told,
        facts.source,
        notes=(t("balance.note"),),
    )


def _balance_title(facts: Facts, worst: dict[str, Any]) -> str:
    size = abs(worst["after"])
    if size > ADJUST:
        return facts.words("balance.title_bad", what=inside(worst["label"]))
    return facts.words("balance.title_adjust" if size > WITHIN else "balance.title_good")


def _balance_cells(facts: Facts, row: dict[str, Any]) -> tuple[str, ...]:
    band = facts.words(f"balance.band_{row['band'].split()[0]}")
    return (row["label"], numbers.signed(row["before"], 2), numbers.signed(row["after"], 2), band)
