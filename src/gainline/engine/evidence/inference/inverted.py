"""An interval out of the draw itself: the effects that re-drawing the assignment does not reject.

With two of twelve schools treated, a t approximation rests on one or two degrees of freedom and gives nearly all power
away to stay honest; the draw itself is exact at any number of units, as long as twenty assignments were possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from math import comb, isfinite, prod

import numpy as np

from gainline.engine.evidence.frame import Floats
from gainline.engine.evidence.inference.linear import Columns
from gainline.engine.evidence.inference.randomization import Mechanism, redrawn_arms, unit_sums
from gainline.engine.pilots.assignment import block_codes

MOST_LISTED = 20_000  # assignments; up to here every one is looked at, beyond it a sample
LEAST = 20  # with fewer possible assignments no 95 % interval exists
_TIE = 1e-10


@dataclass(frozen=True, slots=True)
class Inverted:
    """The interval, the p-value of no effect, and how many assignments stand behind them.

    Both are infinite where too few assignments were possible.
    """

    low: float
    high: float
    p: float
    assignments: int
    is_exact: bool  # every possible assignment was looked at


def inverted(y: Floats, others: Columns, drawn: Mechanism, *, draws: int, seed: int, level: float = 0.95) -> Inverted:
    """Constant effects that a two-sided randomization test does not reject.

    Parameters
    ----------
    y
        Shape ``(n,)``; NaN where the outcome is missing.
    others
        Every column of the model but the tool, shape ``(n, k)``.
    draws
        Assignments to sample where not all can be listed.

    Notes
    -----
    With M the residual maker of the other columns, assignment a has the statistic ``a'M(y - tau t) / sqrt(a'Ma)`` for
    the effect tau, t being the assignment that was made. By the Cauchy-Schwarz inequality the taus at which a is at
    least as extreme as t form an interval around the estimate, with its ends where the two statistics are equal up to
    sign; the effects that are not rejected are those in more than 5 % of these intervals.

    Source: Rosenbaum (2002), Observational Studies, section 2.6; Gerber and Green (2012), chapter 3.
    """
    assigned, is_exact = _assignments(drawn, draws, seed)
    u, c, own, scale = _statistics(y, others, drawn, assigned)
    lows, highs = _extremes(u, c, own, scale)
    if not is_exact:  # the assignment that was made counts itself
        lows, highs = np.append(lows, -np.inf), np.append(highs, np.inf)
    n, p = len(lows), float(np.mean((lows <= 0.0) & (highs >= 0.0)))
    rank = int(np.floor((1.0 - level) * n + _TIE))
    if n < LEAST:
        return Inverted(-np.inf, np.inf, p, n, is_exact)
    return Inverted(float(np.sort(lows)[rank]), float(np.sort(highs)[::-1][rank]), p, n, is_exact)


def _assignments(drawn: Mechanism, draws: int, seed: int) -> tuple[Floats, bool]:
    """Every possible assignment, or a sample of them; shape ``(assignments, units)``."""
    is_bound = drawn.recorded is not None and isfinite(drawn.recorded.bound)
    block = drawn.block if drawn.recorded is None else block_codes(drawn.recorded.blocks)
    inside = [np.flatnonzero(block == one) for one in np.unique(block)]
    many = prod(comb(len(places), int(drawn.tool[places].sum())) for places in inside)
    if is_bound or many > MOST_LISTED:
        return redrawn_arms(drawn, draws, seed), False
    ways = [list(combinations(places, int(drawn.tool[places].sum()))) for places in inside]
    listed = np.zeros((many, len(drawn.tool)))
    for row, chosen in enumerate(product(*ways)):
        listed[row, [place for part in chosen for place in part]] = 1.0
    return listed, True


def _statistics(y: Floats, others: Columns, drawn: Mechanism, assigned: Floats) -> tuple[Floats, Floats, float, float]:
    """The statistic's two parts for every assignment, and for the one that was made: ``u - tau c``."""
    seen = ~np.isnan(y)
    unit_of, m = drawn.unit_of[seen], len(drawn.tool)
    sums, sizes, loads = unit_sums(y[seen], others.rows(seen), unit_of, m)
    made = drawn.tool.astype(float)
    tool_sums, _, _ = unit_sums(made[unit_of], others.rows(seen), unit_of, m)
    everyone = np.vstack([assigned, made])
    length = np.sqrt(np.maximum(everyone @ sizes - np.sum((everyone @ loads) ** 2, axis=1), 0.0))
    usable = length > _TIE * max(float(np.sqrt(sizes.sum())), 1.0)
    safe = np.where(usable, length, 1.0)
    u = np.where(usable, everyone @ sums / safe, 0.0)
    c = np.where(usable, everyone @ tool_sums / safe, 0.0)
    return u[:-1], c[:-1], float(u[-1]), float(c[-1])


def _extremes(u: Floats, c: Floats, own: float, scale: float) -> tuple[Floats, Floats]:
    """Ends of the effects at which each assignment is as extreme as the one that was made; the whole line for ties."""
    slack = _TIE * scale
    same, mirrored = scale - c <= slack, scale + c <= slack
    first = (own - u) / np.where(same, 1.0, scale - c)
    second = (own + u) / np.where(mirrored, 1.0, scale + c)
    tied = same | mirrored
    return (
        np.where(tied, -np.inf, np.minimum(first, second)),
        np.where(tied, np.inf, np.maximum(first, second)),
    )
