"""One outcome's effect: adjusted regression, CR2 inference, Hedges' g, adjusted means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.balance import moments
from gainline.engine.evidence.document import ArmCount, Estimate
from gainline.engine.evidence.effect_size import Clustering, EffectSize, cox_size, effect_size, pooled_sd
from gainline.engine.evidence.finding import Finding, Notes
from gainline.engine.evidence.frame import Floats, Frame
from gainline.engine.evidence.inference.cr2 import Inference, cr1, cr2
from gainline.engine.evidence.inference.distributions import t_quantile
from gainline.engine.evidence.inference.linear import Columns, Fit, least_squares
from gainline.engine.evidence.sample import TOOL, Sample
from gainline.engine.pilots.plan import Direction, Outcome, Plan

FEW_DF = 4.0  # below this the t approximation itself is doubtful (Tipton 2015)
NORMAL_DF = 1e6  # degrees of freedom that stand for a normal law in the document, which holds no infinite number


@dataclass(frozen=True, slots=True)
class Regression:
    """The adjusted regression of one outcome and the tool's coefficient in it."""

    fit: Fit
    effect: Inference
    usual_practice: Inference  # the same coefficient with CR1, for comparison


def regress(sample: Sample) -> Regression | Refusal:
    """Regress the outcome on the tool beside all other columns.

    Refuses
    -------
    EV006, EV007 of `least_squares`; EV013 the model fits without error, so no uncertainty can be computed.
    """
    tool = Columns((TOOL,), sample.tool.astype(float)[:, None])
    fit = least_squares(sample.y, sample.others.beside(tool), needed=[TOOL], weights=sample.weights)
    if isinstance(fit, Refusal):
        return fit
    effect = cr2(fit, sample.clusters, fit.contrast(TOOL))
    if not (isfinite(effect.df) and effect.std_error > 1e-12 * float(sample.y.std())):
        return Refusal(
            "EV013",
            f"the model fits '{sample.outcome.key}' without error, so its uncertainty cannot be computed",
            "check whether the outcome was copied from a covariate, or register fewer covariates",
        )
    return Regression(fit, effect, cr1(fit, sample.clusters, fit.contrast(TOOL)))


def intraclass_correlation(residual: Floats, units: Floats) -> float:
    """The share of variance between units, by one-way analysis of variance, cut at 0 and 1.

    ``residual`` is the outcome minus its arm's mean. Source: Donner and Koval (1980), unequal sizes.
    """
    sizes = np.bincount(units.astype(int)).astype(float)
    m, n = len(sizes), float(sizes.sum())
    if m < 2 or n <= m:
        return 0.0
    means = np.bincount(units.astype(int), residual) / sizes
    between = float(sizes @ (means - residual.mean()) ** 2) / (m - 1)
    within = float(np.sum((residual - means[units.astype(int)]) ** 2)) / (n - m)
    usual_size = (n - float(sizes @ sizes) / n) / (m - 1)
    total = between + (usual_size - 1.0) * within
    return min(max((between - within) / total, 0.0), 1.0) if total > 0.0 else 0.0


def outcome_sd(sample: Sample) -> float:
    """The unadjusted student-level SD, pooled over the arms, with the weights of the analysis."""
    sides = [(sample.y[side], sample.weights[side]) for side in (sample.tool, ~sample.tool)]
    (_, sd_tool), (_, sd_usual) = (moments(*side) for side in sides)
    return pooled_sd(sd_tool, len(sides[0][0]), sd_usual, len(sides[1][0]))


def clustering(sample: Sample, plan: Plan) -> Clustering | None:
    """How the assigned groups blur g, with the study's own intraclass correlation; None when students were assigned."""
    if plan.design.unit == "student":
        return None
    means = [float(sample.y[side].mean()) for side in (~sample.tool, sample.tool)]
    residual = sample.y - np.where(sample.tool, means[1], means[0])
    icc = intraclass_correlation(residual, sample.units.astype(float))
    return Clustering(len(sample.y) / (int(sample.units.max()) + 1), icc)


def arm_counts(frame: Frame, sample: Sample) -> tuple[ArmCount, ...]:
    """Assigned and analyzed students and clusters, tool arm first."""
    counts = []
    for arm, side, kept in (("tool", frame.tool, sample.tool), ("usual", ~frame.tool, ~sample.tool)):
        labels = frame.cluster.astype(str)
        assigned, clusters = int(side.sum()), len(np.unique(labels[side]))
        analyzed = len(np.unique(sample.clusters[kept]))
        counts.append(ArmCount(arm, assigned, int(kept.sum()), clusters, analyzed))
    return tuple(counts)


def to_estimate(sample: Sample, found: Regression, plan: Plan, frame: Frame, method: str) -> Estimate:
    """The estimate as the evidence document holds it.

    g stands on the SD of the outcome in the frame, so that a regression on gains is not flattered by the gains' SD.
    """
    outcome, effect = sample.outcome, found.effect
    level = replace(sample, y=frame.outcomes[outcome.key][sample.rows])
    sd, grouped = outcome_sd(level), clustering(level, plan)
    share = float(np.average(sample.tool, weights=sample.weights))
    mean_usual = float(np.average(sample.y, weights=sample.weights)) - share * effect.estimate
    size = effect_size(effect.estimate, effect.std_error, sd, float(len(sample.y)), grouped)
    notes: Notes = ()
    if outcome.scale == "binary":
        size, notes = _of_shares(size, effect, mean_usual, len(sample.y), grouped)
    finding = effect.finding("", method=method, source="", notes=(*notes, *_diagnostics(sample, found, size, grouped)))
    return as_estimate(finding, outcome, size, sd=sd, mean_usual=mean_usual, counts=arm_counts(frame, sample))


def as_estimate(
    found: Finding, outcome: Outcome, size: EffectSize, *, sd: float, mean_usual: float, counts: tuple[ArmCount, ...]
) -> Estimate:
    """A finding about an outcome, with its size in SDs, as the evidence document holds it.

    p adjusted, p by randomization and the probability are filled in later.
    """
    df = found.df if isfinite(found.df) else NORMAL_DF
    half_g = size.std_error * t_quantile(0.975, df)
    return Estimate(
        outcome=outcome.key,
        label=outcome.label,
        unit=outcome.unit,
        domain=outcome.domain,
        role=outcome.role,
        method=found.method,
        effect=found.effect,
        std_error=found.std_error,
        df=df,
        low=found.low,
        high=found.high,
        p=found.p,
        p_adjusted=None,
        p_randomization=None,
        g=size.g,
        g_std_error=size.std_error,
        g_low=size.g - half_g,
        g_high=size.g + half_g,
        sd=sd,
        mean_tool=mean_usual + found.effect,
        mean_usual=mean_usual,
        counts=counts,
        probability_worth_having=None,
        favorable=outcome.direction is Direction.HIGHER,
        diagnostics=found.diagnostics,
        estimand=found.estimand,
        source=found.source,
    )


def _of_shares(
    size: EffectSize, effect: Inference, usual: float, n: int, grouped: Clustering | None
) -> tuple[EffectSize, Notes]:
    """The Cox index as g of two shares; where a share is 0 or 1 it is undefined, and g stays on the pooled SD."""
    points = f"{100 * effect.estimate:+.3g} (95 % interval {100 * effect.low:+.3g} to {100 * effect.high:+.3g})"
    notes: Notes = (("difference in percentage points", points),)
    cox = cox_size(usual, effect.estimate, effect.std_error, n=float(n), grouped=grouped)
    if cox is None:
        return size, (*notes, ("Cox index", "undefined: an adjusted share is 0 or 1; g is on the pooled SD"))
    return cox, (*notes, ("g", "Cox index of the adjusted shares (WWC 5.0)"))


def _diagnostics(
    sample: Sample, found: Regression, size: EffectSize, grouped: Clustering | None
) -> tuple[tuple[str, str], ...]:
    usual = found.usual_practice
    lines = [
        ("standard error CR1, for comparison", f"{usual.std_error:.6g} on {usual.df:g} df"),
        ("WWC degrees of freedom h of g", f"{size.h:.6g}"),
        ("model terms", str(len(found.fit.names))),
        ("redundant terms set aside", str(sample.others.matrix.shape[1] + 1 - len(found.fit.names))),
    ]
    if grouped is not None:
        lines.append(("intraclass correlation of assigned units, from these students", f"{grouped.icc:.4f}"))
    if found.effect.df < FEW_DF:
        lines.append(("caution", f"the interval rests on {found.effect.df:.1f} degrees of freedom"))
    return tuple(lines)
