"""Synthetic control: one school beside the mixture of other schools that went the same way before.

The weights are the nearest point of a simplex, found exactly by nonnegative least squares: among mixtures scaled by s,
``s^2 ||A w||^2 + (s - 1)^2`` is smallest at the w that minimizes ``||A w||``, whatever s is, so that the sum-to-one
condition needs neither a penalty nor a solver for constraints.

Source: Abadie, Diamond and Hainmueller (2010), JASA 105(490); Lawson and Hanson (1974), chapter 23; Firpo and Possebom
(2018), Journal of Causal Inference 6(2), for the interval; Ferman and Pinto (2021) for the variant without levels;
Arkhangelsky et al. (2021), algorithm 4, for the spread of placebo gaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, sqrt

import numpy as np
from scipy import optimize

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.finding import Finding, Notes
from gainline.engine.evidence.frame import Floats
from gainline.engine.evidence.inference.distributions import t_half_width

FEWEST_BEFORE, FEWEST_AFTER, FEWEST_DONORS = 5, 1, 10
POOREST_FIT = 0.5  # root mean squared distance before, in SDs between the donors
ESTIMAND = "average difference between the school and its synthetic control over the periods after"
_SOURCE = "Abadie, Diamond and Hainmueller (2010); Firpo and Possebom (2018)"
_ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class SyntheticFindings:
    """What a synthetic control says.

    Parameters
    ----------
    effect
        The mean gap after the start: the main finding. Its p is that of the placebo permutation.
    weights
        Shape ``(J,)``: the donors' shares; they are nonnegative and sum to 1.
    gaps
        Shape ``(T,)``: school minus synthetic control.
    fit_before
        Root mean squared gap before the start.
    placebo_gaps
        Shape ``(J, T)``: the same gaps for every donor beside the other donors.
    smallest_p
        1 / (J + 1), below which the permutation cannot go, whatever happens.
    """

    effect: Finding
    weights: Floats
    gaps: Floats
    fit_before: float
    placebo_gaps: Floats
    smallest_p: float


def synthetic_control(
    own: Floats, donors: Floats, start: int, *, demeaned: bool = False
) -> SyntheticFindings | Refusal:
    """How far one school departs from the mixture of others that matched it before.

    Parameters
    ----------
    own
        Shape ``(T,)``: the school's outcome per period, no missing values.
    donors
        Shape ``(J, T)``: the other schools, untouched by the tool, no missing values.
    start
        Position of the first period with the tool.
    demeaned
        Match the course without the level: every school's mean before is taken off first.

    Refuses
    -------
    EV193 too few periods before or none after; EV194 fewer than ten donors; EV195 no mixture of donors comes near the
    school before the start.
    """
    periods, pool = donors.shape[1], len(donors)
    fault = _too_few(start, periods - start, pool)
    if fault is not None:
        return fault
    values = np.vstack([own, donors])
    if demeaned:
        values = values - values[:, :start].mean(axis=1, keepdims=True)
    weights = simplex_weights(values[1:, :start], values[0, :start])
    gaps = values[0] - weights @ values[1:]
    fit = _size(gaps[:start])
    if fit > POOREST_FIT * _between(donors[:, :start]):
        return _far(fit, _between(donors[:, :start]))
    placebos = np.array([_left_out(values[1:], start, place) for place in range(pool)])
    effect = _finding(gaps, placebos, start, weights)
    return SyntheticFindings(effect, weights, gaps, fit, placebos, 1.0 / (pool + 1))


def simplex_weights(donors: Floats, target: Floats, importance: Floats | None = None) -> Floats:
    """The nonnegative weights of sum 1, shape ``(J,)``, whose mixture of the donors' rows is nearest to the target.

    Parameters
    ----------
    donors
        Shape ``(J, k)``.
    target
        Shape ``(k,)``.
    importance
        Shape ``(k,)``: weight of each squared difference; equal when absent.
    """
    apart = (donors - target).T
    if importance is not None:
        apart = apart * np.sqrt(importance)[:, None]
    scale = float(np.sqrt((apart**2).sum(axis=0).min()))
    weights = np.full(len(donors), 1.0 / len(donors))
    for _ in range(3):
        if scale <= 0.0:
            break
        weights = _nonnegative(apart / scale)
        nearest = float(np.sqrt(np.sum((apart @ weights) ** 2)))
        if nearest <= 1e-9 * scale or nearest >= 0.1 * scale:
            break
        scale = nearest  # a second pass in the units of the remaining distance keeps the last digits
    return weights


def _nonnegative(apart: Floats) -> Floats:
    rows = np.vstack([apart, np.ones(apart.shape[1])])
    aim = np.zeros(len(rows))
    aim[-1] = 1.0
    found, _ = optimize.nnls(rows, aim, maxiter=50 * apart.shape[1])
    weights: Floats = found / found.sum()
    return weights


def _left_out(donors: Floats, start: int, place: int) -> Floats:
    rest = np.delete(donors, place, axis=0)
    weights = simplex_weights(rest[:, :start], donors[place, :start])
    gaps: Floats = donors[place] - weights @ rest
    return gaps


def _size(gaps: Floats) -> float:
    return float(np.sqrt(np.mean(gaps**2)))


def _between(before: Floats) -> float:
    """SD between the donors, averaged over the periods before."""
    return float(np.sqrt(before.var(axis=0, ddof=1).mean()))


def _ratios(gaps: Floats, start: int) -> Floats:
    """Root mean squared gap after over before, per row; a perfect fit before counts as fitted to the last digit."""
    before = np.sqrt((gaps[:, :start] ** 2).mean(axis=1))
    after = np.sqrt((gaps[:, start:] ** 2).mean(axis=1))
    ratios: Floats = after / np.maximum(before, 1e-12 * max(float(np.abs(gaps).max()), 1e-300))
    return ratios


def _finding(gaps: Floats, placebos: Floats, start: int, weights: Floats) -> Finding:
    ratios = _ratios(np.vstack([gaps, placebos]), start)
    pool = len(placebos)
    p = float(np.sum(ratios >= ratios[0] * (1.0 - 1e-12))) / (pool + 1)
    effect = float(gaps[start:].mean())
    error = float(np.sqrt(np.mean(placebos[:, start:].mean(axis=1) ** 2)))
    inverted = _inverted(gaps, ratios[1:], start)
    half = t_half_width(error, pool - 1.0)
    low, high = inverted or (effect - half, effect + half)
    how = "by inverting the placebo permutation" if inverted else "from the spread of the placebo gaps, t(J - 1)"
    method = f"synthetic control from {int((weights > 1e-6).sum())} of {pool} donors, interval {how}"
    return Finding(ESTIMAND, effect, error, pool - 1.0, low, high, p, method, _SOURCE, _notes(gaps, ratios, start))


def _inverted(gaps: Floats, placebo_ratios: Floats, start: int) -> tuple[float, float] | None:
    """All constant effects that the permutation does not reject; ``None`` where that is everything or nothing.

    The donors' ratios do not move with the effect, so the set is an interval around the mean gap in closed form.
    """
    needed = floor(_ALPHA * (len(placebo_ratios) + 1) + 1e-9)
    if needed < 1:
        return None
    largest = float(np.sort(placebo_ratios)[::-1][needed - 1])
    after = gaps[start:]
    room = (largest * _size(gaps[:start])) ** 2 - float(after.var())
    if room <= 0.0:
        return None
    return float(after.mean()) - sqrt(room), float(after.mean()) + sqrt(room)


def _notes(gaps: Floats, ratios: Floats, start: int) -> Notes:
    pool = len(ratios) - 1
    return (
        ("root mean squared gap before the start", f"{_size(gaps[:start]):.6g}"),
        ("gap after over before", f"{ratios[0]:.4g}"),
        ("smallest p that this many donors allow", f"{1.0 / (pool + 1):.4f}"),
        ("donors", f"{pool}"),
    )


def _too_few(before: int, after: int, pool: int) -> Refusal | None:
    if before < FEWEST_BEFORE or after < FEWEST_AFTER:
        return Refusal(
            "EV193",
            f"there are {before} periods before the start and {after} after; a mixture needs {FEWEST_BEFORE} before",
            "follow the schools further back, or compare matched students",
        )
    if pool < FEWEST_DONORS:
        return Refusal(
            "EV194",
            f"with {pool} donor schools no permutation can give a p below {1.0 / (pool + 1):.2f}, whatever happened",
            f"find at least {FEWEST_DONORS} schools without the tool, in another district if need be",
        )
    return None


def _far(fit: float, between: float) -> Refusal:
    return Refusal(
        "EV195",
        f"no mixture of donors comes near the school before the start: {fit:.3g} apart, where donors differ by "
        f"{between:.3g}",
        "find donors like the school, match the course without the level, or describe without comparing",
    )
