"""The stepped wedge: waves drawn by lot, everybody measured in every period, everybody has the tool in the end.

The estimate is generalized least squares on the means of cluster and period: period effects, the tool, and a random
intercept per cluster as the working model, so that both the comparison between clusters within a period and the one
within a cluster over time count for what they are worth. Who is compared with whom is left to chance: p and interval
come from dealing the waves again as they were dealt. The working correlation is estimated without the tool, hence
unchanged by a redeal, which makes the test of no effect exact for any number of clusters.

Source: Hussey and Hughes (2007), Contemporary Clinical Trials 28, model 1; Ji, Fink, Robyn and Small (2017), Annals of
Applied Statistics 11(1), randomization inference; Kenny, Voldal, Xia, Heagerty and Hughes (2022) on effects that grow
with exposure, which a single coefficient misreads.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy import linalg, special

from gainline.engine.core.progress import Progress, silent
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.finding import Finding
from gainline.engine.evidence.frame import Codes, Floats
from gainline.engine.evidence.inference.cr2 import Inference, cr2
from gainline.engine.evidence.inference.distributions import LEVEL
from gainline.engine.evidence.inference.linear import Columns, least_squares

METHOD = "stepped wedge: period effects and a random intercept per cluster, waves dealt again as they were dealt"
SOURCE = "Hussey and Hughes (2007); Ji, Fink, Robyn and Small (2017)"
_TOOL = "tool"
_TIE = 1e-10
_FEWEST_DEALS = 20  # with fewer no p can reach 0.05


@dataclass(frozen=True, slots=True)
class Deal:
    """What chance decided.

    Parameters
    ----------
    first
        Shape ``(m,)``: first period with the tool of each cluster; T for never.
    block
        Shape ``(m,)``: codes within which the waves were dealt; zeros for one deal over all.
    """

    first: Codes
    block: Codes

    def log_deals(self) -> float:
        """The natural logarithm of how many ways there were to deal the waves."""
        total = 0.0
        for block in np.unique(self.block):
            inside = self.first[self.block == block]
            total += special.gammaln(len(inside) + 1.0)
            total -= sum(special.gammaln(count + 1.0) for count in np.unique(inside, return_counts=True)[1])
        return float(total)


@dataclass(frozen=True, slots=True)
class Redealt:
    """The observed coefficient, its exact p, and the interval that inverts the test."""

    effect: float
    p: float
    low: float
    high: float
    draws: int


@dataclass(frozen=True, slots=True)
class _Scores:
    """Sums from which any deal's coefficient follows; K waves.

    ``dy`` and ``dd`` (m, K) hold d'Wy and d'Wd of cluster i in wave k, ``wd`` (m, K, T) the vector Wd; ``inverse``
    (T, T) is the inverse of sum W, ``wy`` (T,) is sum Wy.
    """

    dy: Floats
    dd: Floats
    wd: Floats
    inverse: Floats
    wy: Floats


def wedge(
    values: Floats,
    deal: Deal,
    *,
    draws: int,
    seed: int,
    estimand: str = "intention to treat",
    progress: Progress = silent,
) -> Finding | Refusal:
    """What having the tool does to a cluster's mean, in clusters that got it one wave after the other by lot.

    Parameters
    ----------
    values
        Shape ``(m, T)``: cluster means by period; NaN where nothing was measured.
    deal
        Who was dealt which wave.
    draws
        How many deals are drawn again.

    Returns
    -------
    Finding
        ``p``, ``low`` and ``high`` by dealing again; ``std_error`` and ``df`` are CR2 and Satterthwaite.

    Refuses
    -------
    EV175 the waves could have been dealt in fewer than 20 ways; EV176 no period holds clusters with and without the
    tool; EV173 the outcome does not vary.
    """
    fault = _refused(values, deal)
    if fault is not None:
        return fault
    correlation = working_correlation(values)
    if correlation is None:
        return Refusal(
            "EV173",
            "the outcome moves in exactly the same way in every cluster, so no uncertainty can be computed",
            "check whether the outcome was measured at all, or is the same number for everybody",
        )
    redealt = redeal(values, deal, correlation, draws=draws, seed=seed, progress=progress)
    model = _model(values, deal.first, correlation)
    if isinstance(model, Refusal):
        return model
    return Finding(
        estimand=estimand,
        effect=redealt.effect,
        std_error=model.std_error,
        df=model.df,
        low=redealt.low,
        high=redealt.high,
        p=redealt.p,
        method=METHOD,
        source=SOURCE,
        diagnostics=(
            ("working correlation of a cluster's periods", f"{correlation:.4f}"),
            ("randomization inference", f"{draws:,} deals of about 10^{deal.log_deals() / np.log(10.0):.1f} possible"),
            (
                "interval by CR2/Satterthwaite, for comparison",
                f"{model.estimate - model.half_width:.6g} to {model.estimate + model.half_width:.6g}",
            ),
        ),
    )


def _refused(values: Floats, deal: Deal) -> Refusal | None:
    if deal.log_deals() < np.log(_FEWEST_DEALS) - _TIE:
        return Refusal(
            "EV175",
            f"the waves could have been dealt in fewer than {_FEWEST_DEALS} ways, so chance alone always looks as good",
            "draw more clusters or more waves; or read the cycle as differences, which assume parallel paths",
        )
    has = np.arange(values.shape[1])[None, :] >= deal.first[:, None]
    seen = ~np.isnan(values)
    if not np.any(np.any(has & seen, axis=0) & np.any(~has & seen, axis=0)):
        return Refusal(
            "EV176",
            "no period holds clusters with the tool and clusters without it",
            "name the periods between the waves in the plan, and bring their results",
        )
    return None


def working_correlation(values: Floats) -> float | None:
    """Correlation of a cluster's periods by analysis of variance, the tool left out; None when nothing varies.

    Held in [0, 0.95]: it is a working value and decides on efficiency, not on validity.
    """
    seen = ~np.isnan(values)
    counts = seen.sum(axis=0)
    filled = np.where(seen, values, 0.0)
    rest = np.where(seen, values - filled.sum(axis=0) / np.maximum(counts, 1), 0.0)
    m, n = int(np.any(seen, axis=1).sum()), int(seen.sum())
    per = np.maximum(seen.sum(axis=1), 1)
    means = rest.sum(axis=1) / per
    inner = np.where(seen, rest - means[:, None], 0.0)
    within = float(np.sum(inner**2)) / max(n - m - values.shape[1] + 1, 1)
    between = float(per @ means**2) / max(m - 1, 1)
    if between + within <= (1e-12 * float(np.nanmax(np.abs(values)))) ** 2:
        return None
    usual = n / m
    level = max((between - within) / usual, 0.0)
    return min(level / (level + within), 0.95) if level + within > 0.0 else 0.0


def redeal(
    values: Floats, deal: Deal, correlation: float, *, draws: int, seed: int, progress: Progress = silent
) -> Redealt:
    """Deal the waves again, within blocks, and see how often chance alone looks like this.

    The interval holds every constant effect that the test does not reject at 5 %: for a redealt coefficient b of the
    outcome and c of the real deal, the effects t that it speaks for are those with ``|b - t c| >= |b0 - t|``, an
    interval around the estimate b0 whose ends are ``(b0 - b) / (1 - c)`` and ``(b0 + b) / (1 + c)``.
    """
    waves = np.unique(deal.first)
    code = np.searchsorted(waves, deal.first)
    has = (np.arange(values.shape[1])[None, :] >= waves[:, None]).astype(float)
    outcome, tool = (_scores(y, ~np.isnan(values), has, correlation) for y in (values, has[code]))
    observed = float(_coefficients(outcome, code[None, :])[0])
    generator = np.random.Generator(np.random.PCG64(seed))
    dealt = _deals(generator, deal, code, draws)
    b, c = _coefficients(outcome, dealt), _coefficients(tool, dealt)
    progress("dealing waves again", draws, draws)
    count = int(np.sum(np.abs(b) >= abs(observed) * (1.0 - _TIE)))
    ends = _ends(observed, b, c)
    needed = max(
        ceil((1.0 - LEVEL) * (draws + 1) - _TIE) - 1, 0
    )  # deals that must speak for an effect besides the real one
    low, high = (np.sort(np.min(ends, axis=0)), np.sort(np.max(ends, axis=0))[::-1])
    return Redealt(observed, (1 + count) / (1 + draws), float(low[needed]), float(high[needed]), draws)


def _ends(observed: float, b: Floats, c: Floats) -> Floats:
    """Ends of the effects that each deal speaks for, shape ``(2, draws)``; no ends where it repeats the real deal."""
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (observed - b) / (1.0 - c), (observed + b) / (1.0 + c)
    same = 1.0 - np.abs(c) < 1e-9
    low = np.where(same, -np.inf, np.minimum(one, other))
    high = np.where(same, np.inf, np.maximum(one, other))
    return np.stack([low, high])


def _scores(values: Floats, seen: np.ndarray, has: Floats, correlation: float) -> _Scores:
    m, periods = values.shape
    k = len(has)
    dy, dd, wd = np.zeros((m, k)), np.zeros((m, k)), np.zeros((m, k, periods))
    total, wy = np.zeros((periods, periods)), np.zeros(periods)
    for row in range(m):
        weight = _weight(seen[row], correlation)
        y = np.where(seen[row], values[row], 0.0)
        wd[row] = has @ weight
        dy[row], dd[row] = wd[row] @ y, np.sum(wd[row] * has, axis=1)
        total += weight
        wy += weight @ y
    return _Scores(dy, dd, wd, np.asarray(linalg.pinvh(total), dtype=np.float64), wy)


def _weight(seen: np.ndarray, correlation: float) -> Floats:
    """Inverse of the working correlation over the periods that were measured, zero elsewhere."""
    n = int(seen.sum())
    shrink = correlation / (1.0 + (n - 1) * correlation) if n else 0.0
    there = seen.astype(float)
    return np.asarray((np.diag(there) - shrink * np.outer(there, there)) / (1.0 - correlation))


def _coefficients(scores: _Scores, dealt: Codes) -> Floats:
    """The tool's coefficient under each deal, shape ``(draws,)``."""
    rows = np.arange(dealt.shape[1])
    crossed = np.sum(scores.wd[rows, dealt], axis=1)  # (draws, T)
    above = scores.dy[rows, dealt].sum(axis=1) - crossed @ (scores.inverse @ scores.wy)
    below = scores.dd[rows, dealt].sum(axis=1) - np.sum((crossed @ scores.inverse) * crossed, axis=1)
    usable = below > 1e-12
    return np.asarray(np.where(usable, above / np.where(usable, below, 1.0), 0.0))


def _deals(generator: np.random.Generator, deal: Deal, code: Codes, draws: int) -> Codes:
    dealt = np.empty((draws, len(code)), dtype=np.intp)
    for block in np.unique(deal.block):
        inside = np.flatnonzero(deal.block == block)
        dealt[:, inside] = generator.permuted(np.tile(code[inside], (draws, 1)), axis=1)
    return dealt


def _model(values: Floats, first: Codes, correlation: float) -> Inference | Refusal:
    """The same coefficient with CR2 by cluster: least squares on rows turned by the root of the working weight."""
    seen = ~np.isnan(values)
    periods = values.shape[1]
    ys, xs, clusters = [], [], []
    for row in np.flatnonzero(seen.any(axis=1)):
        there = np.flatnonzero(seen[row])
        root = linalg.cholesky(_weight(seen[row], correlation)[np.ix_(there, there)])
        design = np.zeros((len(there), periods + 1))
        design[np.arange(len(there)), there] = 1.0
        design[:, periods] = there >= first[row]
        ys.append(root @ values[row, there])
        xs.append(root @ design)
        clusters.append(np.full(len(there), row))
    names = (*(f"period {place}" for place in range(periods)), _TOOL)
    fit = least_squares(np.concatenate(ys), Columns(names, np.vstack(xs)), needed=[_TOOL])
    if isinstance(fit, Refusal):
        return fit
    codes = np.unique(np.concatenate(clusters), return_inverse=True)[1]
    return cr2(fit, np.asarray(codes, dtype=np.intp), fit.contrast(_TOOL))
