"""Equity: were the arms alike, did a gap change, and did every group get the tool before outcomes are compared."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np

from gainline.engine.audit.check import AuditCheck, Word, cannot_tell, judged, not_asked
from gainline.engine.audit.sides import BEHIND, FEWEST, OTHERS, members
from gainline.engine.evidence.balance import ADJUSTMENT_UP_TO, FAILS
from gainline.engine.evidence.document import Balance, GapChange
from gainline.engine.evidence.frame import Flags, Floats, Frame, Texts
from gainline.engine.evidence.inference.distributions import t_half_width
from gainline.engine.pilots.plan import Plan, Subgroup

USE_GAP = 0.20  # of the others' mean use
FEWEST_CLUSTERS = 4


def equivalence_checks(rows: tuple[Balance, ...]) -> Iterator[AuditCheck]:
    """Baseline differences in the bands of the WWC, as the evaluation found them after any matching."""
    if not rows:
        yield cannot_tell("equivalence", "no_baseline")
    for row in rows:
        word = Word.FLAG if row.band == FAILS else Word.CLEAR
        yield AuditCheck("equivalence", row.label, word, row.after, unit="SD", null=0.0, limit=ADJUSTMENT_UP_TO)


def gap_checks(rows: tuple[GapChange, ...], unit: str) -> Iterator[AuditCheck]:
    """Whether the tool narrowed or widened each registered gap; nothing is claimed while the interval covers zero."""
    if not rows:
        yield not_asked("gap", "no_split")
    for row in rows:
        if row.change is None:
            yield cannot_tell("gap", "too_few", row.label, row.subgroup)
            continue
        words = {"widened": Word.FLAG, "narrowed": Word.CLEAR}
        word = words.get(row.says, Word.CANNOT)
        yield AuditCheck(
            "gap", row.label, word, row.change, row.low, row.high, unit, null=0.0, split=row.subgroup, why=_said(row)
        )


def _said(row: GapChange) -> str:
    return row.says if row.says in {"widened", "narrowed"} else "covers_zero"


def use_checks(plan: Plan, frame: Frame) -> Iterator[AuditCheck]:
    """By how much of the others' mean use the disadvantaged side of each split used the tool less, in the tool's arm.

    Students of whom nobody knows whether they used it are left out. The interval counts clusters, not students.
    """
    if not plan.subgroups:
        yield not_asked("use", "no_split")
    for split in plan.subgroups:
        yield _use(frame, split)


def _use(frame: Frame, split: Subgroup) -> AuditCheck:
    sides = members(frame, split)
    seen = frame.tool & ~np.isnan(frame.dose)
    behind, others = sides[BEHIND] & seen, sides[OTHERS] & seen
    unknown = int((frame.tool & ~seen).sum())
    if min(int(behind.sum()), int(others.sum())) < FEWEST or unknown > 0.5 * int(frame.tool.sum()):
        return cannot_tell("use", "use_unknown" if unknown else "too_few", split.label, split.key)
    found = relative_gap(frame.dose, behind, others, frame.cluster)
    if found is None:
        return cannot_tell("use", "too_few", split.label, split.key)
    word = judged(*found, limit=USE_GAP)
    return AuditCheck("use", split.label, word, *found, "share", null=0.0, limit=USE_GAP, split=split.key)


def relative_gap(amounts: Floats, behind: Flags, others: Flags, clusters: Texts) -> tuple[float, float, float] | None:
    """One minus the ratio of two groups' mean amounts, with its 95 % interval; above zero the first group has less.

    Parameters
    ----------
    amounts
        Shape ``(n,)``; not NaN for members of either group.
    clusters
        Shape ``(n,)``: the independent draws; a cluster may hold members of both groups.

    Returns
    -------
    tuple or None
        ``None`` where the second group used nothing, or fewer than four clusters hold members.

    Source: linearization of a ratio of means over clusters (Cochran 1977, Sampling Techniques, section 6.4), with
    G / (G - 1) and a t of G - 1 degrees of freedom.
    """
    mean_behind, mean_others = float(amounts[behind].mean()), float(amounts[others].mean())
    names, place = np.unique(clusters[behind | others].astype(str), return_inverse=True)
    if mean_others <= 0.0 or len(names) < FEWEST_CLUSTERS:
        return None
    ratio = mean_behind / mean_others
    moved = np.zeros(len(amounts))
    moved[behind] = (amounts[behind] - mean_behind) / (mean_others * int(behind.sum()))
    moved[others] = -ratio * (amounts[others] - mean_others) / (mean_others * int(others.sum()))
    sums = np.bincount(place, moved[behind | others], minlength=len(names))
    error = sqrt(float((sums**2).sum()) * len(names) / (len(names) - 1))
    half = t_half_width(error, float(len(names) - 1))
    return 1.0 - ratio, 1.0 - ratio - half, 1.0 - ratio + half
