"""Growth: whether students of the tool arm gain faster, period by period, from scores repeated over time.

Two stages. Each student's line over the periods gives a slope; slopes are compared between the arms with weights for
how well each is known and errors by cluster. The weights hold the variance between true slopes and the variance of
scores about their lines, both by the method of moments; a student seen three times counts less than one seen eight
times, and the clusters' errors stay right when the weights are not.

Source: Laird and Ware (1982), Biometrics 38, for the model; Raudenbush and Bryk (2002), Hierarchical Linear Models,
chapter 6; efficient weights of slopes as outcomes, Burstein (1980).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.finding import Finding
from gainline.engine.evidence.frame import Codes, Flags, Floats
from gainline.engine.evidence.inference.cr2 import cr2
from gainline.engine.evidence.inference.linear import Columns, least_squares

MIN_PERIODS = 3  # with two, a line has no error and growth is a plain difference
MIN_STUDENTS = 10  # per arm, with a slope of their own
_TOOL = "tool"


@dataclass(frozen=True, slots=True)
class Slopes:
    """Each student's least-squares line; NaN for a student with fewer than three scores.

    Parameters
    ----------
    slope
        Shape ``(m,)``: per unit of time.
    spread
        Shape ``(m,)``: sum of squared times about their mean; a slope's error variance is ``noise / spread``.
    noise
        Variance of scores about the students' lines, pooled.
    """

    slope: Floats
    spread: Floats
    noise: float


def slopes_of(values: Floats, times: Floats) -> Slopes:
    """The line of each row of ``values``, ``(m, T)`` with NaN where nothing was measured, on ``times``, ``(T,)``."""
    seen = ~np.isnan(values)
    n = seen.sum(axis=1)
    safe = np.maximum(n, 1)
    time = np.where(seen, times, 0.0)
    centered = np.where(seen, times - (time.sum(axis=1) / safe)[:, None], 0.0)
    level = np.where(seen, values, 0.0)
    residual = np.where(seen, values - (level.sum(axis=1) / safe)[:, None], 0.0)
    spread = np.sum(centered**2, axis=1)
    known = n >= MIN_PERIODS
    slope = np.where(known, np.sum(centered * residual, axis=1) / np.where(known, spread, 1.0), np.nan)
    left = np.sum((residual - np.nan_to_num(slope)[:, None] * centered) ** 2, axis=1)
    freedom = int(np.sum(n[known] - 2))
    return Slopes(slope, spread, float(left[known].sum()) / max(freedom, 1))


def growth_difference(
    values: Floats, times: Floats, tool: Flags, clusters: Codes, *, unit_of_time: str
) -> Finding | Refusal:
    """How much faster the tool arm grows, in the outcome's unit per unit of time.

    Parameters
    ----------
    values
        Shape ``(m, T)``: each student's scores, NaN where nothing was measured.
    times
        Shape ``(T,)``: when each period was, in units of time.
    tool, clusters
        Shape ``(m,)``.

    Refuses
    -------
    EV115 too few students with three scores; EV006, EV007 of `least_squares`.

    Source: see the module. Times are the plan's periods, the same for every student.
    """
    lines = slopes_of(values, times)
    known = ~np.isnan(lines.slope)
    if min(int((known & tool).sum()), int((known & ~tool).sum())) < MIN_STUDENTS:
        return Refusal(
            "EV115",
            f"fewer than {MIN_STUDENTS} students of an arm have scores in {MIN_PERIODS} periods, so growth has no line",
            "measure more often, or compare the last score with the registered baseline instead",
        )
    slope, errors, arm = lines.slope[known], lines.noise / lines.spread[known], tool[known].astype(float)
    between = _between(slope, errors, arm)
    if between + float(errors.min()) <= 0.0:
        return Refusal("EV013", "every score lies on its student's line", "check whether the scores were made up")
    columns = Columns(("intercept", _TOOL), np.column_stack([np.ones(len(slope)), arm]))
    weights = 1.0 / (between + errors)
    fit = least_squares(slope, columns, needed=[_TOOL], weights=weights / float(weights.mean()))
    if isinstance(fit, Refusal):
        return fit
    codes = np.unique(clusters[known], return_inverse=True)[1]
    found = cr2(fit, codes, fit.contrast(_TOOL))
    notes = (
        ("students with a line", f"{int(known.sum()):,} of {len(known):,}"),
        ("growth in the usual arm", f"{float(fit.coefficients[0]):.4g} per {unit_of_time}"),
        ("SD of true growth between students", f"{between**0.5:.4g}"),
    )
    method = "students' own slopes, weighted by how well each is known, CR2/Satterthwaite"
    estimand = f"difference in growth per {unit_of_time}"
    source = "Laird and Ware (1982); Raudenbush and Bryk (2002), chapter 6"
    return found.finding(estimand, method=method, source=source, notes=notes)


def _between(slope: Floats, errors: Floats, arm: Floats) -> float:
    """Variance of true slopes within arms: the variance of the fitted ones less what their errors explain."""
    sides = [arm == side for side in (0.0, 1.0)]
    squares = sum(float(np.sum((slope[side] - slope[side].mean()) ** 2)) for side in sides)
    return max(squares / (len(slope) - 2) - float(errors.mean()), 0.0)
