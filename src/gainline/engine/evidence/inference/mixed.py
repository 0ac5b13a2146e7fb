"""Students in sections in schools: random intercepts by restricted maximum likelihood (REML), fast and safe at zero.

The likelihood needs only each group's size and sums, so one evaluation costs groups, not students. Fixed effects and
the residual variance are profiled out; what is searched is the ratio of each between-group variance to the variance
within. A between-group variance of exactly zero is an ordinary answer here; popular software returns a wrong
coefficient there without a warning (statsmodels issue 10239).

Source: Harville (1977), Journal of the American Statistical Association 72, for REML; Patterson and Thompson (1971).
Degrees of freedom: Satterthwaite with the expected information of the variances, Giesbrecht and Burns (1985),
Biometrics 41; on balanced groups they are the exact m - 2 of a comparison of group means.
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

_GRID = (0.0, 0.001, 0.005, 0.01, 0.02, 0.05, *(round(0.1 * step, 1) for step in range(1, 10)), 0.95, 0.98, 0.99, 0.999)
_STARTS = ((0.01, 0.01), (0.2, 0.01), (0.01, 0.2), (0.2, 0.2), (1.0, 1.0))  # ratios for the search over two levels
_LARGEST = 1e3  # ratio of variances beyond which nothing is left within groups


@dataclass(frozen=True, slots=True)
class Mixed:
    """A random-intercept fit.

    Parameters
    ----------
    names, coefficients, covariance
        The k fixed effects that were kept; shapes ``(k,)`` and ``(k, k)``.
    between
        Variance between groups, finest level first: sections, then schools within which they lie.
    within
        Variance of students within the finest groups.
    deviance
        Minus twice the restricted log-likelihood, without its constant.
    slopes, information
        For the degrees of freedom: how the covariance moves with each variance, and what is known about the variances;
        residual last.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    between: tuple[float, ...]
    within: float
    deviance: float
    slopes: tuple[Floats, ...]
    information: Floats

    @property
    def icc(self) -> float:
        """The share of all variance that lies between the finest groups, schools included."""
        return sum(self.between) / (sum(self.between) + self.within)

    def effect(self, name: str) -> Inference:
        """One coefficient with its standard error and Satterthwaite degrees of freedom."""
        place = self.names.index(name)
        variance = float(self.covariance[place, place])
        slope = np.array([part[place, place] for part in self.slopes])
        df = satterthwaite(variance, slope, self.information)
        return Inference(float(self.coefficients[place]), variance**0.5, df)


def satterthwaite(variance: float, slope: Floats, information: Floats) -> float:
    """Degrees of freedom of a t with this variance, ``2 v^2 / Var(v)``.

    Parameters
    ----------
    slope, information
        How the variance moves with each component, shape ``(p,)``, and what is known about the components, ``(p, p)``.

    Source: Giesbrecht and Burns (1985), Biometrics 41, equation 6.
    """
    spread = float(slope @ np.linalg.pinv(information, hermitian=True) @ slope)
    return 2.0 * variance**2 / spread


def random_intercepts(
    y: Floats, columns: Columns, groups: Codes, *, needed: Sequence[str], above: Codes | None = None
) -> Mixed | Refusal:
    """Regress y on the columns with an intercept that differs at random from group to group.

    Parameters
    ----------
    y
        Shape ``(n,)``, no missing values.
    columns
        Fixed effects; include the intercept.
    groups
        Shape ``(n,)``: codes 0..m-1 of the groups (sections; or schools when there is one level).
    needed
        Columns without which the fit answers nothing.
    above
        Shape ``(n,)``: codes of the schools in which the groups lie, for students in sections in schools.

    Refuses
    -------
    EV006, EV007 of `least_squares`; EV110 the variances cannot be told apart; EV013 the model fits without error.
    """
    fit = least_squares(y, columns, needed=needed)
    if isinstance(fit, Refusal):
        return fit
    sums = _sums(fit, groups, above)
    if isinstance(sums, Refusal):
        return sums
    ratios = _search_two(sums) if sums.nested else _search_one(sums)
    return ratios if isinstance(ratios, Refusal) else _finished(fit, sums, _profile(sums, ratios))


@dataclass(frozen=True, slots=True)
class _Sums:
    """Least squares in orthonormal coordinates, summed by group: X'X = I and X'e = 0."""

    n: int
    squares: float  # e'e
    sizes: Floats
    x: Floats  # (m, k)
    e: Floats  # (m,)
    school: Codes  # (m,): the school of each group; the group itself with one level
    nested: bool


@dataclass(frozen=True, slots=True)
class _Profile:
    """The likelihood and its parts at one pair of ratios; W is the inverse covariance times the residual variance."""

    ratios: Floats
    deviance: float
    gradient: Floats
    shift: Floats  # GLS coordinates minus OLS coordinates
    inverse: Floats  # (X'WX)^-1
    within: float
    cross: tuple[Floats, Floats]  # Z'WX at both levels: (m, k), (schools, k)
    inner: tuple[Floats, Floats, Floats]  # of G = Z'WZ: d by group, its sum by school, its shrinkage by school


def _sums(fit: Fit, groups: Codes, above: Codes | None) -> _Sums | Refusal:
    m, n = int(groups.max()) + 1, len(groups)
    sizes = np.bincount(groups, minlength=m).astype(float)
    school = np.arange(m)
    if above is not None:
        school[groups] = above
    if m < len(fit.names) + 1 or n <= m or (above is not None and len(np.unique(school)) in {1, m}):
        return _inseparable("variances between and within groups")
    squares = float(fit.residuals @ fit.residuals)
    level = fit.residuals + fit.basis @ (fit.basis.T @ fit.residuals)
    if squares <= 1e-24 * max(float(level @ level), n * float(np.abs(fit.coefficients).max()) ** 2):
        return Refusal("EV013", "the model fits without error, so no variance is left", "check the outcome's source")
    x, e = _by_code(groups, fit.basis), _by_code(groups, fit.residuals)
    return _Sums(n, squares, sizes, x, e, school, above is not None)


def _inseparable(what: str) -> Refusal:
    remedy = "bring more groups with several students each, or use inference by cluster (CR2) instead"
    return Refusal("EV110", f"the {what} cannot be told apart with these groups", remedy)


def _profile(sums: _Sums, ratios: Floats) -> _Profile:
    """The restricted likelihood at given ratios, fixed effects and residual variance profiled out."""
    fine, coarse = float(ratios[0]), float(ratios[1])
    n, k, school = sums.n, sums.x.shape[1], sums.school
    scale = 1.0 + sums.sizes * fine
    d, t, r = sums.sizes / scale, sums.x / scale[:, None], sums.e / scale
    d_up, t_up, r_up = _by_code(school, d), _by_code(school, t), _by_code(school, r)
    shrink = 1.0 / (1.0 + coarse * d_up)
    c = coarse * shrink
    bread = np.eye(k) - fine * (t.T @ sums.x) - (t_up.T * c) @ t_up
    crossed: Floats = -fine * (t.T @ sums.e) - (t_up.T * c) @ r_up
    inverse = np.asarray(np.linalg.inv(bread), dtype=np.float64)
    shift = inverse @ crossed
    within = (sums.squares - fine * float(r @ sums.e) - float(c @ r_up**2) - float(crossed @ shift)) / (n - k)
    cross = (t - d[:, None] * (c[:, None] * t_up)[school], t_up * shrink[:, None])
    left = (r - d * (c * r_up)[school] - cross[0] @ shift, r_up * shrink - cross[1] @ shift)
    traces = _traces((d, d_up, shrink), c, cross, inverse, school)
    gradient = traces - np.array([float(part @ part) for part in left]) / within
    fixed = float(np.linalg.slogdet(bread)[1])
    deviance = (n - k) * np.log(within) + float(np.log(scale).sum() - np.log(shrink).sum()) + fixed
    return _Profile(ratios, float(deviance), gradient, shift, inverse, within, cross, (d, d_up, shrink))


def _by_code(codes: Codes, rows: Floats) -> Floats:
    if rows.ndim == 1:
        return np.bincount(codes, rows).astype(np.float64)
    return np.column_stack([np.bincount(codes, column) for column in rows.T]).astype(np.float64)


def _traces(
    inner: tuple[Floats, Floats, Floats], c: Floats, cross: tuple[Floats, Floats], inverse: Floats, school: Codes
) -> Floats:
    """Trace of Z'PZ, times the residual variance, at both levels."""
    d, d_up, shrink = inner
    raw = np.array([float(np.sum(d - c[school] * d**2)), float(np.sum(d_up * shrink))])
    explained: Floats = raw - np.array([float(np.sum((part @ inverse) * part)) for part in cross])
    return explained


def _search_one(sums: _Sums) -> Floats | Refusal:
    """The ratio at which the slope of the deviance is zero, found on the bounded scale of the ICC."""

    def ratios(icc: float) -> Floats:
        return np.array([icc / (1.0 - icc), 0.0])

    def slope(icc: float) -> float:
        return float(_profile(sums, ratios(icc)).gradient[0])

    deviances = [_profile(sums, ratios(icc)).deviance for icc in _GRID]
    best = int(np.argmin(deviances))
    if best == len(_GRID) - 1:
        return _inseparable("students within a group")
    low, high = _GRID[max(best - 1, 0)], _GRID[best + 1]
    if slope(low) >= 0.0:  # falling toward zero: the best answer is no variance between groups
        return ratios(low)
    if slope(high) <= 0.0:
        return ratios(high)
    return ratios(float(optimize.brentq(slope, low, high, xtol=1e-14, rtol=1e-13)))


def _search_two(sums: _Sums) -> Floats | Refusal:
    def deviance(ratios: Floats) -> float:
        return _profile(sums, ratios).deviance

    def slope(ratios: Floats) -> Floats:
        return _profile(sums, ratios).gradient

    start = np.array(min(_STARTS, key=lambda pair: deviance(np.array(pair))))
    bounds = [(0.0, _LARGEST), (0.0, _LARGEST)]
    found = optimize.minimize(deviance, start, jac=slope, bounds=bounds, method="L-BFGS-B", tol=1e-15)
    if float(np.max(found.x)) >= _LARGEST:
        return _inseparable("students within a group")
    return np.asarray(found.x, dtype=np.float64)


def _finished(fit: Fit, sums: _Sums, found: _Profile) -> Mixed:
    levels = 2 if sums.nested else 1
    between = found.within * found.ratios[:levels]
    slopes = [found.inverse @ (part.T @ part) @ found.inverse for part in found.cross[:levels]]
    covariance = found.within * found.inverse
    rest = (covariance - sum(variance * part for variance, part in zip(between, slopes, strict=True))) / found.within
    turned = tuple(fit.back @ part @ fit.back.T for part in (*slopes, rest))
    return Mixed(
        names=fit.names,
        coefficients=fit.coefficients + fit.back @ found.shift,
        covariance=fit.back @ covariance @ fit.back.T,
        between=tuple(float(variance) for variance in between),
        within=found.within,
        deviance=found.deviance,
        slopes=turned,
        information=_information(sums, found, between),
    )


def _information(sums: _Sums, found: _Profile, between: Floats) -> Floats:
    """Expected information of the variances, ``tr(P V_a P V_b) / 2``, residual last.

    The rows of the residual follow from ``P V P = P``, V being the sum of all components.
    """
    levels, within = len(between), found.within
    products = _products(sums, found)[:levels, :levels] / within**2
    c = found.ratios[1] * found.inner[2]
    traces = _traces(found.inner, c, found.cross, found.inverse, sums.school)[:levels] / within
    mixed = (traces - products @ between) / within
    trace_p = (sums.n - len(found.shift) - float(between @ traces)) / within
    last = (trace_p - float(between @ mixed)) / within
    return np.block([[products, mixed[:, None]], [mixed[None, :], np.array([[last]])]]) / 2.0


def _products(sums: _Sums, found: _Profile) -> Floats:
    """``||Z_a'P Z_b||^2`` for groups and schools, times the residual variance squared; no m by m matrix is formed."""
    d, d_up, shrink = found.inner
    fine, coarse = found.cross
    school, inverse = sums.school, found.inverse
    c = found.ratios[1] * shrink
    gram_fine, gram_coarse = inverse @ (fine.T @ fine), inverse @ (coarse.T @ coarse)
    squares = _by_code(school, d**2)
    pulled = _by_code(school, d[:, None] * fine)
    own = float(np.sum(d**2) - 2.0 * (c @ _by_code(school, d**3)) + (c * squares) @ (c * squares))
    bent = float(np.sum(d[:, None] * (fine @ inverse) * fine) - np.sum(c[:, None] * (pulled @ inverse) * pulled))
    first = own - 2.0 * bent + float(np.trace(gram_fine @ gram_fine))
    reach = d * shrink[school]
    touched = float(np.sum(reach[:, None] * (coarse @ inverse)[school] * fine))
    middle = float(reach @ reach) - 2.0 * touched + float(np.trace(gram_coarse @ gram_fine))
    top = d_up * shrink
    bent_up = float(np.sum(top[:, None] * (coarse @ inverse) * coarse))
    last = float(top @ top) - 2.0 * bent_up + float(np.trace(gram_coarse @ gram_coarse))
    return np.array([[first, middle], [middle, last]])
