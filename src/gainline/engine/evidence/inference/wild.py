"""The wild cluster restricted bootstrap: a second opinion on few clusters that owes nothing to a t distribution.

Under the null of an effect b the residuals of each cluster keep or turn their sign as a whole, and the t statistic of
every such world is compared with the observed one. Everything is computed from each cluster's sums: with Q the
orthonormal basis of the model, d the tool with everything else taken out and u the restricted residuals, the t of one
draw v needs only ``sum v_g d_g'u_g`` and ``v_h d_h'u_h - (Q_h'd_h)'sum v_g Q_g'u_g``, both linear in v and in b, so
that the interval costs hardly more than the p-value.

Source: Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90; MacKinnon, Nielsen and Webb (2023),
Journal of Econometrics 232 (WCR-C in the form of cluster scores); six-point weights for fewer than twelve clusters,
Webb (2023), Canadian Journal of Economics 56.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from math import inf, sqrt

import numpy as np

from gainline.engine.evidence.frame import Codes, Floats
from gainline.engine.evidence.inference.cr2 import cr1
from gainline.engine.evidence.inference.linear import Fit

FEW_CLUSTERS = 12  # below it two-point weights give too few different worlds
DRAWS = 9_999
_LEVEL = 0.05
_CHUNK = 2_048
_TIE = 1e-9  # relative slack, so that the world that was observed counts as a tie with itself
_FAR = 1e3  # standard errors from the estimate at which the search for an end of the interval gives up
_RADEMACHER = (-1.0, 1.0)
_WEBB = (-sqrt(1.5), -1.0, -sqrt(0.5), sqrt(0.5), 1.0, sqrt(1.5))


@dataclass(frozen=True, slots=True)
class WildTest:
    """A coefficient with the bootstrap's p of no effect and 95 % interval; an end that no data bound is infinite."""

    effect: float
    p: float
    low: float
    high: float
    draws: int
    weights: str  # Rademacher or Webb
    is_exact: bool  # every world was looked at, none drawn


@dataclass(frozen=True, slots=True)
class Multipliers:
    """What each cluster's residuals are multiplied with, shape ``(draws, m)``."""

    values: Floats
    weights: str
    is_exact: bool


def multipliers(m: int, *, draws: int, seed: int) -> Multipliers:
    """The worlds to look at: all of them where they are no more than the draws, else drawn."""
    points, name = (_WEBB, "Webb") if m < FEW_CLUSTERS else (_RADEMACHER, "Rademacher")
    if m * np.log(len(points)) <= np.log(draws):
        return Multipliers(np.array(list(product(points, repeat=m))), name, True)
    generator = np.random.Generator(np.random.PCG64(seed))
    chosen = generator.integers(0, len(points), size=(draws, m))
    return Multipliers(np.array(points)[chosen], name, False)


def wild_bootstrap(fit: Fit, clusters: Codes, name: str, *, draws: int = DRAWS, seed: int = 0) -> WildTest:
    """Bootstrap one coefficient of a least-squares fit, cluster by cluster, with the null imposed.

    Parameters
    ----------
    clusters
        Shape ``(n,)``: codes 0..m-1 of the independent draws.
    name
        The coefficient.
    draws
        Worlds to draw; all of them are looked at where they are fewer.

    Assumes
    -------
    At least two clusters, and a residual that is not zero everywhere.

    Source: see the module. The p-value of drawn worlds is ``(1 + count) / (1 + draws)``.
    """
    worlds = multipliers(int(clusters.max()) + 1, draws=draws, seed=seed)
    drawn = _quadratics(fit, clusters, name, worlds.values)
    observed = _quadratics(fit, clusters, name, np.ones((1, worlds.values.shape[1])))
    effect = float(fit.coefficients[fit.names.index(name)])
    step = cr1(fit, clusters, fit.contrast(name)).std_error

    def p(null: float) -> float:
        count = int(np.sum(_squared_t(drawn, effect - null) >= _squared_t(observed, effect - null) * (1.0 - _TIE)))
        n = len(worlds.values)
        return count / n if worlds.is_exact else (1 + count) / (1 + n)

    ends = [_end(p, effect, side * step) for side in (-1.0, 1.0)]
    return WildTest(effect, p(0.0), ends[0], ends[1], len(worlds.values), worlds.weights, worlds.is_exact)


def _quadratics(fit: Fit, clusters: Codes, name: str, worlds: Floats) -> Floats:
    """Per world, numerator and squared standard error as polynomials in (estimate - null); shape ``(5, draws)``."""
    direction = fit.back.T @ fit.contrast(name)
    tool = fit.basis @ direction / float(direction @ direction)
    weighted = fit.weights[:, None] * fit.basis
    score, own = (_sums(clusters, fit.weights * tool * part) for part in (fit.residuals, tool))
    pull = np.column_stack([_sums(clusters, column) for column in (weighted * fit.residuals[:, None]).T])
    load = np.column_stack([_sums(clusters, column) for column in (weighted * tool[:, None]).T])
    found = []
    for part in _chunks(worlds):
        plain = part * score - (part @ pull) @ load.T
        moved = part * own - (part @ load) @ load.T
        squares = [np.einsum("ij,ij->i", one, two) for one, two in ((plain, plain), (plain, moved), (moved, moved))]
        found.append(np.array([part @ score, part @ own, *squares]))
    return np.concatenate(found, axis=1)


def _sums(clusters: Codes, values: Floats) -> Floats:
    return np.bincount(clusters, values).astype(np.float64)


def _chunks(worlds: Floats) -> Iterator[Floats]:
    for start in range(0, len(worlds), _CHUNK):
        yield worlds[start : start + _CHUNK]


def _squared_t(parts: Floats, distance: float) -> Floats:
    top = parts[0] + distance * parts[1]
    below = parts[2] + 2.0 * distance * parts[3] + distance**2 * parts[4]
    squared: Floats = top**2 / np.maximum(below, 1e-300)
    return squared


def _end(p: Callable[[float], float], effect: float, step: float) -> float:
    """The first null on one side of the estimate that the bootstrap rejects, to a thousandth of a standard error."""
    inside, outside = 0.0, 1.0
    while p(effect + outside * step) >= _LEVEL:
        inside, outside = outside, 1.5 * outside
        if outside > _FAR:
            return inf if step > 0.0 else -inf
    while outside - inside > 1e-3:
        middle = (inside + outside) / 2.0
        if p(effect + middle * step) >= _LEVEL:
            inside = middle
        else:
            outside = middle
    return effect + (inside + outside) / 2.0 * step
