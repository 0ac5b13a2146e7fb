"""Fairness of a score that predicts: whether it ranks, errs and promises alike for two groups.

Source: ABROCA, the area between the groups' ROC curves, is of Gardner, Brooks and Baker (2019), LAK '19. It is never
zero, and large by chance alone in small groups, so that it is shown with the value that chance would give, a
permutation p and the power (arXiv 2411.19090 and 2501.04683 on both).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from gainline.engine.audit.check import AuditCheck, Word, cannot_tell
from gainline.engine.evidence.frame import Flags, Floats
from gainline.engine.evidence.inference.distributions import normal_quantile

ALPHA = 0.05
POWER = 0.80
DRAWS = 999
RELEVANT = 0.10  # an ABROCA that would matter: the power to see one this large above chance is told
FEWEST_OF_A_KIND = 5  # with and without the outcome in each group; below it a curve has no shape
_STEPS = 1001


@dataclass(frozen=True, slots=True)
class Fairness:
    """What a score does to a group beside the others.

    Parameters
    ----------
    abroca
        Area between the two ROC curves, 0 to 1.
    null_mean, null_95
        What chance alone gives with these sizes: mean and 95th percentile over permuted groups.
    p
        Of an area at least as large when the groups mean nothing.
    power
        Chance that this test would see a true difference in AUC of `RELEVANT` with these sizes.
    fnr_gap, fpr_gap
        Group minus others: share of those with the outcome who are missed, and of those without it who are named.
    calibration_gap
        Group minus others: mean of outcome minus promised chance; NaN where the score is no chance.
    """

    abroca: float
    null_mean: float
    null_95: float
    p: float
    power: float
    fnr_gap: float
    fpr_gap: float
    calibration_gap: float


def abroca(score: Floats, outcome: Flags, group: Flags) -> float:
    """The area between the ROC curves of the group and of the others; all of shape ``(n,)``.

    Assumes
    -------
    Both groups hold students with and without the outcome.
    """
    return float(areas(score, outcome, group[None, :])[0])


def areas(score: Floats, outcome: Flags, groups: Flags) -> Floats:
    """ABROCA for many divisions of the same students at once: ``groups`` of shape ``(m, n)``, answer ``(m,)``.

    The curves are stepped from the highest score down; students of the same score are passed together. Each curve is
    linear between its points, and the area is summed over a grid of 1,001 false alarm rates.
    """
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    good = outcome[order]
    grid = np.linspace(0.0, 1.0, _STEPS)
    found = np.empty(len(groups))
    for place, group in enumerate(groups[:, order]):
        inside, outside = (_curve(good, side, ends, grid) for side in (group, ~group))
        found[place] = np.trapezoid(np.abs(inside - outside), grid)
    return found


def _curve(good: Flags, side: Flags, ends: np.ndarray, grid: Floats) -> Floats:
    """True positive rate over the grid of false positive rates; the upper end where the curve climbs straight up."""
    hits, alarms = np.cumsum(good & side)[ends], np.cumsum(~good & side)[ends]
    x = np.append(0.0, alarms / alarms[-1])
    y = np.append(0.0, hits / hits[-1])
    return np.asarray(np.interp(grid, x, y), dtype=np.float64)


def fairness(
    score: Floats, outcome: Flags, group: Flags, *, rng: np.random.Generator, cut: float | None = None
) -> Fairness | None:
    """Everything the page says about a score and one group.

    Parameters
    ----------
    score
        Shape ``(n,)``; higher promises the outcome. Calibration is asked only of scores between 0 and 1.
    cut
        From which score on a student is named; the score's median when None.

    Returns
    -------
    Fairness or None
        None with fewer than five students of a kind in a group: a curve of four points says nothing.
    """
    kinds = [int((side & kind).sum()) for side in (group, ~group) for kind in (outcome, ~outcome)]
    if min(kinds) < FEWEST_OF_A_KIND:
        return None
    seen = abroca(score, outcome, group)
    null = areas(score, outcome, _permuted(outcome, group, rng, DRAWS))
    p = float((1 + (null >= seen - 1e-12).sum()) / (1 + len(null)))
    limit = float(np.quantile(null, 1.0 - ALPHA))
    named = score >= (float(np.median(score)) if cut is None else cut)
    promised = bool(score.min() >= 0.0 and score.max() <= 1.0)
    everybody = np.ones(len(score), dtype=bool)
    return Fairness(
        abroca=seen,
        null_mean=float(null.mean()),
        null_95=limit,
        p=p,
        power=_power(score, outcome, group, limit, rng),
        fnr_gap=_gap(group, ~named, outcome),
        fpr_gap=_gap(group, named, ~outcome),
        calibration_gap=_gap(group, outcome - score, everybody) if promised else float("nan"),
    )


def _gap(group: Flags, values: Floats | Flags, among: Flags) -> float:
    return float(values[among & group].mean() - values[among & ~group].mean())


def _permuted(outcome: Flags, group: Flags, rng: np.random.Generator, draws: int) -> Flags:
    """Groups dealt anew among those with the outcome and among those without it, so that base rates may differ."""
    dealt = np.tile(group, (draws, 1))
    for kind in (outcome, ~outcome):
        dealt[:, kind] = rng.permuted(dealt[:, kind], axis=1)
    return dealt


def _power(score: Floats, outcome: Flags, group: Flags, limit: float, rng: np.random.Generator) -> float:
    """Share of made-up samples of these sizes, with AUCs `RELEVANT` apart, that surpass the null's 95th percentile.

    Scores are binormal (Hanley 1988) with the sample's own AUC among the others.
    """
    base = min(max(_auc(score[~group], outcome[~group]), 0.5 + RELEVANT), 0.99)
    apart = np.where(group, _separation(base - RELEVANT), _separation(base))
    draws, seen = 200, 0
    for _ in range(draws):
        drawn = rng.standard_normal(len(score)) + np.where(outcome, apart, 0.0)
        seen += abroca(drawn, outcome, group) > limit
    return seen / draws


def _auc(score: Floats, outcome: Flags) -> float:
    """The chance that one with the outcome scores above one without it; ties count half (Mann and Whitney 1947)."""
    ordered = np.sort(score[~outcome])
    hits = score[outcome]
    below, up_to = np.searchsorted(ordered, hits, "left"), np.searchsorted(ordered, hits, "right")
    return float((below + up_to).sum() / 2.0 / (len(hits) * len(ordered)))


def _separation(auc: float) -> float:
    """Distance of two unit normals with this AUC."""
    return normal_quantile(auc) * sqrt(2.0)


def fairness_check(found: Fairness | None, about: str, split: str = "") -> AuditCheck:
    """Flag a score that ranks worse for a group, where the sizes could have shown it; else say that nobody can tell."""
    if found is None:
        return cannot_tell("fairness", "too_few_scores", about, split)
    word = Word.FLAG if found.p < ALPHA else Word.CLEAR
    why = ""
    if found.power < POWER:
        word, why = Word.CANNOT, "power"
    return AuditCheck(
        "fairness", about, word, found.abroca, unit="ABROCA", null=found.null_mean, limit=found.null_95, split=split,
        why=why,
    )  # fmt: skip
