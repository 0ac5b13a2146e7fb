"""Interrupted time series: one group before and after, on a line that may bend, with errors that remember.

A series of a few dozen school weeks knows little about its own memory: the autocorrelation is estimated too low, the
more so the more lines are fitted, and the usual intervals (Prais-Winsten with t, Newey-West) are then too narrow. Here
the memory is not estimated and then believed; the interval averages over every value that the restricted likelihood
still allows, each with its own t.

Source: Wagner et al. (2002) for the segmented regression; Prais and Winsten (1954); Harville (1974) for the restricted
likelihood; Zellner and Tiao (1964) for averaging over the autocorrelation; Newey and West (1987).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from scipy import optimize, special

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.finding import Finding
from gainline.engine.evidence.frame import Floats
from gainline.engine.evidence.inference.cr2 import Inference
from gainline.engine.evidence.inference.distributions import t_half_width, t_p_value
from gainline.engine.evidence.inference.linear import Columns, Rows, independent

FEWEST_BEFORE, FEWEST_AFTER = 8, 4  # below, a line and its memory cannot be told apart
ESTIMAND = "level change at the start and average difference from the projected path over the period after"
SOURCE = "Wagner et al. (2002); Harville (1974); Zellner and Tiao (1964)"
_MEMORIES = np.linspace(0.0, 0.98, 50)  # of a school's series only memory of the same sign is plausible
_ALPHA = 0.05
LONGEST_MEMORY = 0.8  # beyond it a true null is rejected up to one time in nine


@dataclass(frozen=True, slots=True)
class Whitened:
    """A regression after the memory ``rho`` was taken out of it.

    ``coefficients`` has the shape ``(k,)``; ``spread`` times ``variance`` is their covariance matrix; ``residuals`` are
    the innovations; ``log_likelihood`` is the restricted one, up to a constant.
    """

    rho: float
    coefficients: Floats
    spread: Floats
    variance: float
    df: float
    residuals: Floats
    log_likelihood: float


@dataclass(frozen=True, slots=True)
class SeriesFindings:
    """What an interrupted series says.

    Parameters
    ----------
    average
        The mean difference between the series and its projected path over the periods after: the main finding.
    level, slope
        The jump at the start; the change of the slope, per period.
    newey_west
        The average again by ordinary least squares with Newey-West errors, shown beside.
    prais_winsten
        The average with the most likely memory taken as known and t(T - k), shown beside.
    gaps
        Shape ``(T,)``: series minus projected path; NaN where nothing was measured.
    gap_errors
        Shape ``(T,)``: standard error of the projected path's distance, at the most likely memory.
    innovations
        What is left of the measured periods after line and memory.
    """

    average: Finding
    level: Finding
    slope: Finding
    newey_west: Finding
    prais_winsten: Finding
    gaps: Floats
    gap_errors: Floats
    innovations: Floats


def interrupted_series(
    values: Floats, start: int, *, others: Columns | None = None, comparison: Floats | None = None
) -> SeriesFindings | Refusal:
    """How far a series departs from where it was heading, after something began.

    Parameters
    ----------
    values
        Shape ``(T,)``, in the order of time, evenly spaced; NaN where nothing was measured.
    start
        Position of the first period after the beginning.
    others
        Columns for seasons, terms or holidays, shape ``(T, k)``; see `harmonics`.
    comparison
        Shape ``(T,)``: a series that could not be touched; it is subtracted period by period, so that what moves both
        cancels (controlled series).

    Refuses
    -------
    EV185 too few periods before or after; EV186 the seasonal columns leave no room; EV187 the series follows its line
    without error; EV188 it wanders so much that its level says nothing about where it was heading.

    Source: see the module. Of series of 20 to 50 periods with an autocorrelation of 0 to .6 that are not refused, 0 to
    6 % reject a true null (Prais-Winsten with t: 4 to 15 %, Newey-West: 12 to 35 %); see
    ``docs/explanation/estimators-over-time.md``.
    """
    y = values if comparison is None else values - comparison
    seen = np.flatnonzero(np.isfinite(y))
    design = segments(len(y), start, others)
    fault = _fault(y, seen, start, design)
    if fault is not None:
        return fault
    after = seen[seen >= start]
    fits = [whitened(y[seen], design.matrix[seen], seen, float(rho)) for rho in _MEMORIES]
    if max(fits, key=lambda fit: fit.log_likelihood).rho > LONGEST_MEMORY:
        return _wanders()
    return _findings(y, seen, design, fits, _contrasts(design, after))


def segments(periods: int, start: int, others: Columns | None = None) -> Columns:
    """Intercept, trend, level change and slope change from ``start`` on, then the other columns; shape ``(T, 4+k)``."""
    time = np.arange(periods, dtype=float)
    after = (time >= start).astype(float)
    matrix = np.column_stack([np.ones(periods), time - start, after, after * (time - start)])
    columns = Columns(("intercept", "trend", "level", "slope"), matrix)
    return columns if others is None else columns.beside(others)


def harmonics(positions: Floats, period: float, order: int = 1) -> Columns:
    """Sine and cosine columns of a season of the given length, shape ``(T, 2 * order)``."""
    angle = 2.0 * np.pi * positions / period
    waves = [wave(k * angle) for k in range(1, order + 1) for wave in (np.sin, np.cos)]
    names = tuple(f"{wave} {k}" for k in range(1, order + 1) for wave in ("sine", "cosine"))
    return Columns(names, np.column_stack(waves))


def whitened(y: Floats, x: Floats, positions: Rows, rho: float, *, keep_first: bool = True) -> Whitened:
    """Generalized least squares with errors of memory ``rho`` per period; a gap of d periods remembers ``rho**d``.

    Without the first observation it is Cochrane and Orcutt's estimator, with it Prais and Winsten's.
    """
    memory = rho ** np.diff(positions).astype(float)
    kept = np.sqrt(1.0 - memory**2)
    rows = np.column_stack([y, x])
    later = (rows[1:] - memory[:, None] * rows[:-1]) / kept[:, None]
    scale = np.sqrt(1.0 - rho**2)
    flat = np.vstack([rows[:1], later]) * scale if keep_first else later * scale
    target, design = flat[:, 0], flat[:, 1:]
    q, r = np.linalg.qr(design)
    inverse = np.linalg.inv(r)
    coefficients = inverse @ (q.T @ target)
    residuals = target - design @ coefficients
    df = float(len(target) - design.shape[1])
    squares = float(residuals @ residuals)
    # |V| and |X'V^-1 X| of the unscaled errors; the factor `scale` cancels between the terms below
    roots = float(np.log(np.abs(np.diag(r) / scale)).sum())
    likelihood = -float(np.log(kept).sum()) - roots - 0.5 * df * np.log(squares / scale**2)
    return Whitened(rho, coefficients, inverse @ inverse.T, squares / df, df, residuals, likelihood)


def newey_west(y: Floats, x: Floats, *, lags: int) -> tuple[Floats, Floats]:
    """Coefficients of ordinary least squares, shape ``(k,)``, and their Newey-West covariance, with T / (T - k)."""
    inverse = np.linalg.inv(x.T @ x)
    coefficients = inverse @ (x.T @ y)
    scores = x * (y - x @ coefficients)[:, None]
    meat = scores.T @ scores
    for lag in range(1, lags + 1):
        cross = scores[lag:].T @ scores[:-lag]
        meat += (1.0 - lag / (lags + 1.0)) * (cross + cross.T)
    n, k = x.shape
    return coefficients, inverse @ meat @ inverse * (n / (n - k))


def durbin_watson(residuals: Floats) -> float:
    """Near 2 without memory, toward 0 with it."""
    return float(np.sum(np.diff(residuals) ** 2) / np.sum(residuals**2))


def ljung_box(residuals: Floats, lags: int, *, fitted: int = 0) -> tuple[float, float]:
    """The statistic of Ljung and Box (1978) and its p; ``fitted`` memory terms are taken off the degrees of freedom."""
    n = len(residuals)
    centered = residuals - residuals.mean()
    total = float(centered @ centered)
    shares = [float(centered[lag:] @ centered[:-lag]) / total for lag in range(1, lags + 1)]
    q = n * (n + 2.0) * sum(share**2 / (n - lag) for lag, share in enumerate(shares, start=1))
    return q, float(special.chdtrc(max(lags - fitted, 1), q))


def _fault(y: Floats, seen: Rows, start: int, design: Columns) -> Refusal | None:
    before, after = int((seen < start).sum()), int((seen >= start).sum())
    if before < FEWEST_BEFORE or after < FEWEST_AFTER:
        return Refusal(
            "EV185",
            f"the series has {before} measured periods before the start and {after} after, and needs "
            f"{FEWEST_BEFORE} and {FEWEST_AFTER}",
            "measure more often or longer, or compare with schools that do not have the tool",
        )
    names = design.matrix[seen]
    if len(independent(Columns(design.names, names))) < names.shape[1] or len(seen) < names.shape[1] + 4:
        return Refusal(
            "EV186",
            "the seasonal columns and the line leave nothing to compare with",
            "use fewer seasonal terms, or a series that covers each season more than once",
        )
    rest = y[seen] - names @ np.linalg.lstsq(names, y[seen], rcond=None)[0]
    if float(np.abs(rest).max()) <= 1e-10 * max(float(np.abs(y[seen]).max()), 1e-300):
        return Refusal(
            "EV187",
            "the series follows its line without error, so its uncertainty cannot be computed",
            "check whether the series was made up or smoothed before it came here",
        )
    return None


def _wanders() -> Refusal:
    return Refusal(
        "EV188",
        f"the series wanders: its autocorrelation is above {LONGEST_MEMORY:g}, so its past does not say where it was "
        "heading",
        "compare with schools that do not have the tool, or subtract a comparison series",
    )


def _contrasts(design: Columns, after: Rows) -> dict[str, Floats]:
    k = design.matrix.shape[1]
    average, level, slope = np.zeros(k), np.zeros(k), np.zeros(k)
    average[2:4] = design.matrix[after, 2:4].mean(axis=0)
    level[2] = slope[3] = 1.0
    return {"average": average, "level": level, "slope": slope}


def _findings(
    y: Floats, seen: Rows, design: Columns, fits: Sequence[Whitened], named: Mapping[str, Floats]
) -> SeriesFindings:
    weights = _shares(fits)
    best = max(fits, key=lambda fit: fit.log_likelihood)
    notes = _notes(y[seen], design.matrix[seen], best, weights, fits)
    main = _averaged(named["average"], fits, weights, ESTIMAND, notes)
    level = _averaged(named["level"], fits, weights, "level change at the start", ())
    slope = _averaged(named["slope"], fits, weights, "change of the slope, per period", ())
    beside = _newey_west_finding(y[seen], design.matrix[seen], named["average"])
    known = _single(named["average"], best)
    return SeriesFindings(main, level, slope, beside, known, *_gaps(y, design, best), best.residuals)


def _shares(fits: Sequence[Whitened]) -> Floats:
    """Posterior shares of the memories: the restricted likelihood, all memories from 0 to .98 alike beforehand."""
    heights = np.array([fit.log_likelihood for fit in fits])
    weights = np.exp(heights - heights.max())
    shares: Floats = weights / weights.sum()
    return shares


def _averaged(
    contrast: Floats, fits: Sequence[Whitened], weights: Floats, estimand: str, notes: tuple[tuple[str, str], ...]
) -> Finding:
    centers = np.array([float(contrast @ fit.coefficients) for fit in fits])
    errors = np.sqrt(np.array([float(contrast @ fit.spread @ contrast) * fit.variance for fit in fits]))
    df = fits[0].df
    center = float(weights @ centers)
    low, high = (_quantile(share, centers, errors, df, weights) for share in (_ALPHA / 2.0, 1.0 - _ALPHA / 2.0))
    below = float(weights @ special.stdtr(df, -centers / errors))
    error = (high - low) / 2.0 / t_half_width(1.0, df)
    method = "segmented regression, autocorrelated errors, averaged over the autocorrelation (restricted likelihood)"
    p = min(2.0 * min(below, 1.0 - below), 1.0)
    return Finding(estimand, center, error, df, low, high, p, method, SOURCE, notes)


def _quantile(share: float, centers: Floats, errors: Floats, df: float, weights: Floats) -> float:
    """The point below which the mixture of t laws has the share."""
    wide = float(special.stdtrit(df, 1.0 - _ALPHA / 1000.0)) * errors
    low, high = float((centers - wide).min()), float((centers + wide).max())

    def above(point: float) -> float:
        return float(weights @ special.stdtr(df, (point - centers) / errors)) - share

    return float(optimize.brentq(above, low, high, xtol=1e-13 * (high - low), rtol=1e-14))


def _single(contrast: Floats, fit: Whitened) -> Finding:
    effect = float(contrast @ fit.coefficients)
    error = float(np.sqrt(contrast @ fit.spread @ contrast * fit.variance))
    method = f"segmented regression, Prais-Winsten with autocorrelation {fit.rho:.2f} taken as known, t(T - k)"
    return Inference(effect, error, fit.df).finding(ESTIMAND, method=method, source="Prais and Winsten (1954)")


def _newey_west_finding(y: Floats, x: Floats, contrast: Floats) -> Finding:
    lags = floor(4.0 * (len(y) / 100.0) ** (2.0 / 9.0))
    coefficients, covariance = newey_west(y, x, lags=lags)
    effect, df = float(contrast @ coefficients), float(len(y) - x.shape[1])
    error = float(np.sqrt(contrast @ covariance @ contrast))
    half = t_half_width(error, df)
    method = f"segmented regression, least squares, Newey-West with {lags} lags, t(T - k)"
    p = t_p_value(effect / error, df) if error > 0.0 else 0.0
    return Finding(ESTIMAND, effect, error, df, effect - half, effect + half, p, method, "Newey and West (1987)")


def _notes(
    y: Floats, x: Floats, best: Whitened, weights: Floats, fits: Sequence[Whitened]
) -> tuple[tuple[str, str], ...]:
    plain = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    lags = max(2, min(10, len(y) // 5))
    q, p = ljung_box(best.residuals, lags, fitted=1)
    mean = float(weights @ np.array([fit.rho for fit in fits]))
    return (
        ("autocorrelation, most likely (restricted likelihood)", f"{best.rho:.2f}"),
        ("autocorrelation, average over what the series allows", f"{mean:.3f}"),
        ("Durbin-Watson of the least-squares residuals", f"{durbin_watson(plain):.3f}"),
        (f"Ljung-Box of the innovations, {lags} lags", f"Q = {q:.3f}, p = {p:.3f}"),
        ("periods", f"{len(y)}"),
    )


def _gaps(y: Floats, design: Columns, best: Whitened) -> tuple[Floats, Floats]:
    without = design.matrix.copy()
    without[:, 2:4] = 0.0
    gaps = y - without @ best.coefficients
    own = np.where(design.matrix[:, 2] > 0.0, best.variance / max(1.0 - best.rho**2, 1e-12), 0.0)
    path = np.einsum("ij,jk,ik->i", without, best.spread, without) * best.variance
    errors = np.sqrt(path + own)
    return gaps, np.where(np.isfinite(gaps), errors, np.nan)


def placebo_start(start: int) -> int | None:
    """A date well before the start at which nothing began; ``None`` where too few periods lie before."""
    fake = start - max(FEWEST_AFTER, start // 3)
    return fake if fake >= FEWEST_BEFORE else None
