"""Shrinkage: what a group's effect looks like once the other groups are believed too.

The groups of one pilot share schools, and with them most of their error; no group can tell that part of another's error
from an effect. So the effect of all groups together is left as it was estimated, and what is shrunk is how far each
group departs from it: departures are normal around nothing, with a spread that is integrated over rather than plugged
in, because plugged-in intervals cover too little (0.89 for 0.95 in our simulations).

Source: Gelman et al., Bayesian Data Analysis (3rd ed.), section 5.4, equations 5.17-5.21, with the common mean and the
departures from it as the two independent parts of the data.

Groups are put in order by their expected rank, not by their estimate: the smallest group has the widest posterior, and
an order of estimates would still call it best or worst too often (Laird and Louis 1989, Journal of Educational
Statistics 14; Lin et al. 2006, Bayesian Analysis 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from gainline.engine.evidence.frame import Floats

TAU_SCALE_SD = 0.06  # half-normal scale of the spread of group effects, in SDs of the outcome
_GRID = 201
_REACH = 5.0  # the grid ends at five scales


@dataclass(frozen=True, slots=True)
class Posterior:
    """One group's true effect as a mixture of normals over the spread; all shapes ``(grid,)``."""

    shares: Floats
    means: Floats
    sds: Floats

    @property
    def mean(self) -> float:
        """The shrunken estimate."""
        return float(self.shares @ self.means)

    def above(self, bound: float) -> float:
        """P(effect > bound)."""
        return float(self.shares @ special.ndtr((self.means - bound) / self.sds))

    def below(self, bound: float) -> float:
        """P(effect < bound)."""
        return 1.0 - self.above(bound)

    def interval(self) -> tuple[float, float]:
        """The central 95 % interval, by bisection on the mixture's distribution."""
        return self._quantile(0.025), self._quantile(0.975)

    def _quantile(self, p: float) -> float:
        low, high = float(np.min(self.means - 10 * self.sds)), float(np.max(self.means + 10 * self.sds))
        for _ in range(60):
            middle = (low + high) / 2.0
            low, high = (middle, high) if self.below(middle) < p else (low, middle)
        return (low + high) / 2.0


@dataclass(frozen=True, slots=True)
class Departures:
    """Groups' effects in two parts whose errors hardly depend on each other, all in the outcome's unit.

    Parameters
    ----------
    overall, overall_error
        The weighted mean of the groups' effects, and its standard error.
    by, errors
        Each group's effect minus that mean, and the standard error of this difference; shape ``(groups,)``.
    weights
        The groups' weights in the mean, which sum to 1; shape ``(groups,)``.
    """

    overall: float
    overall_error: float
    by: Floats
    errors: Floats
    weights: Floats


def shrink(groups: Departures, *, tau_scale: float) -> list[Posterior]:
    """Posterior of each group's effect.

    Parameters
    ----------
    groups
        The groups' effects, in two parts.
    tau_scale
        Scale of the half-normal prior on the spread between groups, in the outcome's unit.

    Returns
    -------
    list
        In the order given. A single group is returned unshrunken: there is nobody to learn from.
    """
    grid = np.linspace(0.0, _REACH * tau_scale, _GRID)
    spread = grid[:, None] ** 2 * _own_part(groups.weights)
    if len(groups.weights) == 1:
        return [Posterior(np.ones(1), np.array([groups.overall]), np.array([groups.overall_error]))]
    total = spread + groups.errors**2
    # k departures from their own mean are k - 1 pieces of news: each counts for (k - 1) / k of one
    news = 1.0 - 1.0 / len(groups.weights)
    log_share = -0.5 * (grid / tau_scale) ** 2 - 0.5 * news * (np.log(total) + groups.by**2 / total).sum(axis=1)
    shares = np.exp(log_share - log_share.max())
    shares /= shares.sum()
    kept = spread / total
    means, sds = groups.overall + kept * groups.by, np.sqrt(groups.overall_error**2 + kept * groups.errors**2)
    return [Posterior(shares, means[:, j], sds[:, j]) for j in range(len(groups.weights))]


def _own_part(weights: Floats) -> Floats:
    """The variance of a group's true departure from the weighted mean, in units of the spread squared."""
    others: Floats = float(weights @ weights) - weights**2
    return (1.0 - weights) ** 2 + others


def expected_ranks(effects: Floats, std_errors: Floats, *, tau_scale: float) -> Floats:
    """How many of the groups, itself included, each group's true effect is expected to reach or surpass.

    Shape ``(groups,)``, from 1 (surely the smallest effect) to the number of groups (surely the largest). ``effects``
    and ``std_errors`` are the groups' own, shape ``(groups,)``; ``tau_scale`` as for `shrink`. The groups' errors are
    taken as independent: the part that they share moves no group past another, so the order is only left more open.

    Source: Laird and Louis (1989); the posterior of a difference of two groups is normal given the spread.
    """
    spread = _spread(effects, std_errors, tau_scale)
    means, own = spread.means(effects), spread.kept * std_errors**2
    ranks = np.ones(len(effects))
    for j in range(len(effects)):
        center = (spread.kept - spread.kept[:, [j]]) ** 2 / spread.precision[:, None]
        error = np.sqrt(own[:, [j]] + own + center)
        step = means[:, [j]] - means
        surpasses = np.where(error > 0.0, special.ndtr(step / np.where(error > 0.0, error, 1.0)), 0.5)
        surpasses[:, j] = 0.0
        ranks[j] += float(spread.shares @ surpasses.sum(axis=1))
    return ranks


@dataclass(frozen=True, slots=True)
class _Spread:
    """The posterior of the spread tau on its grid, and what follows from each value of it."""

    shares: Floats  # (grid,)
    center: Floats  # (grid,)
    precision: Floats  # (grid,): of the center
    kept: Floats  # (grid, groups): weight on the group's own estimate

    def means(self, effects: Floats) -> Floats:
        """Shape ``(grid, groups)``."""
        return self.kept * effects + (1.0 - self.kept) * self.center[:, None]


def _spread(effects: Floats, std_errors: Floats, tau_scale: float) -> _Spread:
    grid = np.linspace(0.0, _REACH * tau_scale, _GRID)
    total = std_errors[None, :] ** 2 + grid[:, None] ** 2  # (grid, groups)
    precision = (1.0 / total).sum(axis=1)
    center = (effects / total).sum(axis=1) / precision
    log_share = -0.5 * (grid / tau_scale) ** 2 - 0.5 * np.log(precision) - 0.5 * np.log(total).sum(axis=1)
    log_share -= 0.5 * ((effects - center[:, None]) ** 2 / total).sum(axis=1)
    shares = np.exp(log_share - log_share.max())
    return _Spread(shares / shares.sum(), center, precision, grid[:, None] ** 2 / total)
