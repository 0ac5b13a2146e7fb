"""The stepped wedge: waves drawn by lot, everybody measured in every period, everybody has the tool in the end.

The estimate is generalized least squares on the means of cluster and period: period effects, one effect for each time
since the tool came, and a random intercept per cluster as the working model; what is reported is the mean over all
cluster-periods with the tool in which somebody was still waiting. A single coefficient for all times (Hussey and
Hughes) is shown beside: where the effect grows with use it can fall below every effect that there was.

Who is compared with whom is left to chance: p and interval come from dealing the waves again as they were dealt. The
working correlation is estimated without the tool, hence unchanged by a redeal, which makes the test of no effect exact
for any number of clusters.

Source: Hussey and Hughes (2007), Contemporary Clinical Trials 28; Kenny, Voldal, Xia, Heagerty and Hughes (2022),
Statistics in Medicine 41(22), the exposure time indicator model; Ji, Fink, Robyn and Small (2017), Annals of Applied
Statistics 11(1), randomization inference.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy import linalg, special

from gainline.engine.core.progress import Progress, silent
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.finding import Finding, Notes
from gainline.engine.evidence.frame import Codes, Flags, Floats
from gainline.engine.evidence.inference.cr2 import Inference, cr2
from gainline.engine.evidence.inference.distributions import LEVEL
from gainline.engine.evidence.inference.linear import Columns, least_squares

METHOD = "stepped wedge: effects by time since the tool came, random intercept per cluster, waves dealt again"
SOURCE = "Kenny et al. (2022); Ji, Fink, Robyn and Small (2017)"
_TIE = 1e-10
_CHUNK = 256  # deals at a time, so that many clusters and draws stay in memory
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
class Shape:
    """How the tool's effect may differ by time since it came.

    Parameters
    ----------
    has
        Shape ``(K, T, E)``: whether a cluster of wave k is in period t at time e since the tool came.
    part
        Shape ``(E,)``: weight of each time in the average, summing to 1.
    code
        Shape ``(m,)``: wave of each cluster, as a row of `has`.
    """

    has: Floats
    part: Floats
    code: Codes


@dataclass(frozen=True, slots=True)
class _Scores:
    """Sums from which any deal's coefficients follow; K waves, E times since the tool came.

    ``dy`` (m, K, E) and ``dd`` (m, K, E, E) hold H'Wy and H'WH of cluster i in wave k, ``wd`` (m, K, T, E) holds WH;
    ``inverse`` (T, T) is the inverse of sum W, ``wy`` (T,) is sum Wy.
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
    values = _compared(values, deal)
    shape = shape_of(values, deal)
    model = _model(values, shape, correlation)
    if isinstance(model, Refusal):
        return model
    redealt = redeal(values, deal, correlation, shape, draws=draws, seed=seed, progress=progress)
    alike = _model(values, shape_of(values, deal, constant=True), correlation)
    return _finding(estimand, redealt, model, (*_notes(deal, correlation, draws), *_beside(model, alike)))


def _finding(estimand: str, redealt: Redealt, model: Inference, notes: Notes) -> Finding:
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
        diagnostics=notes,
    )


def _notes(deal: Deal, correlation: float, draws: int) -> Notes:
    return (
        ("working correlation of a cluster's periods", f"{correlation:.4f}"),
        ("randomization inference", f"{draws:,} deals of about 10^{deal.log_deals() / np.log(10.0):.1f} possible"),
    )


def _beside(model: Inference, alike: Inference | Refusal) -> Notes:
    return (
        ("interval by CR2/Satterthwaite, for comparison", _interval(model)),
        ("one effect for all times (Hussey and Hughes), for comparison", _told(alike)),
    )


def _interval(found: Inference) -> str:
    return f"{found.low:.6g} to {found.high:.6g}"


def _told(found: Inference | Refusal) -> str:
    return found.because if isinstance(found, Refusal) else f"{found.estimate:.6g} ({_interval(found)})"


def _compared(values: Floats, deal: Deal) -> Floats:
    """The values of the periods in which somebody was still waiting; in the others there is nothing to compare."""
    waiting = np.arange(values.shape[1])[None, :] < deal.first[:, None]
    return np.where(np.any(waiting & ~np.isnan(values), axis=0), values, np.nan)


def shape_of(values: Floats, deal: Deal, *, constant: bool = False) -> Shape:
    """One effect for each time since the tool came, weighted by how many cells have it; or one effect for all."""
    waves, inverse = np.unique(deal.first, return_inverse=True)
    code = np.asarray(inverse, dtype=np.intp)
    since = np.arange(values.shape[1])[None, :] - waves[:, None]
    seen = ~np.isnan(values)
    times = np.unique(since[code][seen & (since[code] >= 0)])
    if constant:
        return Shape(np.asarray((since >= 0)[:, :, None], dtype=np.float64), np.ones(1), code)
    has = np.asarray(since[:, :, None] == times, dtype=np.float64)
    counts = np.einsum("mte,mt->e", has[code], seen.astype(float))
    return Shape(has, counts / counts.sum(), code)


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


def redeal(  # noqa: PLR0913 - the data, the chance, the model and how often
    values: Floats,
    deal: Deal,
    correlation: float,
    shape: Shape,
    *,
    draws: int,
    seed: int,
    progress: Progress = silent,
) -> Redealt:
    """Deal the waves again, within blocks, and see how often chance alone looks like this.

    The interval holds every constant effect that the test does not reject at 5 %: for a redealt coefficient b of the
    outcome and c of the real deal, the effects t that it speaks for are those with ``|b - t c| >= |b0 - t|``, an
    interval around the estimate b0 whose ends are ``(b0 - b) / (1 - c)`` and ``(b0 + b) / (1 + c)``.
    """
    seen = ~np.isnan(values)
    real = shape.has.sum(axis=2)[shape.code]
    outcome, tool = (_scores(y, seen, shape, correlation) for y in (values, real))
    observed = float(_coefficients(outcome, shape, shape.code[None, :])[0])
    generator = np.random.Generator(np.random.PCG64(seed))
    b, c = np.empty(draws), np.empty(draws)
    for done in range(0, draws, _CHUNK):
        dealt = _deals(generator, deal, shape.code, min(_CHUNK, draws - done))
        b[done : done + _CHUNK] = _coefficients(outcome, shape, dealt)
        c[done : done + _CHUNK] = _coefficients(tool, shape, dealt)
        progress("dealing waves again", min(done + _CHUNK, draws), draws)
    count = int(np.sum(np.abs(b) >= abs(observed) * (1.0 - _TIE)))
    low, high = _ends(observed, b, c)
    needed = max(ceil((1.0 - LEVEL) * (draws + 1) - _TIE) - 1, 0)  # deals that must agree, besides the real one
    ends = float(np.sort(low)[needed]), float(np.sort(high)[::-1][needed])
    return Redealt(observed, (1 + count) / (1 + draws), *ends, draws)


def _ends(observed: float, b: Floats, c: Floats) -> tuple[Floats, Floats]:
    """Ends of the effects that each deal speaks for; none where it repeats the real deal or moves by more than it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (observed - b) / (1.0 - c), (observed + b) / (1.0 + c)
    same = 1.0 - np.abs(c) < 1e-9
    return np.where(same, -np.inf, np.minimum(one, other)), np.where(same, np.inf, np.maximum(one, other))


def _scores(values: Floats, seen: Flags, shape: Shape, correlation: float) -> _Scores:
    m, periods = values.shape
    k, _, e = shape.has.shape
    dy, dd, wd = np.zeros((m, k, e)), np.zeros((m, k, e, e)), np.zeros((m, k, periods, e))
    total, wy = np.zeros((periods, periods)), np.zeros(periods)
    for row in range(m):
        weight = _weight(seen[row], correlation)
        y = np.where(seen[row], values[row], 0.0)
        wd[row] = weight @ shape.has
        dy[row] = np.einsum("kte,t->ke", wd[row], y)
        dd[row] = np.einsum("kte,ktf->kef", wd[row], shape.has)
        total += weight
        wy += weight @ y
    return _Scores(dy, dd, wd, np.asarray(linalg.pinvh(total), dtype=np.float64), wy)


def _weight(seen: Flags, correlation: float) -> Floats:
    """Inverse of the working correlation over the periods that were measured, zero elsewhere."""
    n = int(seen.sum())
    shrink = correlation / (1.0 + (n - 1) * correlation) if n else 0.0
    there = seen.astype(float)
    return np.asarray((np.diag(there) - shrink * np.outer(there, there)) / (1.0 - correlation))


def _coefficients(scores: _Scores, shape: Shape, dealt: Codes) -> Floats:
    """The average effect under each deal, shape ``(draws,)``."""
    rows = np.arange(dealt.shape[1])
    crossed = scores.wd[rows, dealt].sum(axis=1)  # (draws, T, E)
    above = scores.dy[rows, dealt].sum(axis=1) - np.einsum("dte,t->de", crossed, scores.inverse @ scores.wy)
    turned = np.einsum("ts,dse->dte", scores.inverse, crossed)
    below = scores.dd[rows, dealt].sum(axis=1) - np.einsum("dte,dtf->def", crossed, turned)
    inverse = np.linalg.pinv(below, rcond=1e-10, hermitian=True)
    return np.asarray(np.einsum("e,def,df->d", shape.part, inverse, above))


def _deals(generator: np.random.Generator, deal: Deal, code: Codes, draws: int) -> Codes:
    dealt = np.empty((draws, len(code)), dtype=np.intp)
    for block in np.unique(deal.block):
        inside = np.flatnonzero(deal.block == block)
        dealt[:, inside] = generator.permuted(np.tile(code[inside], (draws, 1)), axis=1)
    return dealt


def _model(values: Floats, shape: Shape, correlation: float) -> Inference | Refusal:
    """The same average with CR2 by cluster: least squares on rows turned by the root of the working weight."""
    seen = ~np.isnan(values)
    periods = values.shape[1]
    ys, xs, clusters = [], [], []
    for row in np.flatnonzero(seen.any(axis=1)):
        there = np.flatnonzero(seen[row])
        root = linalg.cholesky(_weight(seen[row], correlation)[np.ix_(there, there)])
        design = np.column_stack([np.eye(periods)[there], shape.has[shape.code[row]][there]])
        ys.append(root @ values[row, there])
        xs.append(root @ design)
        clusters.append(np.full(len(there), row))
    used = seen.any(axis=0)
    tool = tuple(f"tool {place}" for place in range(len(shape.part)))
    kept = np.concatenate([used, np.ones(len(tool), dtype=np.bool_)])
    names = (*(f"period {place}" for place in np.flatnonzero(used)), *tool)
    fit = least_squares(np.concatenate(ys), Columns(names, np.vstack(xs)[:, kept]), needed=tool)
    if isinstance(fit, Refusal):
        return fit
    contrast = np.zeros(len(fit.names))
    for name, part in zip(tool, shape.part, strict=True):
        contrast[fit.names.index(name)] = part
    codes = np.unique(np.concatenate(clusters), return_inverse=True)[1]
    return cr2(fit, np.asarray(codes, dtype=np.intp), contrast)
