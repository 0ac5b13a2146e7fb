"""Hidden bias, asked of one analysis: Rosenbaum's gamma for matched sets and omitted-variable benchmarks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.document import Check, Estimate
from gainline.engine.evidence.estimate import regress
from gainline.engine.evidence.frame import Floats, Frame
from gainline.engine.evidence.inference.linear import Columns, Fit, Rows, least_squares
from gainline.engine.evidence.robustness.hidden import (
    Strength,
    as_strong_as,
    in_words,
    largest_bias,
    partial_r2,
    robustness_of,
    rosenbaum_gamma,
)
from gainline.engine.evidence.sample import TOOL, Sample, covariate_columns, with_blocks
from gainline.engine.pilots.plan import Covariate, Plan

ROSENBAUM, OMITTED = "hidden bias in pairs", "omitted cause"
LOW_GAMMA = 1.2  # a fifth more likely to choose the tool is little for students who look alike on paper
_TIMES = (1.0, 2.0, 3.0)
_PARTS_OF_BASELINE = (0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A measured covariate and how strongly it goes with the tool and the outcome, given the others."""

    covariate: Covariate
    strength: Strength


@dataclass(frozen=True, slots=True)
class Standing:
    """An estimate, and the classical standard error with its degrees of freedom that turn shares into its unit."""

    estimate: Estimate
    std_error: float
    df: float

    def left(self, hidden: Strength) -> tuple[float, float, float]:
        """What is left of the estimate and its interval when the hidden cause takes all it can, towards zero."""
        found = self.estimate
        moved = largest_bias(hidden, self.std_error, self.df) * (-1.0 if found.effect > 0.0 else 1.0)
        return found.effect + moved, found.low + moved, found.high + moved


def hidden_bias(plan: Plan, frame: Frame, analysis: Analysis) -> tuple[Check, ...]:
    """How strong a hidden cause would have to be; only where chance did not assign.

    Empty for randomized designs and for designs without a sample at one time point.
    """
    if plan.design.kind != "matched" or analysis.sample is None:
        return ()
    found = regress(analysis.sample)
    if isinstance(found, Refusal):
        return ()
    standing = _standing(analysis.estimate, found.fit)
    return (*_pairs(analysis, analysis.sample, found.fit), *_omitted(plan, frame, analysis, standing))


def _standing(estimate: Estimate, fit: Fit) -> Standing:
    df = float(len(fit.residuals) - len(fit.names))
    direction = fit.back.T @ fit.contrast(TOOL)
    scale = float(np.sum(fit.weights * fit.residuals**2)) / df
    return Standing(estimate, float(np.sqrt(scale * (direction @ direction))), df)


def _pairs(analysis: Analysis, sample: Sample, fit: Fit) -> Iterator[Check]:
    if analysis.sets is None:
        return
    effect = float(fit.contrast(TOOL) @ fit.coefficients)
    level = fit.residuals + effect * sample.tool
    differences = set_differences(level, sample, analysis.sets)
    gamma = rosenbaum_gamma(differences if effect >= 0.0 else -differences)
    flag = analysis.estimate.p <= 0.05 and gamma < LOW_GAMMA
    figures = f"gamma {in_words(gamma)}, {len(differences):,} matched sets, signed-rank test, one-sided p up to 0.05"
    rule = f"Flag when the estimate is significant, but a gamma below {LOW_GAMMA:g} would undo it"
    says = (
        "Of two students who look alike in the records, one may be up to "
        f"{in_words(gamma)} times as likely as the other to take the tool, and more than chance remains."
    )
    if gamma == 1.0:
        says = "Chance alone could explain how the pairs came out, so nothing hidden is needed for that."
    source = (
        "Rosenbaum (2002), Observational Studies, section 4.3; covariance-adjusted as in his Statistical Science 17"
    )
    yield Check(ROSENBAUM, "Hidden bias that the matched sets stand up to", figures, rule, flag, says, source)


def set_differences(level: Floats, sample: Sample, sets: Rows) -> Floats:
    """Tool minus usual within each matched set, from the outcome freed of the covariates; weights count within a set.

    Shape ``(sets,)``, in the order of the sets' numbers. A set without both arms is left out.
    """
    _, codes = np.unique(sets, return_inverse=True)
    means = []
    complete = np.ones(int(codes.max()) + 1, dtype=bool)
    for side in (sample.tool, ~sample.tool):
        weight = np.bincount(codes[side], sample.weights[side], minlength=len(complete))
        total = np.bincount(codes[side], (sample.weights * level)[side], minlength=len(complete))
        complete &= weight > 0.0
        means.append(total / np.where(weight > 0.0, weight, 1.0))
    kept: Floats = (means[0] - means[1])[complete]
    return kept


def _omitted(plan: Plan, frame: Frame, analysis: Analysis, standing: Standing) -> Iterator[Check]:
    found = standing.estimate
    unit = standing.std_error * standing.df**0.5
    nearer = max(found.low, -found.high, 0.0)  # how far the interval stays from zero; 0 when it covers zero
    value, value_limit = robustness_of(abs(found.effect) / unit), robustness_of(nearer / unit)
    r2 = partial_r2(found.effect / standing.std_error, standing.df)
    figures = [
        f"robustness value {100 * value:.1f}%, for the interval {100 * value_limit:.1f}%",
        f"partial R2 of the tool {100 * r2:.1f}%",
    ]
    others, own = _split(benchmarks(plan, frame, analysis), plan.primary.baseline)
    reached = [_line(standing, each, times) for each in others[:1] for times in _TIMES]
    reached += [_line(standing, each, times) for each in own for times in _PARTS_OF_BASELINE]
    figures += [line for line, _ in reached]
    flag = nearer > 0.0 and bool(reached) and reached[0][1]
    title = "Strength of an omitted cause that would undo the estimate"
    yield Check(OMITTED, title, "; ".join(figures), _rule(others, own), flag, _says(nearer, value_limit, flag), _SOURCE)


_SOURCE = "Cinelli and Hazlett (2020), Journal of the Royal Statistical Society B 82(1)"


def _split(found: list[Benchmark], baseline: str | None) -> tuple[list[Benchmark], list[Benchmark]]:
    own = [each for each in found if each.covariate.key == baseline]
    return [each for each in found if each.covariate.key != baseline], own


def _rule(others: list[Benchmark], own: list[Benchmark]) -> str:
    if others:
        return (
            "Flag when a hidden cause as strong as the strongest covariate beside the baseline undoes a significant one"
        )
    if own:
        return "Flag when a hidden cause a quarter as strong as the baseline undoes a significant estimate"
    return "No covariate to compare a hidden cause with, so no flag"


def _line(standing: Standing, measured: Benchmark, times: float) -> tuple[str, bool]:
    """What is left under one benchmark, in words, and whether the interval then reaches zero."""
    hidden = as_strong_as(measured.strength, times)
    name = f"{times:g} x {measured.covariate.label}"
    if hidden is None:
        return f"{name}: stronger than any hidden cause could be", True
    effect, low, high = standing.left(hidden)
    undone = low <= 0.0 if standing.estimate.effect > 0.0 else high >= 0.0
    return f"{name}: {effect:+.3g} ({low:+.3g} to {high:+.3g})", undone


def _says(nearer: float, value: float, flag: bool) -> str:
    if nearer <= 0.0:
        return "Chance alone could explain the result, so no omitted cause is needed for that."
    share = f"{100 * value:.1f}%"
    if flag:
        return (
            f"Something that was not recorded could undo the result if it explained {share} of who took the tool and "
            "of the scores; something that was recorded is already as strong."
        )
    return (
        "Something that was not recorded would undo the result only if it explained at least "
        f"{share} of what is still open, both of who took the tool and of the scores."
    )


def benchmarks(plan: Plan, frame: Frame, analysis: Analysis) -> list[Benchmark]:
    """The measured covariates as yardsticks, the strongest on the estimate first.

    Measured before matching: matching makes the covariates it knows look weak, and no hidden one.
    """
    covariates = covariate_columns(plan, frame)
    if isinstance(covariates, Refusal) or analysis.arms is None:
        return []
    rows = analysis.arms[0].rows
    columns = with_blocks(frame, covariates.columns, blocked=False).rows(rows)
    tool = frame.tool[rows].astype(float)
    y = frame.outcomes[plan.primary.key][rows]
    with_tool = columns.beside(Columns((TOOL,), tool[:, None]))
    found = []
    for covariate in plan.covariates:
        mine = _mine(columns, covariate)
        strength = Strength(_share(tool, columns, mine), _share(y, with_tool, mine))
        found.append(Benchmark(covariate, strength))
    return sorted(found, key=lambda each: (-each.strength.tool * each.strength.outcome, each.covariate.key))


def _mine(columns: Columns, covariate: Covariate) -> frozenset[str]:
    key = covariate.key
    return frozenset(name for name in columns.names if name in {key, f"{key} missing"} or name.startswith(f"{key} is "))


def _share(y: Floats, columns: Columns, mine: frozenset[str]) -> float:
    """The share of what the other columns leave unexplained that these columns explain."""
    rest = [place for place, name in enumerate(columns.names) if name not in mine]
    without = Columns(tuple(columns.names[place] for place in rest), columns.matrix[:, rest])
    left = [_left(y, each) for each in (without, columns)]
    return 1.0 - left[1] / left[0] if left[0] > 0.0 else 0.0


def _left(y: Floats, columns: Columns) -> float:
    fit = least_squares(y, columns, needed=())
    return 0.0 if isinstance(fit, Refusal) else float(np.sum(fit.residuals**2))
