"""Measurement bias: whether students of two groups with the same score have the same chance of a right answer.

Source: Holland and Thayer (1988), Differential item performance and the Mantel-Haenszel procedure; the variance of the
log odds ratio is that of Robins, Breslow and Greenland (1986), Biometrics 42; the classes A, B and C are those of the
Educational Testing Service (Zieky 1993).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from gainline.engine.audit.check import AuditCheck, Word, cannot_tell, not_asked
from gainline.engine.evidence.frame import Codes, Flags, Floats
from gainline.engine.evidence.inference.distributions import normal_quantile

DELTA = -2.35  # of the log odds ratio: the delta scale of the ETS
MODERATE, LARGE = 1.0, 1.5
FEWEST = 100  # students of a group with answers; the ETS asks for at least that many of the smaller group


@dataclass(frozen=True, slots=True)
class ItemBias:
    """How one item treats the focal group beside the other at the same score.

    Parameters
    ----------
    odds
        Mantel-Haenszel odds ratio of a right answer, others over focal group; 1 without bias.
    delta, std_error
        On the delta scale; below zero the item is harder for the focal group than its score says.
    chi2
        Mantel-Haenszel chi-square with continuity correction, one degree of freedom.
    ets
        A (negligible), B (moderate) or C (large).
    """

    odds: float
    delta: float
    std_error: float
    chi2: float
    ets: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Item-level answers of one instrument, and who is of the focal group of each registered split.

    Parameters
    ----------
    right
        Shape ``(n, items)``: 1 right, 0 wrong, NaN not given.
    items
        Names of the columns.
    focal, others
        Split -> who is on the disadvantaged and on the other side, shape ``(n,)``.
    """

    right: Floats
    items: tuple[str, ...]
    focal: dict[str, Flags]
    others: dict[str, Flags]


def item_bias(right: Floats, focal: Flags, strata: Codes) -> list[ItemBias | None]:
    """Every item's bias against the focal group; None where no stratum holds both groups, or all answers are alike.

    Parameters
    ----------
    right
        Shape ``(n, items)``: 1 right, 0 wrong, NaN not given.
    focal
        Shape ``(n,)``.
    strata
        Shape ``(n,)``: codes of equal score, from 0.
    """
    place = np.zeros((int(strata.max()) + 1, len(strata)))
    place[strata, np.arange(len(strata))] = 1.0
    given = ~np.isnan(right)
    hits = np.where(given, right, 0.0)
    a, b = (place[:, ~focal] @ part[~focal] for part in (hits, given - hits))  # others: right, wrong
    c, d = (place[:, focal] @ part[focal] for part in (hits, given - hits))
    return [_item(a[:, j], b[:, j], c[:, j], d[:, j]) for j in range(right.shape[1])]


def _item(a: Floats, b: Floats, c: Floats, d: Floats) -> ItemBias | None:
    both = ((a + b) > 0) & ((c + d) > 0)
    a, b, c, d = a[both], b[both], c[both], d[both]
    n = a + b + c + d
    r, s = a * d / n, b * c / n
    if not (r.sum() > 0.0 and s.sum() > 0.0):
        return None
    odds = float(r.sum() / s.sum())
    variance = _log_odds_variance((a + d) / n, (b + c) / n, r, s)
    expected, spread = (a + b) * (a + c) / n, (a + b) * (c + d) * (a + c) * (b + d) / (n**2 * np.maximum(n - 1.0, 1.0))
    off = abs(float((a - expected).sum()))
    chi2 = max(0.0, off - 0.5) ** 2 / float(spread.sum())
    delta, error = DELTA * float(np.log(odds)), abs(DELTA) * float(np.sqrt(variance))
    return ItemBias(odds, delta, error, chi2, _ets(delta, error, chi2))


def _log_odds_variance(p: Floats, q: Floats, r: Floats, s: Floats) -> float:
    """Robins, Breslow and Greenland (1986), their equation for the variance of the log of the common odds ratio."""
    whole_r, whole_s = float(r.sum()), float(s.sum())
    first = float(p @ r) / (2 * whole_r**2)
    mixed = float((p * s + q * r).sum()) / (2 * whole_r * whole_s)
    return first + mixed + float(q @ s) / (2 * whole_s**2)


def _ets(delta: float, error: float, chi2: float) -> str:
    if abs(delta) < MODERATE or float(special.chdtrc(1, chi2)) > 0.05:
        return "A"
    surely = (abs(delta) - MODERATE) / error > normal_quantile(0.95)
    return "C" if abs(delta) >= LARGE and surely else "B"


def score_strata(right: Floats) -> Codes:
    """Students of the same number of right answers, as codes from 0, shape ``(n,)``."""
    return np.unique(np.nansum(right, axis=1), return_inverse=True)[1].astype(np.intp)


def bias_checks(answers: Answers | None, labels: dict[str, str]) -> Iterator[AuditCheck]:
    """The most biased item of each split; flagged in class C.

    Parameters
    ----------
    labels
        Split -> its label.
    """
    if answers is None or not labels:
        yield not_asked("bias", "no_items" if answers is None else "no_split")
        return
    for split, label in labels.items():
        yield _of_split(answers, split, label)


def _of_split(answers: Answers, split: str, label: str) -> AuditCheck:
    focal, others = answers.focal[split], answers.others[split]
    known = focal | others
    if min(int(focal.sum()), int(others.sum())) < FEWEST:
        return cannot_tell("bias", "too_few_answers", label, split)
    right = answers.right[known]
    rows = [one for one in item_bias(right, focal[known], score_strata(right)) if one is not None]
    if not rows:
        return cannot_tell("bias", "too_few_answers", label, split)
    worst = max(rows, key=lambda one: abs(one.delta))
    half = normal_quantile(0.975) * worst.std_error
    word = Word.FLAG if any(one.ets == "C" for one in rows) else Word.CLEAR
    figures = (worst.delta, worst.delta - half, worst.delta + half)
    return AuditCheck("bias", label, word, *figures, "delta", len(rows), null=0.0, limit=LARGE, split=split)
