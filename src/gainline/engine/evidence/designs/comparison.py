"""Who is compared with whom, by the registered rule: pairs, sets or weights, with what each of them cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.balancing.cardinality import GAP, NODES, match_largest
from gainline.engine.evidence.balancing.entropy import effective_number, entropy_balance
from gainline.engine.evidence.balancing.full import match_fully
from gainline.engine.evidence.balancing.matching import (
    Matched,
    match_on_score,
    match_on_vector,
    pooled_caliper,
    whitened,
)
from gainline.engine.evidence.balancing.optimal import match_optimally
from gainline.engine.evidence.balancing.overlap import overlap_weights
from gainline.engine.evidence.balancing.propensity import propensity
from gainline.engine.evidence.finding import Notes
from gainline.engine.evidence.frame import Codes, Flags, Floats
from gainline.engine.evidence.inference.linear import Columns, Rows, independent, intercept
from gainline.engine.pilots.plan import Matching

TOLERANCE_SD = 0.03  # of cardinality matching: the kept differ less among themselves, and 0.05 of their SD is the aim
ON_TOOL = "effect on the tool students"
ON_MATCHED = "effect on the matched tool students"
ON_OVERLAP = "effect on the students who could as well have had the other arm (overlap population)"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The weight of everybody who could be compared.

    Parameters
    ----------
    weights
        Shape ``(n,)``; 0 for whoever is left out.
    sets
        Shape ``(n,)``: the matched set, -1 for none; ``None`` where everybody is weighed and nobody matched.
    estimand
        Whose effect the weighted comparison is about.
    notes
        What an analyst asks next.
    """

    weights: Floats
    sets: Rows | None
    estimand: str
    notes: Notes

    @property
    def kept(self) -> Flags:
        """Who is compared."""
        return self.weights > 0.0


@dataclass(frozen=True, slots=True)
class _Place:
    """Where students stand: points whose plain distance counts, and the caliper in its unit."""

    points: Floats
    caliper: float
    notes: Notes


def compare(rule: Matching, tool: Flags, columns: Columns, strata: Codes) -> Comparison | Refusal:
    """Choose or weigh the comparison by the registered method.

    Parameters
    ----------
    tool, strata
        Shape ``(n,)``; strata are codes of the combinations that a match must share. Methods that weigh instead of
        match balance the share of each combination.
    columns
        Shape ``(n, k)``: the covariates.

    Refuses
    -------
    EV008, EV009, EV015, EV130 to EV132.
    """
    if rule.method == "entropy":
        return _by_entropy(tool, columns.beside(_shares(strata)))
    if rule.method == "overlap":
        return _by_overlap(tool, columns.beside(_shares(strata)))
    if rule.method == "cardinality":
        return _largest(rule, tool, columns, strata)
    place = _on_score(rule, tool, columns) if rule.distance == "propensity" else _on_vector(rule, tool, columns)
    if isinstance(place, Refusal):
        return place
    found = _match(rule, place, tool, strata)
    if isinstance(found, Refusal):
        return found
    matched, notes = found
    return _of_matches(matched, tool, (*place.notes, *notes))


def _match(rule: Matching, place: _Place, tool: Flags, strata: Codes) -> tuple[Matched, Notes] | Refusal:
    if rule.method == "full":
        full = match_fully(place.points, tool, strata, caliper=place.caliper)
        return full if isinstance(full, Refusal) else (full, (("matched sets", str(int(full.sets.max()) + 1)),))
    if rule.method == "optimal":
        best = match_optimally(place.points, tool, strata, caliper=place.caliper, ratio=rule.ratio)
        if isinstance(best, Refusal):
            return best
        offered = "all" if best.candidates is None else f"the {best.candidates} nearest"
        return best.matched, (("comparison students offered to each tool student", offered),)
    if rule.distance == "propensity":
        score = place.points[:, 0]
        greedy = match_on_score(score, tool, strata, caliper=place.caliper, ratio=rule.ratio)
    else:
        greedy = match_on_vector(place.points, tool, strata, caliper=place.caliper, ratio=rule.ratio)
    return greedy if isinstance(greedy, Refusal) else (greedy, ())


def _on_score(rule: Matching, tool: Flags, columns: Columns) -> _Place | Refusal:
    scores = propensity(tool, columns)
    if isinstance(scores, Refusal):
        return scores
    caliper = pooled_caliper(scores.logit, tool, rule.caliper_sd)
    model = "logistic, ridge penalty because some covariate separates the arms" if scores.ridge else "logistic"
    notes = (("propensity model", model), ("caliper, in log odds", f"{caliper:.6g}"))
    return _Place(scores.logit[:, None], caliper, notes)


def _on_vector(rule: Matching, tool: Flags, columns: Columns) -> _Place | Refusal:
    if len(independent(intercept(len(tool)).beside(columns))) == 1:
        return Refusal("EV015", "no covariate varies, so there is nothing to match on", "register pre-pilot covariates")
    notes = (("caliper, Mahalanobis distance", f"{rule.caliper_sd:g}"),)
    return _Place(whitened(columns.matrix, tool), rule.caliper_sd, notes)


def _largest(rule: Matching, tool: Flags, columns: Columns, strata: Codes) -> Comparison | Refusal:
    place = _on_vector(rule, tool, columns)
    if isinstance(place, Refusal):
        return place
    found = match_largest(columns.matrix, place.points, tool, strata, tolerance_sd=TOLERANCE_SD, ratio=rule.ratio)
    if isinstance(found, Refusal):
        return found
    kept = int((found.matched.kept & tool).sum())
    search = f"{kept} of at most {found.bound} tool students; stops at {NODES} branches or {100 * GAP:g} % of the bound"
    notes = (("largest difference of averages allowed, in SD", f"{TOLERANCE_SD:g}"), ("search", search))
    return _of_matches(found.matched, tool, notes)


def _of_matches(matched: Matched, tool: Flags, notes: Notes) -> Comparison:
    lost = int((tool & ~matched.kept).sum())
    usual = matched.weights[~tool]
    said = (*notes, *_worth(effective_number(usual), float(usual.max() / usual.sum())))
    said = (*said, ("tool students without a match", str(lost)))
    return Comparison(matched.weights, matched.sets, ON_MATCHED if lost else ON_TOOL, said)


def _by_entropy(tool: Flags, columns: Columns) -> Comparison | Refusal:
    found = entropy_balance(tool, columns)
    if isinstance(found, Refusal):
        return found
    worst = (("largest standardized difference left", f"{found.worst:.3f}"),)
    return Comparison(found.weights, None, ON_TOOL, (*_worth(found.effective, found.largest), *worst))


def _by_overlap(tool: Flags, columns: Columns) -> Comparison | Refusal:
    found = overlap_weights(tool, columns)
    if isinstance(found, Refusal):
        return found
    model = "logistic, ridge penalty: balance is close, not exact" if found.ridge else "logistic: balance is exact"
    notes = (
        ("propensity model", model),
        ("effective tool students", f"{found.effective_tool:.1f}"),
        *_worth(found.balanced.effective, found.balanced.largest),
        ("largest standardized difference left", f"{found.balanced.worst:.3f}"),
    )
    return Comparison(found.balanced.weights, None, ON_OVERLAP, notes)


def _worth(effective: float, largest: float) -> Notes:
    return (
        ("effective comparison students", f"{effective:.1f}"),
        ("largest share of one comparison student", f"{largest:.2%}"),
    )


def _shares(strata: Codes) -> Columns:
    """Membership of each combination but the first, as columns to balance."""
    groups = np.unique(strata)[1:]
    return Columns(tuple(f"stratum {group}" for group in groups), (strata[:, None] == groups[None, :]).astype(float))
