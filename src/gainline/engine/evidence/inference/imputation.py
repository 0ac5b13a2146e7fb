"""Multiple imputation: chained equations with predictive mean matching, pooled by Rubin's rules.

Every missing number is replaced by the real number of a student whose predicted value is near, so that nothing is put
in that nobody has. The prediction uses everything else in the chain, the arm, and the arm's products with everything
else: arms are in effect imputed separately, so that an effect, or an effect on some more than on others, is not drawn
toward zero.

Source: Rubin (1987), chapter 3; van Buuren (2018), Flexible Imputation of Missing Data, sections 3.4 (type 1
matching, five donors) and 4.5; Barnard and Rubin (1999), Biometrika 86, equation 3 (degrees of freedom).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from gainline.engine.core.progress import Progress, silent
from gainline.engine.evidence.frame import Codes, Flags, Floats
from gainline.engine.evidence.inference.cr2 import Inference

COPIES = 20
SWEEPS = 10
DONORS = 5
_RIDGE = 1e-5  # share of a predictor's own variance; keeps redundant predictors harmless
_DIGITS = 9  # predicted values are compared to so many places of an SD, so that no last bit picks a donor
_JITTER = 1e-7


@dataclass(frozen=True, slots=True)
class Chained:
    """One variable of the chain, shape ``(n,)``, NaN where missing; a category as codes from 0.

    ``groups`` is the number of labels of a category, 0 for a number.
    """

    values: Floats
    groups: int = 0

    @property
    def missing(self) -> Flags:
        """Where nothing is recorded."""
        return np.isnan(self.values)

    def coded(self, values: Floats) -> Floats:
        """Completed values as columns, shape ``(n, 1)``, or one column per label but the first."""
        if self.groups == 0:
            return values[:, None]
        return np.asarray(values[:, None] == np.arange(1, max(self.groups, 2))[None, :], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Pooled:
    """The pooled estimate, and the share of its uncertainty that comes from what is missing."""

    effect: Inference
    missing_information: float


def impute(
    variables: Sequence[Chained], tool: Flags, *, clusters: Codes | None, seed: int, progress: Progress = silent
) -> list[list[Floats]]:
    """Complete the variables `COPIES` times.

    Parameters
    ----------
    variables
        Covariates and outcomes together: a covariate imputed without the outcome would hide their relation.
    tool
        Shape ``(n,)``.
    clusters
        Shape ``(n,)``: codes of groups whose averages also predict; ``None`` without groups.

    Returns
    -------
    list
        For each copy the completed variables, in the order given; values that were recorded are never touched.
    """
    copies = []
    for copy in range(COPIES):
        generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, copy])))
        copies.append(_complete(variables, tool, clusters, generator))
        progress("imputing", copy + 1, COPIES)
    return copies


def pool(found: Sequence[Inference]) -> Pooled:
    """Rubin's rules: the mean of the estimates, within plus between variance, degrees of freedom by Barnard and Rubin.

    The degrees of freedom of complete data are the mean of the copies' own (Satterthwaite's), so that few clusters
    stay few however many copies are made.
    """
    m = len(found)
    within = float(np.mean([one.std_error**2 for one in found]))
    between = float(np.var([one.estimate for one in found], ddof=1)) * (1.0 + 1.0 / m)
    share = between / (within + between)
    complete = float(np.mean([one.df for one in found]))
    observed = (complete + 1.0) / (complete + 3.0) * complete * (1.0 - share)
    df = 1.0 / (1.0 / observed + share**2 / (m - 1))
    estimate = float(np.mean([one.estimate for one in found]))
    return Pooled(Inference(estimate, (within + between) ** 0.5, df), share)


def _complete(
    variables: Sequence[Chained], tool: Flags, clusters: Codes | None, generator: np.random.Generator
) -> list[Floats]:
    filled = [_first_guess(variable, generator) for variable in variables]
    open_places = [place for place, variable in enumerate(variables) if variable.missing.any()]
    for _ in range(SWEEPS if len(open_places) > 1 else 1):
        for place in open_places:
            predictors = _predictors(variables, filled, place, tool, clusters)
            filled[place] = _redraw(variables[place], filled[place], predictors, generator)
    return filled


def _first_guess(variable: Chained, generator: np.random.Generator) -> Floats:
    filled, missing = variable.values.copy(), variable.missing
    filled[missing] = generator.choice(filled[~missing], size=int(missing.sum()))
    return filled


def _predictors(
    variables: Sequence[Chained], filled: Sequence[Floats], target: int, tool: Flags, clusters: Codes | None
) -> Floats:
    """Intercept, arm, all other variables, their products with the arm, and the clusters' averages of the numbers."""
    others = [place for place in range(len(variables)) if place != target]
    columns = [np.empty((len(tool), 0)), *(variables[place].coded(filled[place]) for place in others)]
    plain = _standardized(np.column_stack(columns))
    arm = _standardized(tool[:, None].astype(float))
    numbers = [filled[place] for place in others if variables[place].groups == 0]
    averages = _averages(numbers, clusters)
    return np.column_stack([np.ones(len(tool)), arm, plain, arm * plain, _standardized(averages)])


def _averages(numbers: Sequence[Floats], clusters: Codes | None) -> Floats:
    """Cluster averages, where there are clusters enough to learn from: twice as many as columns, and four."""
    n = len(numbers[0]) if numbers else 0
    if clusters is None or not numbers or int(clusters.max()) + 1 < 2 * len(numbers) + 4:
        return np.empty((n if numbers else len(clusters if clusters is not None else ()), 0))
    sizes = np.bincount(clusters)
    return np.column_stack([(np.bincount(clusters, values) / sizes)[clusters] for values in numbers])


def _standardized(columns: Floats) -> Floats:
    spread = columns.std(axis=0)
    return np.asarray((columns - columns.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0))


def _redraw(variable: Chained, filled: Floats, x: Floats, generator: np.random.Generator) -> Floats:
    """New values for what is missing, from donors whose predicted values are nearest."""
    missing = variable.missing
    target = _standardized(variable.coded(filled))
    fitted, drawn = _coefficients(x[~missing], target[~missing], generator)
    real, wanted = np.round(x[~missing] @ fitted, _DIGITS), np.round(x[missing] @ drawn, _DIGITS)
    order = generator.permutation(len(real))  # equal predictions leave it to chance who gives
    choose = _donors_on_a_line if real.shape[1] == 1 else _donors
    donors = order[choose(real[order], wanted, generator)]
    redrawn = filled.copy()
    redrawn[missing] = variable.values[~missing][donors]
    return redrawn


def _coefficients(x: Floats, y: Floats, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """Least-squares coefficients and one draw of them from their posterior, both ``(predictors, columns of y)``."""
    gram = x.T @ x
    gram[np.diag_indices_from(gram)] *= 1.0 + _RIDGE
    gram[np.diag_indices_from(gram)] += _RIDGE  # a label that none of the observed has
    root = linalg.cholesky(gram, lower=True)
    fitted = np.asarray(linalg.cho_solve((root, True), x.T @ y))
    df = max(len(x) - x.shape[1], 1)
    residual = np.sum((y - x @ fitted) ** 2, axis=0)
    sigma = np.sqrt(residual / generator.chisquare(df, size=y.shape[1]))
    noise = linalg.solve_triangular(root, generator.standard_normal((x.shape[1], y.shape[1])), lower=True, trans="T")
    return fitted, np.asarray(fitted + noise * sigma)


def _donors_on_a_line(real: Floats, wanted: Floats, generator: np.random.Generator) -> Codes:
    order = np.argsort(real[:, 0], kind="stable")
    values, target = real[order, 0], wanted[:, 0]
    left, right = np.searchsorted(values, target, "left"), np.searchsorted(values, target, "right")
    middle = left + np.floor(generator.random(len(target)) * (right - left + 1)).astype(np.intp)
    width = min(2 * DONORS, len(values))
    start = np.clip(middle - DONORS, 0, len(values) - width)
    window = start[:, None] + np.arange(width)[None, :]
    apart = np.abs(values[window] - target[:, None])
    nearest = np.argsort(apart, axis=1, kind="stable")[:, : min(DONORS, width)]
    pick = generator.integers(nearest.shape[1], size=len(target))
    chosen = nearest[np.arange(len(target)), pick]
    return np.asarray(order[window[np.arange(len(target)), chosen]], dtype=np.intp)


def _donors(real: Floats, wanted: Floats, generator: np.random.Generator) -> Codes:
    from scipy.spatial import KDTree  # a third of a second that plans without categories of three need not pay

    loose = real + _JITTER * generator.standard_normal(real.shape)  # among equals, chance says who is near
    _, nearest = KDTree(loose).query(wanted, k=min(DONORS, len(real)))
    nearest = np.asarray(nearest, dtype=np.intp).reshape(len(wanted), -1)
    pick = generator.integers(nearest.shape[1], size=len(wanted))
    return np.asarray(nearest[np.arange(len(wanted)), pick], dtype=np.intp)
