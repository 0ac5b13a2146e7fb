"""Intercepts and one slope that differ at random from group to group, by restricted maximum likelihood (REML).

The likelihood needs only each group's cross-products of ``[1, slope]``, so one evaluation costs groups, not students.
Fixed effects and the residual variance are profiled out; what is searched is the Cholesky factor of the 2 by 2
covariance of the random effects, relative to the residual variance. A factor without full rank (no variance of slopes,
or slopes that move with the intercepts exactly) is an ordinary answer.

Source: Lindstrom and Bates (1988), Journal of the American Statistical Association 83, for the profiled likelihood and
its Cholesky factor; Raudenbush and Bryk (2002), Hierarchical Linear Models, chapters 3 and 4, for the model. Degrees of
freedom as in `mixed`: Giesbrecht and Burns (1985), Biometrics 41, with the expected information.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.frame import Codes, Floats
from gainline.engine.evidence.inference.cr2 import Inference
from gainline.engine.evidence.inference.linear import Columns, Fit, least_squares
from gainline.engine.evidence.inference.mixed import satterthwaite

_STARTS = ((0.5, 0.0, 0.3), (0.1, 0.0, 0.1), (1.0, 0.5, 0.5), (1.0, -0.5, 0.5), (0.05, 0.0, 1.0))
_LARGEST = 1e3  # a ratio of SDs beyond which nothing is left within groups
_EQUAL = 1e-9  # deviances nearer than this are the same fit, up to rounding
_FEWEST_SLOPES = 3  # groups in which the slope's column varies: two slopes have a spread, but nothing checks it
_PARTS = np.array([[[1.0, 0.0], [0.0, 0.0]], [[0.0, 1.0], [1.0, 0.0]], [[0.0, 0.0], [0.0, 1.0]]])


@dataclass(frozen=True, slots=True)
class Sloped:
    """A fit whose intercept and one slope differ at random.

    Parameters
    ----------
    names, coefficients, covariance
        The k fixed effects that were kept; shapes ``(k,)`` and ``(k, k)``.
    between
        Covariance of the groups' intercepts (where the slope's column is zero) and slopes, shape ``(2, 2)``.
    within
        Variance of students about their group's line.
    deviance
        Minus twice the restricted log-likelihood, without its constant.
    moves, information
        For the degrees of freedom: how the covariance moves with each variance, and what is known about the variances;
        intercepts, covariance, slopes, residual.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    between: Floats
    within: float
    deviance: float
    moves: tuple[Floats, ...]
    information: Floats

    def effect(self, name: str) -> Inference:
        """One coefficient with its standard error and Satterthwaite degrees of freedom."""
        place = self.names.index(name)
        variance = float(self.covariance[place, place])
        move = np.array([part[place, place] for part in self.moves])
        return Inference(
            float(self.coefficients[place]), variance**0.5, satterthwaite(variance, move, self.information)
        )


def random_slopes(y: Floats, columns: Columns, slope: str, groups: Codes, *, needed: Sequence[str]) -> Sloped | Refusal:
    """Regress y on the columns, with an intercept and one slope that differ at random from group to group.

    Parameters
    ----------
    y
        Shape ``(n,)``, no missing values.
    columns
        Fixed effects; include the intercept.
    slope
        The column whose coefficient differs from group to group; it must vary within groups.
    groups
        Shape ``(n,)``: codes 0..m-1 of the groups.
    needed
        Columns without which the fit answers nothing.

    Refuses
    -------
    EV006, EV007 of `least_squares`; EV110 the variances cannot be told apart; EV013 the model fits without error.

    Raises
    ------
    ValueError
        The slope is none of the columns.

    Source: see the module.
    """
    along = columns.matrix[:, columns.names.index(slope)]
    fit = least_squares(y, columns, needed=needed)
    if isinstance(fit, Refusal):
        return fit
    turn = _centering(along)
    sums = _sums(fit, np.column_stack([np.ones(len(y)), along]) @ turn, groups)
    if isinstance(sums, Refusal):
        return sums
    found = _search(sums)
    return found if isinstance(found, Refusal) else _finished(fit, sums, found, turn)


@dataclass(frozen=True, slots=True)
class _Sums:
    """Least squares in orthonormal coordinates (X'X = I, X'e = 0), crossed with Z = [1, slope] by group."""

    n: int
    squares: float  # e'e
    z: Floats  # Z'Z: (m, 2, 2)
    x: Floats  # Z'X: (m, 2, k)
    e: Floats  # Z'e: (m, 2)


@dataclass(frozen=True, slots=True)
class _Profile:
    """The likelihood at one factor L; W is the inverse covariance times the residual variance."""

    factor: Floats
    deviance: float
    gradient: Floats  # by the three entries of L
    shift: Floats  # GLS coordinates minus OLS coordinates
    inverse: Floats  # (X'WX)^-1
    within: float
    inner: Floats  # Z'WZ: (m, 2, 2)
    cross: Floats  # Z'WX: (m, 2, k)


def _centering(along: Floats) -> Floats:
    """Turns ``[1, slope]`` into ``[1, z-score of the slope]``, so that the search needs no units of the column."""
    spread = float(along.std()) or 1.0
    return np.array([[1.0, -float(along.mean()) / spread], [0.0, 1.0 / spread]])


def _sums(fit: Fit, z: Floats, groups: Codes) -> _Sums | Refusal:
    m, n = int(groups.max()) + 1, len(groups)
    crossed = _by_code(groups, np.stack([z, z * z[:, 1:]], axis=1).reshape(n, 4)).reshape(m, 2, 2)
    apart = crossed[:, 1, 1] - crossed[:, 0, 1] ** 2 / crossed[:, 0, 0]
    varied = apart > 1e-9 * np.maximum(crossed[:, 1, 1], 1.0)
    if m < len(fit.names) + 1 or int(varied.sum()) < _FEWEST_SLOPES or n <= m + int(varied.sum()):
        return _inseparable()
    squares = float(fit.residuals @ fit.residuals)
    level = fit.residuals + fit.basis @ (fit.basis.T @ fit.residuals)
    if squares <= 1e-24 * max(float(level @ level), n * float(np.abs(fit.coefficients).max()) ** 2):
        return Refusal("EV013", "the model fits without error, so no variance is left", "check the outcome's source")
    x = np.stack([_by_code(groups, fit.basis * z[:, [place]]) for place in (0, 1)], axis=1)
    return _Sums(n, squares, crossed, x, _by_code(groups, fit.residuals[:, None] * z))


def _inseparable() -> Refusal:
    return Refusal(
        "EV110",
        "the variances of intercepts, of slopes and within groups cannot be told apart with these groups",
        "bring more groups with several students each, or let the intercepts alone differ at random",
    )


def _by_code(codes: Codes, rows: Floats) -> Floats:
    return np.column_stack([np.bincount(codes, column) for column in rows.T]).astype(np.float64)


def _lower(entries: Floats) -> Floats:
    return np.array([[entries[0], 0.0], [entries[1], entries[2]]])


def _profile(sums: _Sums, entries: Floats) -> _Profile:
    """The restricted likelihood at a factor, fixed effects and residual variance profiled out."""
    factor = _lower(entries)
    k = sums.x.shape[2]
    whole = np.eye(2) + factor.T @ sums.z @ factor
    kernel = factor @ np.linalg.inv(whole) @ factor.T  # W = I - Z kernel Z'
    drawn = kernel @ sums.x
    bread = np.eye(k) - np.einsum("mai,maj->ij", sums.x, drawn)
    crossed = -np.einsum("mai,ma->i", drawn, sums.e)
    inverse = np.linalg.inv(bread)
    shift = inverse @ crossed
    pulled = np.einsum("mab,mb->ma", kernel, sums.e)
    within = (sums.squares - float(np.sum(sums.e * pulled)) - float(crossed @ shift)) / (sums.n - k)
    inner = sums.z - sums.z @ kernel @ sums.z
    cross = sums.x - sums.z @ drawn
    left = sums.e - np.einsum("mab,mb->ma", sums.z, pulled) - cross @ shift
    bent = np.einsum("mai,ij,mbj->ab", cross, inverse, cross, optimize=True)
    steep = inner.sum(axis=0) - bent - left.T @ left / within  # by the entries of L L'
    gradient = (2.0 * steep @ factor)[[0, 1, 1], [0, 0, 1]]
    fixed = float(np.linalg.slogdet(bread)[1] + np.linalg.slogdet(whole)[1].sum())
    deviance = (sums.n - k) * float(np.log(within)) + fixed
    return _Profile(factor, deviance, gradient, shift, inverse, within, inner, cross)


def _search(sums: _Sums) -> _Profile | Refusal:
    """The best of several descents, then the root of the slope of the deviance, and zeros where they fit as well."""

    def deviance(entries: Floats) -> float:
        return _profile(sums, entries).deviance

    def slope(entries: Floats) -> Floats:
        return _profile(sums, entries).gradient

    bounds = [(0.0, _LARGEST), (-_LARGEST, _LARGEST), (0.0, _LARGEST)]
    descents = [
        optimize.minimize(deviance, np.array(start), jac=slope, bounds=bounds, method="L-BFGS-B", tol=1e-14)
        for start in _STARTS
    ]
    best = np.asarray(min(descents, key=lambda found: float(found.fun)).x, dtype=np.float64)
    best = _at_zero(sums, best)
    if float(np.abs(best).max()) >= _LARGEST:
        return _inseparable()
    free = np.flatnonzero(best)
    if len(free):
        best = _polished(sums, best, free)
    return _profile(sums, best)


def _at_zero(sums: _Sums, best: Floats) -> Floats:
    """The factor with as many zeros as fit equally well: a descent only comes near the edge of what is allowed."""
    least = _profile(sums, best).deviance
    for zeros in ((0, 1, 2), (1, 2), (0, 1), (2,)):
        tried = best.copy()
        if zeros == (0, 1):
            tried[2] = float(np.hypot(best[1], best[2]))  # without intercepts only the length of the slopes' row counts
        tried[list(zeros)] = 0.0
        if _profile(sums, tried).deviance <= least + _EQUAL:
            return tried
    return best


def _polished(sums: _Sums, best: Floats, free: Codes) -> Floats:
    """The root of the gradient near a minimum: a descent stops at the square root of machine precision."""

    def entries(part: Floats) -> Floats:
        whole = best.copy()
        whole[free] = part
        return whole

    def steepness(part: Floats) -> Floats:
        return _profile(sums, entries(part)).gradient[free]

    found = optimize.root(steepness, best[free], tol=1e-13)
    tried = entries(np.asarray(found.x, dtype=np.float64))
    now, then = _profile(sums, tried), _profile(sums, best)
    nearer = float(np.abs(now.gradient[free]).max()) < float(np.abs(then.gradient[free]).max())
    return tried if nearer and now.deviance <= then.deviance + _EQUAL else best


def _finished(fit: Fit, sums: _Sums, found: _Profile, turn: Floats) -> Sloped:
    between = found.within * found.factor @ found.factor.T
    shares = between[[0, 0, 1], [0, 1, 1]]
    moved = np.einsum("mai,pab,mbj->pij", found.cross, _PARTS, found.cross, optimize=True)
    moves = [found.inverse @ part @ found.inverse for part in moved]
    covariance = found.within * found.inverse
    rest = (covariance - sum(share * part for share, part in zip(shares, moves, strict=True))) / found.within
    return Sloped(
        names=fit.names,
        coefficients=fit.coefficients + fit.back @ found.shift,
        covariance=fit.back @ covariance @ fit.back.T,
        between=turn @ between @ turn.T,
        within=found.within,
        deviance=found.deviance,
        moves=tuple(fit.back @ part @ fit.back.T for part in (*moves, rest)),
        information=_information(sums, found, moved, shares),
    )


def _information(sums: _Sums, found: _Profile, moved: Floats, shares: Floats) -> Floats:
    """Expected information of the variances, ``tr(P V_a P V_b) / 2``, residual last, in the search's own units.

    The rows of the residual follow from ``P V P = P``, V being the sum of all components.
    """
    within, inner = found.within, found.inner
    bent = found.cross @ found.inverse @ found.cross.transpose(0, 2, 1)
    around = np.einsum("mab,pbc->pmac", inner, _PARTS)
    own = np.einsum("pmab,qmba->pq", around, around, optimize=True)
    mutual = np.einsum("pmab,mbc,qca->pq", around, bent, _PARTS, optimize=True)
    turned = found.inverse @ moved
    products = (own - 2.0 * mutual + np.einsum("pij,qji->pq", turned, turned)) / within**2
    traces = (np.einsum("pmaa->p", around) - np.einsum("pii->p", turned)) / within
    mixed = (traces - products @ shares) / within
    trace_p = (sums.n - len(found.shift) - float(shares @ traces)) / within
    last = (trace_p - float(shares @ mixed)) / within
    return np.block([[products, mixed[:, None]], [mixed[None, :], np.array([[last]])]]) / 2.0
