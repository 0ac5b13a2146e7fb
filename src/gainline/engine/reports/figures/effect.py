"""The effect's figure."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

from scipy import special

from gainline.engine.reports import charts, numbers
from gainline.engine.reports.charts import EffectDrawing, Landmark
from gainline.engine.reports.facts import Facts, capital
from gainline.engine.reports.figures.frame import Figure, Table, both


def inner_interval(estimate: dict[str, Any]) -> tuple[float, float]:
    """Ends of the 50 % interval, from the same t distribution as the 95 % interval."""
    df = estimate["df"]
    times = float(special.stdtrit(df, 0.75)) if df else NormalDist().inv_cdf(0.75)
    return estimate["effect"] - times * estimate["std_error"], estimate["effect"] + times * estimate["std_error"]


def effect_figure(facts: Facts) -> Figure:
    """The effect on the district's own scale, between its landmarks."""
    t, made = facts.words, facts.primary
    short, predicted = (numbers.signed(v, numbers.places_of(v)) for v in (facts.smallest, facts.predicted))
    shown = {"effect": facts.effect(made["effect"]), "unit": facts.unit}
    told = t(
        "effect.sentence" if facts.claim.may_name_cause else "effect.sentence_apart",
        **shown,
        low=facts.effect(made["low"]),
        high=facts.effect(made["high"]),
        g=numbers.signed(made["g"], 2),
        predicted=predicted,
        worth=short,
        n=facts.n,
        design=t(f"design.{facts.plan['design']['kind']}"),
    )
    population = capital(facts.plan["population"]["describe"])
    return Figure(
        "effect",
        t(f"effect.title_{_effect_reading(facts)}", **shown),
        t("effect.subtitle", population=population, outcome=made["label"], period=facts.period, n=facts.n),
        both(charts.effect_svg, _effect_drawing(facts, short, predicted), "effect"),
        f"{t('effect.alt')} {told}",
        _effect_table(facts, short, predicted),
        told,
        facts.source,
        notes=(t("effect.how"),),
    )


def _effect_drawing(facts: Facts, short: str, predicted: str) -> EffectDrawing:
    t, made = facts.words, facts.primary
    return EffectDrawing(
        effect=made["effect"],
        inner=inner_interval(made),
        outer=(made["low"], made["high"]),
        worth_from=facts.smallest,
        landmarks=(
            Landmark(0.0, t("effect.zero"), "zero"),
            Landmark(facts.smallest, t("effect.worth", value=short), "worth"),
            Landmark(facts.predicted, t("effect.predicted", value=predicted), "predicted"),
        ),
        headline=f"{facts.effect(made['effect'])} {facts.unit}",
        detail=t("effect.detail", low=facts.effect(made["low"]), high=facts.effect(made["high"])),
        axis=t("effect.axis", unit=facts.unit),
        axis_g=t("effect.axis_g"),
        sd=made["sd"],
    )


def _effect_reading(facts: Facts) -> str:
    """Which of the titles the interval earns, turned so that up is good."""
    made, smallest = facts.primary, abs(facts.smallest)
    low, high = sorted((facts.good * made["low"], facts.good * made["high"]))
    effect = facts.good * made["effect"]
    if not facts.claim.may_name_cause and not low <= 0 <= high:
        return "apart"
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
