"""The funnel: licenses to what a dosed student cost, one row that narrows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gainline.engine.privacy import Count
from gainline.engine.reports import numbers
from gainline.engine.reports.board import lead
from gainline.engine.reports.facts import Facts, capital, inside
from gainline.engine.reports.figures import Table

LEAST = 0.04  # of the band's height: a step is never drawn away


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a label, a large figure, a line beneath, what each cost; heights are shares of the band (0 to 1).

    ``height`` is None for a result, which stands after the band, and for a count that is not shown.
    """

    key: str
    label: str
    figure: str
    under: str
    cost: str
    height: float | None
    following: float | None  # the next step's height, towards which the band slopes


@dataclass(frozen=True, slots=True)
class Funnel:
    """The whole row with its words."""

    title: str
    subtitle: str
    steps: tuple[Step, ...]
    sentence: str
    table: Table
    source: str


def funnel(facts: Facts) -> Funnel:
    """The row from licenses to cost per dosed student, as the audience may see it."""
    t, made = facts.words, facts.evidence["funnel"]
    heights = _heights(facts)
    steps = [_count_step(facts, key, heights) for key in ("licensed", "enrolled", "used", "dosed")]
    steps += [_effect_step(facts), _gap_step(facts), _cost_step(facts)]
    head = (t("funnel.step"), t("funnel.people"), t("funnel.price"))
    table = Table(head, tuple((step.label, step.figure, step.cost or "–") for step in steps[:4]))
    return Funnel(
        _title(facts),
        t(
            "funnel.subtitle",
            population=capital(facts.plan["population"]["describe"]),
            period=facts.period,
            dose=made["dose"],
        ),
        tuple(steps),
        _sentence(facts, steps),
        table,
        facts.source,
    )


def _heights(facts: Facts) -> dict[str, float | None]:
    """How tall each step's band is, as a share of the largest count that may be shown."""
    found: dict[str, float | None] = {"licensed": facts.evidence["funnel"]["licensed"]}
    for key in ("enrolled", "used", "dosed"):
        found[key] = _people(facts, key).middle
    most = max((value for value in found.values() if value), default=1.0)
    return {key: max(LEAST, value / most) if value is not None else None for key, value in found.items()}


def _people(facts: Facts, key: str) -> Count:
    """The count of a step; a part's band does not end above the whole that stands beside it."""
    count, whole = facts.released.count("funnel", key), facts.released.count("funnel", "enrolled")
    if count.low is None or count.high is None or whole.high is None:
        return count
    return replace(count, high=max(count.low, min(count.high, whole.high)))


_NEXT = {"licensed": "enrolled", "enrolled": "used", "used": "dosed", "dosed": "dosed"}


def _count_step(facts: Facts, key: str, heights: dict[str, float | None]) -> Step:
    t, made = facts.words, facts.evidence["funnel"]
    if key == "licensed":
        bought = made["licensed"]
        shown = numbers.count(bought) if bought is not None else "–"
        under = t("funnel.of_licensed" if bought is not None else "funnel.not_counted")
        cost = _each(facts, bought, bought)
    else:
        count = _people(facts, key)
        shown, under = facts.say(count), _under(facts, key)
        cost = _each(facts, count.low, count.high)
    return Step(key, t(f"funnel.{key}"), shown, under, cost, heights[key], heights[_NEXT[key]])


def _under(facts: Facts, key: str) -> str:
    if key == "enrolled":
        return facts.words("funnel.of_enrolled")
    share = facts.share(("funnel", key), ("funnel", "enrolled"))
    if share is None:
        return ""
    whole = facts.words("funnel.enrolled").lower()
    return facts.words("funnel.share_of", share=share, whole=whole)


def _each(facts: Facts, low: int | None, high: int | None) -> str:
    """Cost of each at this step; the range of a banded count shows its middle, rounded to what it can bear."""
    made = facts.evidence["funnel"]
    if made["cost"] is None or not low or not high:
        return ""
    each = made["cost"] / ((low + high) / 2)
    return facts.words("funnel.each", money=numbers.money(each, made["currency"]))


def _effect_step(facts: Facts) -> Step:
    made = facts.primary
    interval = facts.words("page.range", low=facts.effect(made["low"]), high=facts.effect(made["high"]))
    label = facts.words("funnel.effect" if facts.claim.may_name_cause else "funnel.apart")
    return Step("effect", label, facts.effect(made["effect"]), f"{facts.unit}, {interval}", "", None, None)


def _gap_step(facts: Facts) -> Step:
    t, gap = facts.words, lead(facts)
    if not facts.plan["subgroups"]:
        return Step("gap", t("funnel.gap"), "–", t("funnel.no_gap"), "", None, None)
    if gap is None:
        return Step("gap", t("funnel.gap"), "?", t("gap.too_few"), "", None, None)
    says = {"widened": t("gap.widened"), "narrowed": t("gap.narrowed")}.get(gap["says"], t("gap.cannot"))
    shown = numbers.number(abs(gap["change"]), facts.places)
    sign = "+" if gap["says"] == "widened" else numbers.MINUS if gap["says"] == "narrowed" else "±"
    figure = f"{sign}{shown}" if sign != "±" else "?"
    return Step(
        "gap",
        t("funnel.gap"),
        figure,
        f"{says}: {gap['disadvantaged'] if figure != '?' else inside(gap['label'])}",
        "",
        None,
        None,
    )


def _cost_step(facts: Facts) -> Step:
    t, made = facts.words, facts.evidence["funnel"]
    dosed = facts.released.count("funnel", "dosed").middle
    if made["cost"] is None:
        return Step("cost", t("funnel.cost"), "–", t("funnel.no_cost"), "", None, None)
    total = t("funnel.cost_of", money=numbers.money(made["cost"], made["currency"]))
    each = numbers.money(made["cost"] / dosed, made["currency"]) if dosed else "–"
    return Step("cost", t("funnel.cost"), each, total, "", None, None)


def _title(facts: Facts) -> str:
    t, made = facts.words, facts.evidence["funnel"]
    dosed, enrolled = _people(facts, "dosed"), _people(facts, "enrolled")
    if dosed.is_hidden or (made["licensed"] is None and enrolled.is_hidden):
        return t("funnel.title_hidden")
    if made["licensed"] is None:
        return t("funnel.title_enrolled", dosed=facts.say(dosed), enrolled=facts.say(enrolled))
    return t("funnel.title", dosed=facts.say(dosed), licensed=numbers.count(made["licensed"]))


def _sentence(facts: Facts, steps: list[Step]) -> str:
    t, made = facts.words, facts.evidence["funnel"]
    cost = ""
    if made["cost"] is not None and steps[-1].figure != "–":
        total = numbers.money(made["cost"], made["currency"])
        cost = t("funnel.cost_sentence", total=total, each=steps[-1].figure)
    said = {step.key: step.figure for step in steps[:4]}
    return t("funnel.sentence", dose=made["dose"], cost=cost, **said).strip()
