"""The specification curve: the same question, asked in each of the reasonable ways one might have asked it.

Exploratory by its nature: it shows how much the answer hangs on choices, and chooses nothing. The order is fixed by
the lists below, so that two runs give the same curve.
Source: Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isfinite

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.document import Specification
from gainline.engine.evidence.frame import Codes, Flags, Floats, Frame
from gainline.engine.evidence.inference.cr2 import Inference, cr2
from gainline.engine.evidence.inference.linear import Columns, least_squares
from gainline.engine.evidence.sample import TOOL, Sample, covariate_columns, take, with_blocks
from gainline.engine.pilots.plan import Covariate, Outcome, Plan

MOST = 48
REGISTERED = "registered"
_OUTER = 0.01  # share of the outcome drawn in at each end
_EXACT = 1e-12


@dataclass(frozen=True, slots=True)
class _Choices:
    """One way to ask."""

    students: str
    covariates: str
    places: str
    outcome: str

    def named(self) -> tuple[tuple[str, str], ...]:
        return (
            ("students", self.students),
            ("covariates", self.covariates),
            ("places", self.places),
            ("outcome", self.outcome),
        )


def specifications(plan: Plan, frame: Frame, analysis: Analysis) -> tuple[Specification, ...]:
    """The curve of the primary outcome, the registered way first and marked; empty for designs over time.

    Effects and 95 % intervals in the outcome's unit. Ways that cannot be estimated are left out; at most 48 are tried.
    """
    if analysis.sample is None or plan.design.over_time:
        return ()
    found = analysis.estimate
    first = _Choices(_main_students(plan), REGISTERED, "as registered", "all scores").named()
    curve = [Specification(first, found.effect, found.low, found.high, is_registered=True)]
    for choices, asked, levels in _ways(plan, frame, analysis.sample):
        fitted = None if choices.named() == first or len(curve) == MOST else _fitted(asked, levels)
        if fitted is not None:
            effect, half = fitted.estimate, fitted.half_width
            curve.append(Specification(choices.named(), effect, effect - half, effect + half, is_registered=False))
    return tuple(curve)


def _fitted(asked: Sample, levels: Codes | None) -> Inference | None:
    """The tool's effect, within the levels where there are any; None where it cannot be had."""
    columns = asked.others.beside(Columns((TOOL,), asked.tool.astype(float)[:, None]))
    y = asked.y
    if levels is not None:
        columns = Columns(columns.names, _within(columns.matrix, asked.weights, levels))
        y = _within(y[:, None], asked.weights, levels)[:, 0]
    fit = least_squares(y, columns, needed=[TOOL], weights=asked.weights)
    if isinstance(fit, Refusal):
        return None
    found = cr2(fit, asked.clusters, fit.contrast(TOOL))
    sound = isfinite(found.df) and found.std_error > _EXACT * float(asked.y.std())
    return found if sound else None


def _within(matrix: Floats, weights: Floats, levels: Codes) -> Floats:
    """Each column minus its mean at its level: the same coefficients as a column per level, at a tenth of the time.

    Source: Frisch, Waugh and Lovell; CR2 is unchanged when the levels lie within clusters (Pustejovsky and Tipton
    2018, theorem 2).
    """
    total = np.bincount(levels, weights)
    means = np.column_stack([np.bincount(levels, weights * column) / total for column in matrix.T])
    rest = matrix - means[levels]
    size = np.sqrt(np.sum(matrix**2, axis=0))
    flat = np.sqrt(np.sum(rest**2, axis=0)) <= _EXACT * np.where(size > 0.0, size, 1.0)
    rest[:, flat] = 0.0  # what only rounding left, such as the intercept's
    kept: Floats = rest
    return kept


def _main_students(plan: Plan) -> str:
    return "matched" if plan.design.kind == "matched" else "everybody with a result"


def _ways(plan: Plan, frame: Frame, main: Sample) -> Iterator[tuple[_Choices, Sample, Codes | None]]:
    for students, covariates, base in _bases(plan, frame, main):
        for places, levels in _places(frame, base):
            yield _Choices(students, covariates, places, "all scores"), base, levels
            drawn = replace(base, y=_drawn_in(base.y))
            yield _Choices(students, covariates, places, "outer 1% drawn in"), drawn, levels


def _bases(plan: Plan, frame: Frame, main: Sample) -> Iterator[tuple[str, str, Sample]]:
    """Students and covariates: name of each, and the sample.

    Everybody, matched or not, only beside the baseline: without it that is the naive comparison, which no one should
    count among the reasonable ones.
    """
    inside = np.zeros(len(frame), dtype=bool)
    inside[main.rows] = True
    weights = np.zeros(len(frame))
    weights[main.rows] = main.weights
    everybody = ~np.isnan(frame.outcomes[plan.primary.key])
    for name, chosen in _covariate_sets(plan):
        covariates = covariate_columns(plan.model_copy(update={"covariates": chosen}), frame)
        if isinstance(covariates, Refusal):
            continue
        columns = with_blocks(frame, covariates.columns, blocked=plan.design.blocked)
        sides: list[tuple[str, Flags, Floats | None]] = [(_main_students(plan), inside & covariates.usable, weights)]
        if plan.design.kind == "matched" and any(each.key == plan.primary.baseline for each in chosen):
            sides.append(("everybody, matched or not", everybody & covariates.usable, None))
        for students, keep, weight in sides:
            taken = _take(frame, main.outcome, keep, columns, weight)
            if taken is not None:
                yield students, name, taken


def _take(frame: Frame, outcome: Outcome, keep: Flags, columns: Columns, weights: Floats | None) -> Sample | None:
    taken = take(frame, outcome, keep, columns, weights=weights)
    return None if isinstance(taken, Refusal) else taken


def _covariate_sets(plan: Plan) -> list[tuple[str, tuple[Covariate, ...]]]:
    """Different sets only, named for the widest reading of each."""
    own = tuple(covariate for covariate in plan.covariates if covariate.key == plan.primary.baseline)
    others = tuple(covariate for covariate in plan.covariates if covariate.key != plan.primary.baseline)
    sets = [(REGISTERED, plan.covariates), ("none", ()), ("baseline only", own), ("all but the baseline", others)]
    kept: list[tuple[str, tuple[Covariate, ...]]] = []
    for name, chosen in sets:
        if chosen not in [known for _, known in kept]:
            kept.append((name, chosen))
    return kept


def _places(frame: Frame, base: Sample) -> Iterator[tuple[str, Codes | None]]:
    """As registered, and with a level of its own for every school where both arms share schools."""
    yield "as registered", None
    _, codes = np.unique(frame.school[base.rows].astype(str), return_inverse=True)
    m = int(codes.max()) + 1
    shared = np.bincount(codes[base.tool], minlength=m) * np.bincount(codes[~base.tool], minlength=m)
    if m > 1 and (shared > 0).any():
        yield "a level for every school", codes


def _drawn_in(y: Floats) -> Floats:
    """Scores beyond the outer percent set to its edge (winsorized), so that no single student carries the answer."""
    low, high = np.quantile(y, [_OUTER, 1.0 - _OUTER])
    return np.clip(y, low, high)
