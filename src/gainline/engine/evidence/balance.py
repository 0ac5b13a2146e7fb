"""Baseline balance: how alike the arms were before the tool, in the bands of the What Works Clearinghouse.

Source: WWC Handbook 5.0, baseline equivalence: on the analytic sample, with the weights of the impact analysis and the
unadjusted SDs of the arms; Hedges' g for numbers, Cox index for shares; a boundary value belongs to the milder band.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np

from gainline.engine.evidence.document import Balance
from gainline.engine.evidence.effect_size import cox_index, hedges_g, pooled_sd
from gainline.engine.evidence.frame import Flags, Floats, Frame, Texts
from gainline.engine.evidence.inference.linear import Rows
from gainline.engine.pilots.plan import Covariate, Plan

SATISFIED, NEEDS_ADJUSTMENT, FAILS = "satisfied", "needs adjustment", "fails"
NO_ADJUSTMENT_UP_TO, ADJUSTMENT_UP_TO = 0.05, 0.25
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Arms:
    """Who stands where: rows of the frame, who has the tool, and the weight of each; all of shape ``(n,)``."""

    rows: Rows
    tool: Flags
    weights: Floats


def band(difference: float) -> str:
    """The WWC 5.0 band of a standardized baseline difference."""
    size = abs(difference)
    if size <= NO_ADJUSTMENT_UP_TO + _ROUNDING:
        return SATISFIED
    return NEEDS_ADJUSTMENT if size <= ADJUSTMENT_UP_TO + _ROUNDING else FAILS


def moments(values: Floats, weights: Floats) -> tuple[float, float]:
    """Weighted mean and SD; weights count relative importance, the n - 1 correction counts students."""
    n = len(values)
    mean = float(np.average(values, weights=weights))
    return mean, sqrt(float(np.average((values - mean) ** 2, weights=weights)) * n / (n - 1))


def number_difference(values: Floats, tool: Flags, weights: Floats) -> float:
    """Hedges' g of a baseline number, tool minus usual; students without the number are left out, not imputed.

    Zero where nobody differs from anybody. NaN where an arm has fewer than two students with the number.
    """
    seen = ~np.isnan(values)
    sides = [(values[seen & side], weights[seen & side]) for side in (tool, ~tool)]
    if min(len(side) for side, _ in sides) < 2:
        return float("nan")
    (mean_tool, sd_tool), (mean_usual, sd_usual) = (moments(*side) for side in sides)
    n_tool, n_usual = len(sides[0][0]), len(sides[1][0])
    sd = pooled_sd(sd_tool, n_tool, sd_usual, n_usual)
    if sd <= _ROUNDING * max(abs(mean_tool), 1.0):
        return 0.0
    return hedges_g(mean_tool - mean_usual, sd, n_tool + n_usual)[0]


def share_difference(member: Flags, tool: Flags, weights: Floats) -> float:
    """Cox index of being a member, tool minus usual.

    The index does not exist where an arm has none or only members; half a student is then added to each side of both
    arms (Haldane 1956), which keeps a whole missing group visible as a large difference instead of dropping it.
    """
    counts = [(float(weights[side & member].sum()), float(weights[side].sum())) for side in (tool, ~tool)]
    if any(part <= 0.0 or part >= all_ for part, all_ in counts):
        counts = [(part + 0.5, all_ + 1.0) for part, all_ in counts]
    (in_tool, all_tool), (in_usual, all_usual) = counts
    index = cox_index(in_tool / all_tool, in_usual / all_usual, float(len(tool)))
    return 0.0 if index is None else index


def balance(plan: Plan, frame: Frame, before: Arms, after: Arms, baseline: str | None) -> tuple[Balance, ...]:
    """Balance of every registered covariate, before and after matching.

    Parameters
    ----------
    before, after
        The same sample twice for a randomized design.
    baseline
        Key of the covariate that is the primary outcome's own measure before the pilot.

    Returns
    -------
    tuple
        In the plan's order; a category with several labels gives the label that differs most afterwards. Covariates
        that too few students have are absent.
    """
    rows = [row for c in plan.covariates for row in _covariate(c, frame, before, after, c.key == baseline)]
    return tuple(rows)


def _covariate(covariate: Covariate, frame: Frame, before: Arms, after: Arms, own: bool) -> Iterator[Balance]:
    if covariate.kind == "number":
        values = frame.numbers[covariate.key]
        then, now = (number_difference(values[arms.rows], arms.tool, arms.weights) for arms in (before, after))
        label = covariate.label
    else:
        found = _most_different(frame.categories[covariate.key], before, after)
        if found is None:
            return
        group, then, now = found
        label = f"{covariate.label}: {group}"
    if not (np.isnan(then) or np.isnan(now)):
        yield Balance(covariate.key, label, float(then), float(now), band(now), own)


def _most_different(labels: Texts, before: Arms, after: Arms) -> tuple[str, float, float] | None:
    groups = sorted({str(label) for label in labels[after.rows] if label is not None})
    if len(groups) < 2:
        return None
    if len(groups) == 2:
        groups = groups[1:]  # the two labels of a pair differ by the same amount
    found = [(group, _share(labels, group, before), _share(labels, group, after)) for group in groups]
    return max(found, key=lambda row: abs(row[2]))


def _share(labels: Texts, group: str, arms: Arms) -> float:
    known = np.array([label is not None for label in labels[arms.rows]], dtype=bool)
    member = np.array([str(label) == group for label in labels[arms.rows]], dtype=bool)
    return share_difference(member[known], arms.tool[known], arms.weights[known])
