"""Reach: whether one number carries the decisions, and a few schools stand for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gainline.engine.audit.check import AuditCheck, Word, cannot_tell
from gainline.engine.audit.proportions import wilson
from gainline.engine.evidence.document import Evidence
from gainline.engine.evidence.frame import Frame
from gainline.engine.pilots.plan import Plan

RELIED = 0.60  # of the district's cycles
FEWEST_CYCLES = 3
FEWEST_SITES = 5  # schools; below it a range for the next one is a guess


@dataclass(frozen=True, slots=True)
class Relied:
    """One evaluated cycle: its key, the measure that its rule turns on, and whether another may stop it."""

    cycle: str
    measure: str
    is_countered: bool


def relied_of(plan: Plan) -> Relied:
    """What a plan's rule turns on; countered where a second measure may turn its word."""
    source = plan.primary.source
    measure = source.indicator or source.result or source.attribute or source.field or plan.primary.key
    return Relied(plan.key, measure, bool(plan.decision.guardrails or plan.decision.also))


def reliance_check(own: Relied, all_: Sequence[Relied]) -> AuditCheck:
    """Flag a measure that carries more than 60 % of three or more cycles, while this one has no counter-measure.

    Parameters
    ----------
    all_
        Every evaluated cycle of the district, this one among them.
    """
    many = Counter(one.measure for one in all_)[own.measure]
    share = many / len(all_)
    low, high = wilson(many, len(all_))
    word = Word.CLEAR
    if not own.is_countered:
        word = Word.CANNOT if len(all_) < FEWEST_CYCLES else (Word.FLAG if share > RELIED else Word.CLEAR)
    why = "countered" if own.is_countered else ("few_cycles" if word is Word.CANNOT else "")
    return AuditCheck("reliance", own.measure, word, share, low, high, "share", len(all_), limit=RELIED, why=why)


def sites_checks(evidence: Evidence, frame: Frame) -> Iterator[AuditCheck]:
    """Whether what was found can be expected in a school that took no part.

    Flagged where an effect is told from fewer than five schools, or where the range for a next school holds zero while
    the effect's own interval does not.
    """
    schools = len(np.unique(frame.school.astype(str)))
    primary, spread = evidence.estimates[0], evidence.heterogeneity
    told = primary.low > 0.0 or primary.high < 0.0
    if schools < FEWEST_SITES:
        word = Word.FLAG if told else Word.CLEAR
        yield AuditCheck("sites", primary.label, word, float(schools), unit="count", n=schools, limit=FEWEST_SITES)
    elif spread is None or spread.level != "school":
        yield cannot_tell("sites", "no_spread", primary.label)
    else:
        word = Word.FLAG if told and spread.low <= 0.0 <= spread.high else Word.CLEAR
        yield AuditCheck(
            "sites_next", primary.label, word, primary.effect, spread.low, spread.high, primary.unit, schools, null=0.0
        )
