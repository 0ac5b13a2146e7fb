"""The landing page: every cycle of a workspace, by what it asks of the reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gainline.engine.privacy import Audience, Policy
from gainline.engine.reports import board, wording
from gainline.engine.reports.facts import Facts, facts
from gainline.engine.reports.figures import shown_gaps
from gainline.engine.reports.render import page
from gainline.engine.reports.words import words

FEW_DOSED = 0.5  # below half, the study says little about the tool as it was meant to be used


@dataclass(frozen=True, slots=True)
class Entry:
    """One cycle on the landing page."""

    href: str
    headline: str
    question: str
    chip: str
    finding: str
    tail: str
    due: str
    risks: tuple[str, ...]
    decide_by: str  # ISO, for the order


def index_html(
    briefs: Sequence[tuple[str, dict[str, Any]]],
    *,
    district: str = "",
    audience: Audience = Audience.PUBLIC,
    policy: Policy | None = None,
    lang: str = "en",
) -> str:
    """The page that lists cycles: decisions due, what is at risk, what was learned.

    Parameters
    ----------
    briefs
        For each cycle the relative address of its brief, and its evidence document's JSON value.
    """
    t = words(lang)
    told = [(href, facts(value, audience=audience, policy=policy or Policy(), words=t)) for href, value in briefs]
    entries = sorted((_entry(href, one) for href, one in told), key=lambda entry: (entry.decide_by, entry.href))
    days = sorted(str(one.evidence["provenance"]["as_of"]) for _, one in told)
    as_of = told[0][1].day(days[-1]) if told else ""
    return page("index.html", t=t, entries=entries, district=district, lang=lang, as_of=as_of)


def _entry(href: str, told: Facts) -> Entry:
    claim, deadline = told.claim, told.plan["deadline"]
    return Entry(
        href=href,
        headline=board.headline(told),
        question=told.plan["question"],
        chip=told.chip,
        finding=wording.sentence(claim, told.words),
        tail=wording.tail(claim, told.words),
        due=_due(told),
        risks=tuple(_risks(told)),
        decide_by=str(deadline["decide_by"]),
    )


def _due(told: Facts) -> str:
    deadline = told.plan["deadline"]
    if str(deadline["decide_by"]) < str(told.evidence["provenance"]["as_of"]):
        return told.words("index.late_line", day=told.day(deadline["decide_by"]))
    decider = told.plan["decision"]["decider"]
    return told.words("index.due_line", day=told.day(deadline["decide_by"]), decider=decider)


def _risks(told: Facts) -> list[str]:
    t, rule, found = told.words, told.plan["decision"], []
    if told.chip == "unknown":
        found.append(t("index.risk_unknown"))
    if told.chip == "extend":
        found.append(t("index.risk_extend"))
    grown = [gap for gap in shown_gaps(told) if (gap["widen_probability"] or 0.0) >= rule["widen_at"]]
    if grown:
        found.append(t("index.risk_gap", who=", ".join(gap["disadvantaged"] for gap in grown)))
    enrolled, dosed = told.released.count("funnel", "enrolled"), told.released.count("funnel", "dosed")
    share = told.share(("funnel", "dosed"), ("funnel", "enrolled"))
    if share and enrolled.middle and dosed.middle is not None and dosed.middle / enrolled.middle < FEW_DOSED:
        found.append(t("index.risk_dose", share=share))
    if told.evidence["deviations"]:
        found.append(t("index.risk_deviation"))
    return found
