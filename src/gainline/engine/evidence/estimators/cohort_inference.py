"""Inference for averages of group-time effects: cohorts as samples of their own, honest with few clusters.

Any such average is a sum over cohorts of the mean of one linear reading of the cohort's paths. Its CR2 variance is
therefore that of a sum of means: contributions centered in the cohort and scaled up for leverage. The degrees of
freedom follow Satterthwaite with the covariance of paths pooled over cohorts as the working model, because the spread
of three schools around their mean says little about itself. A cohort of one cluster has no spread of its own; then the
variance comes from the pooled covariance too, which assumes that the tool does not change how far clusters differ.

Source: Bell and McCaffrey (2002); Satterthwaite (1946); Callaway and Sant'Anna (2021), theorem 2 and corollary 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from gainline.engine.evidence.estimators.group_time import Cells
from gainline.engine.evidence.frame import Codes, Flags, Floats
from gainline.engine.evidence.inference.distributions import t_half_width, t_p_value


@dataclass(frozen=True, slots=True)
class Combination:
    """One average over group-time effects.

    Parameters
    ----------
    at
        Periods since the tool, first period of the cohort, or period; 0 for an overall average.
    effect, std_error, df
        With the inference that decides; ``std_error_large`` is the large-sample one.
    clusters
        Clusters with the tool behind it.
    pooled
        True where a cohort of a single cluster forced the covariance to be pooled over cohorts.
    """

    at: int
    effect: float
    std_error: float
    df: float
    std_error_large: float
    clusters: int
    pooled: bool

    @property
    def half_width(self) -> float:
        """Half the width of the 95 % interval."""
        return t_half_width(self.std_error, self.df)

    @property
    def p(self) -> float:
        """Two-sided p of no effect."""
        return t_p_value(self.effect / self.std_error, self.df)

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.effect - self.half_width

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return self.effect + self.half_width


@dataclass(frozen=True, slots=True)
class Spread:
    """How clusters sit in cohorts; pieces are pairs of cluster and cohort.

    ``piece`` (m,) is each unit's piece, ``cluster`` and ``cohort`` (p,) where each piece belongs, ``share`` (p,) its
    part of the cohort's weight, ``crowd`` (K,) the sum of squared shares and ``count`` (K,) the clusters of a cohort.
    """

    piece: Codes
    cluster: Codes
    cohort: Codes
    share: Floats
    crowd: Floats
    count: Codes
    spans: bool  # some cluster has units in several cohorts
    alone: bool  # every unit is a cluster of its own

    def clusters(self, chosen: Flags) -> int:
        """How many clusters the chosen cohorts have together."""
        if not self.spans:
            return int(self.count[chosen].sum())
        return len(np.unique(self.cluster[chosen[self.cohort]]))


def spread_of(cells: Cells) -> Spread:
    """Tell how the clusters of a panel sit in its cohorts."""
    k = len(cells.cohorts)
    pairs, piece = np.unique(cells.units.cluster * k + cells.of, return_inverse=True)
    cluster, cohort = pairs // k, pairs % k
    mass = np.bincount(piece, cells.units.weights)
    share = mass / np.bincount(cohort, mass, minlength=k)[cohort]
    crowd = np.asarray(np.bincount(cohort, share**2, minlength=k), dtype=np.float64)
    spans = bool(np.bincount(cluster).max() > 1)
    count = np.asarray(np.bincount(cohort, minlength=k), dtype=np.intp)
    return Spread(piece, cluster, cohort, share, crowd, count, spans, len(share) == len(piece) and not spans)


def combine(cells: Cells, spread: Spread, weights: Floats, extra: Floats) -> list[Combination]:
    """Effect, standard errors and degrees of freedom of many averages at once.

    Parameters
    ----------
    weights
        Shape ``(c, a)``: weight of each cell in each average.
    extra
        Shape ``(K, a)``: what estimated cohort shares add to the large-sample contribution of a cohort's units.
    """
    paths = _path_covariance(cells, spread)
    reach = cells.reach(weights)
    model = np.sum((reach @ paths) * reach, axis=2) * spread.crowd  # (a, K): variance by cohort
    if cells.influence is None and spread.alone:
        own, large = _from_moments(cells, spread, weights, extra)
    else:
        raw = cells.contributions(weights)
        share = cells.units.weights / cells.units.weights.sum()
        own, large = _own_variance(spread, raw), _large_variance(cells, raw + share[:, None] * extra[cells.of])
    told = []
    for place, effect in enumerate(cells.effect @ weights):
        involved = np.any(reach[place] != 0.0, axis=1)
        alone = bool(np.any(involved & (spread.count < 2)))
        if alone:
            variance, df = _pooled(reach[place], paths, spread, model[place])
        else:
            variance, df = float(own[place]), _satterthwaite(model[place], spread, involved)
        with_tool = np.isin(cells.cohorts, cells.group[weights[:, place] != 0])
        clusters = spread.clusters(with_tool)
        told.append(Combination(0, float(effect), sqrt(variance), df, sqrt(large[place]), clusters, alone))
    return told


def _from_moments(cells: Cells, spread: Spread, weights: Floats, extra: Floats) -> tuple[Floats, Floats]:
    """Both variances where each unit is a cluster and none has gaps: from the second moments of each cohort's paths."""
    reach, offsets = cells.reach(weights), cells.offsets(weights)
    mass = np.bincount(cells.of, cells.units.weights) / cells.units.weights.sum()
    own, large = np.zeros(weights.shape[1]), np.zeros(weights.shape[1])
    for cohort, crowd in enumerate(spread.crowd):
        rows = np.flatnonzero(cells.of == cohort)
        share, lines = spread.share[spread.piece[rows]], reach[:, cohort]
        paths = cells.units.values[rows]
        paths = paths - share @ paths
        scaled = share**2 / _kept(share, crowd)
        own += _forms(lines, (paths * scaled[:, None]).T @ paths)
        shift = offsets[cohort] + mass[cohort] * extra[cohort]
        large += _forms(lines, (paths * share[:, None] ** 2).T @ paths)
        large += shift * (2.0 * (lines @ (share**2 @ paths)) + shift * crowd)
    return own, large


def _forms(lines: Floats, matrix: Floats) -> Floats:
    """The quadratic form of each line, ``(a,)``."""
    return np.asarray(np.sum((lines @ matrix) * lines, axis=1))


def _kept(share: Floats, crowd: Floats | float) -> Floats:
    """Part of a cluster's own variance that is left after its cohort's mean is taken away."""
    return np.asarray(np.maximum(1.0 - 2.0 * share + crowd, 1e-12))


def _large_variance(cells: Cells, values: Floats) -> Floats:
    cluster = cells.units.cluster
    sums = _sum_by(cluster, values, int(cluster.max()) + 1)
    return np.asarray(np.einsum("ma,ma->a", sums, sums))


def _sum_by(codes: Codes, values: Floats, count: int) -> Floats:
    found = np.zeros((count, values.shape[1]))
    np.add.at(found, codes, values)
    return found


def _own_variance(spread: Spread, raw: Floats) -> Floats:
    """CR2 of a combination of cohort means, shape ``(a,)``: each cluster's part centered in its cohort, scaled up."""
    parts = _sum_by(spread.piece, raw, len(spread.share))
    for cohort in range(len(spread.crowd)):
        rows = np.flatnonzero(spread.cohort == cohort)
        parts[rows] -= spread.share[rows, None] * parts[rows].sum(axis=0)
    parts /= np.sqrt(_kept(spread.share, spread.crowd[spread.cohort]))[:, None]
    if not spread.spans:
        return np.asarray(np.einsum("pa,pa->a", parts, parts))
    sums = _sum_by(spread.cluster, parts, int(spread.cluster.max()) + 1)
    return np.asarray(np.einsum("pa,pa->a", sums, sums))


def _path_covariance(cells: Cells, spread: Spread) -> Floats:
    """Covariance of clusters' paths around their cohort's, pooled over cohorts, ``(T, T)``; gaps pair by pair."""
    values = cells.units.values
    if cells.influence is None and spread.alone:
        return _complete_covariance(cells, spread)
    seen = ~np.isnan(values)
    k = len(cells.cohorts)
    mass = np.zeros((len(spread.share), values.shape[1]))
    sums = np.zeros_like(mass)
    for period in range(values.shape[1]):
        weight = np.where(seen[:, period], cells.units.weights, 0.0)
        mass[:, period] = np.bincount(spread.piece, weight, minlength=len(spread.share))
        filled = np.where(seen[:, period], values[:, period], 0.0)
        sums[:, period] = np.bincount(spread.piece, weight * filled, minlength=len(spread.share))
    there = mass > 0
    means = np.where(there, sums / np.where(there, mass, 1.0), 0.0)
    count = np.column_stack([np.bincount(spread.cohort, there[:, t], minlength=k) for t in range(values.shape[1])])
    total = np.column_stack([np.bincount(spread.cohort, means[:, t], minlength=k) for t in range(values.shape[1])])
    centered = np.where(there, means - (total / np.maximum(count, 1.0))[spread.cohort], 0.0)
    together = there.T.astype(float) @ there.astype(float)
    groups = (count > 0).T.astype(float) @ (count > 0).astype(float)
    return np.asarray(centered.T @ centered / np.maximum(together - groups, 1.0))


def _complete_covariance(cells: Cells, spread: Spread) -> Floats:
    found = np.zeros((cells.units.values.shape[1],) * 2)
    for cohort in range(len(cells.cohorts)):
        paths = cells.units.values[cells.of == cohort]
        paths = paths - paths.mean(axis=0)
        found += paths.T @ paths
    return found / max(float(np.sum(spread.count - 1)), 1.0)


def _satterthwaite(model: Floats, spread: Spread, involved: Flags) -> float:
    """Cohorts as independent samples: (sum v)^2 / sum v^2 / (n - 1), n the clusters that their weights amount to."""
    worth = 1.0 / spread.crowd[involved]
    squares = float(np.sum(model[involved] ** 2 / np.maximum(worth - 1.0, 1e-9)))
    return float(model[involved].sum() ** 2 / squares) if squares > 0.0 else float("nan")


def _pooled(reach: Floats, paths: Floats, spread: Spread, model: Floats) -> tuple[float, float]:
    """Variance and df where some cohort is a single cluster: v tr(MS)^2 / tr(MSMS), S pooled with v df."""
    form = np.einsum("kt,ks,k->ts", reach, reach, spread.crowd)
    product = form @ paths
    squares = float(np.einsum("ij,ji->", product, product))
    variance = float(model.sum())
    left = float(np.sum(np.maximum(spread.count - 1, 0)))
    return variance, left * variance**2 / squares if squares > 0.0 else float("nan")
