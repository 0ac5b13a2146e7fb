"""Overlap weights: everybody counts as much as they could have been in the other arm.

A tool student weighs ``1 - e`` and a comparison student ``e``, with e the fitted probability of the tool. Students
whom nobody in the other arm resembles fade out instead of being cut off or weighing most. The effect is the one on
students who could as well have had the other arm, and is named so.

Source: Li, Morgan and Zaslavsky (2018), Journal of the American Statistical Association 113: theorem 3, the weights
from a logistic score by maximum likelihood balance the average of every covariate of the score exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.balancing.entropy import Balanced, effective_number
from gainline.engine.evidence.balancing.propensity import propensity
from gainline.engine.evidence.frame import Flags
from gainline.engine.evidence.inference.linear import Columns

_MIN_EFFECTIVE = 4.0


@dataclass(frozen=True, slots=True)
class Overlap:
    """The weights, the effective number of tool students, and whether the score needed a penalty to settle."""

    balanced: Balanced
    effective_tool: float
    ridge: bool  # True: a penalty held the score, and balance is no longer exact


def overlap_weights(tool: Flags, covariates: Columns) -> Overlap | Refusal:
    """Weigh every student by the fitted probability of the arm that they are not in.

    Parameters
    ----------
    tool
        Shape ``(n,)``, both arms present.
    covariates
        Shape ``(n, k)``, without an intercept; redundant columns do no harm.

    Refuses
    -------
    EV008, EV015 of the score; EV131 an arm rests on fewer than four effective students.
    """
    scores = propensity(tool, covariates)
    if isinstance(scores, Refusal):
        return scores
    weights = np.where(tool, 1.0 / (1.0 + np.exp(scores.logit)), scores.probability)
    effective_tool, effective = effective_number(weights[tool]), effective_number(weights[~tool])
    if min(effective_tool, effective) < _MIN_EFFECTIVE:
        return Refusal(
            "EV131",
            "the weights of an arm rest on fewer than four students",
            "find more students whom the other arm resembles, or register fewer covariates",
        )
    spread = covariates.matrix.std(axis=0)
    scaled = covariates.matrix[:, spread > 0.0] / spread[spread > 0.0]
    sides = [np.average(scaled[side], axis=0, weights=weights[side]) for side in (tool, ~tool)]
    usual = weights[~tool]
    worst = float(np.abs(sides[0] - sides[1]).max())
    return Overlap(Balanced(weights, effective, float(usual.max() / usual.sum()), worst), effective_tool, scores.ridge)
