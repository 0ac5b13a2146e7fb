"""Cardinality matching: the largest sample whose covariates are balanced in the average, to a stated tolerance.

Balance is asked for instead of hoped for: an integer program keeps as many students as the tolerance allows, then the
kept are paired to be as alike as possible, which cannot change the balance and makes the outcome's comparison less
sensitive to what is hidden.

The linear relaxation says how many no sample can exceed, and leaves only a few students undecided; the integer
program then decides those and some hundred more, and more of them when the sample is not within half a percent of the
bound. The search is limited by a number of branches, never by a clock: every machine finds the same sample.

Source: Zubizarreta, Paredes and Rosenbaum (2014), Annals of Applied Statistics 8, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.balancing.matching import Matched, strata_of
from gainline.engine.evidence.balancing.optimal import match_optimally
from gainline.engine.evidence.frame import Codes, Flags, Floats

NODES = 50  # branches of each search
GAP = 0.005  # stop when the sample is proven to be within half a percent of the largest
_FREE = (600, 2400)  # students that the integer program decides, where there are more
_GOLDEN = 0.6180339887498949  # spreads the further students over the rows without chance
_SLACK = 1e-6  # the solver's own tolerance
_MIN_KEPT = 4


@dataclass(frozen=True, slots=True)
class Largest:
    """The matched sample, and the number of tool students that no balanced sample can exceed."""

    matched: Matched
    bound: int


def match_largest(
    covariates: Floats, points: Floats, tool: Flags, strata: Codes, *, tolerance_sd: float, ratio: int
) -> Largest | Refusal:
    """Keep as many tool students as possible, each with ``ratio`` comparison students, averages within the tolerance.

    Parameters
    ----------
    covariates
        Shape ``(n, k)``: the columns whose averages must agree.
    points
        Shape ``(n, q)``: where students stand for the pairing; the distance is the plain one.
    strata
        Shape ``(n,)``: codes of the classes that a match must share; zeros for none.
    tolerance_sd
        Largest difference of averages, in SDs pooled over the arms.

    Refuses
    -------
    EV132 no sample of at least four tool students is that balanced, or none was found within the search's limit.
    """
    found = _select(covariates, tool, strata, tolerance_sd, ratio)
    if found is None or int(found[0][tool].sum()) < _MIN_KEPT:
        return Refusal(
            "EV132",
            f"no sample of four tool students and their comparison is balanced within {tolerance_sd:g} SD",
            "find comparison students who are like the tool students, or register fewer covariates",
        )
    kept, bound = found
    rows = np.flatnonzero(kept)
    far = float(np.ptp(points, axis=0).sum()) + 1.0  # no caliper: the balance is settled, everyone kept has a pair
    paired = match_optimally(points[rows], tool[rows], strata[rows], caliper=far, ratio=ratio)
    if isinstance(paired, Refusal):
        return paired
    weights, sets = np.zeros(len(tool)), np.full(len(tool), -1, dtype=np.intp)
    weights[rows], sets[rows] = paired.matched.weights, paired.matched.sets
    return Largest(Matched(weights, sets, tolerance_sd), bound)


@dataclass(frozen=True, slots=True)
class _Program:
    """The largest ``gain @ x`` with ``balance @ x <= 0`` and ``counts @ x = 0``, x between 0 and ``possible``."""

    gain: Floats
    balance: Floats
    counts: Floats
    possible: Floats


def _select(
    covariates: Floats, tool: Flags, strata: Codes, tolerance_sd: float, ratio: int
) -> tuple[Flags, int] | None:
    balance = _balance_rows(covariates, tool, tolerance_sd, ratio)
    possible = np.zeros(len(tool))
    for wanting, offered in strata_of(strata, tool):
        possible[wanting] = possible[offered] = 1.0
    program = _Program(tool.astype(float), balance, _count_rows(tool, strata, ratio), possible)
    relaxed, bound = _relax(program)
    best: Flags | None = None
    for size in _FREE:
        found = _decide(program, relaxed, size)
        if found is not None and (best is None or found[tool].sum() > best[tool].sum()):
            best = found
        if len(tool) <= size or (best is not None and best[tool].sum() >= (1.0 - GAP) * bound):
            break
    return None if best is None else (best, bound)


def _relax(program: _Program) -> tuple[Floats, int]:
    """Shares of students instead of students, at a corner: all but a few are 0 or 1; and the bound."""
    from scipy.optimize import linprog

    solved = linprog(
        -program.gain,
        A_ub=program.balance,
        b_ub=np.zeros(len(program.balance)),
        A_eq=program.counts,
        b_eq=np.zeros(len(program.counts)),
        bounds=[(0.0, most) for most in program.possible.tolist()],
        method="highs-ds",
    )
    shares = np.asarray(solved.x, dtype=np.float64)
    return shares, int(np.floor(program.gain @ shares + _SLACK))


def _decide(program: _Program, relaxed: Floats, size: int) -> Flags | None:
    """Whole students: the undecided ones of the relaxation and others up to `size` are free, the rest stay."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    settled = np.round(relaxed)
    undecided = np.abs(relaxed - settled) > _SLACK
    spread = (np.arange(len(relaxed)) * _GOLDEN) % 1.0
    free = np.sort(np.lexsort((spread, ~undecided))[:size])
    settled[free] = 0.0
    rows, counts = program.balance, program.counts
    solved = milp(
        -program.gain[free],
        integrality=np.ones(len(free), dtype=np.intp),
        bounds=Bounds(0.0, program.possible[free]),
        constraints=[
            LinearConstraint(rows[:, free], -np.inf, -(rows @ settled)),
            LinearConstraint(counts[:, free], -(counts @ settled), -(counts @ settled)),
        ],
        options={"node_limit": NODES, "mip_rel_gap": GAP},
    )
    if solved.x is None:
        return None
    settled[free] = np.round(solved.x)
    fits = (rows @ settled).max() <= _SLACK * len(free) and np.abs(counts @ settled).max() <= _SLACK
    return np.asarray(settled > 0.5) if fits else None


def _balance_rows(covariates: Floats, tool: Flags, tolerance_sd: float, ratio: int) -> Floats:
    """Two rows per covariate: the sum over the kept of tool minus usual, less the tolerance for each tool student."""
    sd = np.sqrt((covariates[tool].var(axis=0, ddof=1) + covariates[~tool].var(axis=0, ddof=1)) / 2.0)
    scaled = ((covariates - covariates[tool].mean(axis=0)) / np.where(sd > 0.0, sd, 1.0))[:, sd > 0.0]
    signed = scaled.T * np.where(tool, 1.0, -1.0 / ratio)
    slack = tolerance_sd * tool.astype(float)
    return np.vstack([signed - slack, -signed - slack])


def _count_rows(tool: Flags, strata: Codes, ratio: int) -> Floats:
    """One row per stratum: ``ratio`` comparison students for each tool student."""
    inside = np.unique(strata)[:, None] == strata[None, :]
    return np.asarray(inside * np.where(tool, float(ratio), -1.0))
