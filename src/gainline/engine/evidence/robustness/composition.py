"""Composition: whether the students who were measured are still those of whom the question was asked.

Source: the audit of differential missingness: a gap of more than five points in the share without a result between
groups, or between the arms within a group, is a warning (rules in the reference on attrition: WWC Handbook 5.0).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.balance import number_difference
from gainline.engine.evidence.document import Check
from gainline.engine.evidence.frame import Flags, Floats, Frame
from gainline.engine.pilots.plan import Plan

COMPOSITION, LEAVERS, MATCH_LOSS = "composition", "leavers", "match loss"
MOST_POINTS = 0.05
MOST_APART = 0.25  # SDs: the WWC's band beyond which no adjustment helps
MIN_STUDENTS = 20  # below it one student is five points
SHARE_LOST = 0.10
_SOURCE = "WWC Handbook 5.0, attrition and compositional change"


def composition(plan: Plan, frame: Frame, analysis: Analysis) -> tuple[Check, ...]:
    """Who has no result, by arm and group; how leavers differ between the arms; whom matching left out."""
    values = frame.outcomes.get(plan.primary.key)
    if plan.design.over_time or values is None:
        return ()
    missing = np.isnan(values)
    return (
        *_coverage(plan, frame, missing),
        *_leavers(plan, frame, missing),
        *_match_loss(plan, frame, analysis),
    )


def _coverage(plan: Plan, frame: Frame, missing: Flags) -> Iterator[Check]:
    shares = [100.0 * float(missing[side].mean()) for side in (frame.tool, ~frame.tool)]
    figures = [f"without a result: tool arm {shares[0]:.1f}%, usual arm {shares[1]:.1f}%"]
    worst = abs(shares[0] - shares[1]) / 100.0
    for split in plan.subgroups:
        labels = frame.subgroups[split.key]
        behind = np.array([label is not None and str(label) in split.disadvantaged for label in labels], dtype=bool)
        ahead = np.array([label is not None for label in labels], dtype=bool) & ~behind
        found = _gap(missing, behind, ahead, frame.tool)
        if found is None:
            continue
        groups, within = found
        worst = max(worst, abs(groups), abs(within))
        figures.append(
            f"{split.label}: {split.disadvantaged_label} {100 * groups:+.1f} points against {split.others_label}, "
            f"{100 * within:+.1f} points apart between the arms inside a group"
        )
    flag = worst > MOST_POINTS + 1e-12
    rule = f"Flag when shares without a result differ by more than {100 * MOST_POINTS:g} points"
    says = "Results are missing about equally often in both groups of the comparison."
    if flag:
        says = "More students of one side have no result, so those who were measured may not stand for all."
    yield Check(COMPOSITION, "Who has no result", "; ".join(figures), rule, flag, says, _SOURCE)


def _gap(missing: Flags, behind: Flags, ahead: Flags, tool: Flags) -> tuple[float, float] | None:
    """Difference of the missing shares between the groups, and the larger difference of the arms within a group."""
    cells = [side & arm for side in (behind, ahead) for arm in (tool, ~tool)]
    if min(int(cell.sum()) for cell in cells) < MIN_STUDENTS:
        return None
    within = [float(missing[cells[k]].mean() - missing[cells[k + 1]].mean()) for k in (0, 2)]
    return float(missing[behind].mean() - missing[ahead].mean()), max(within, key=abs)


def _leavers(plan: Plan, frame: Frame, missing: Flags) -> Iterator[Check]:
    before = frame.numbers.get(plan.primary.baseline or "")
    if before is None:
        return
    left = missing & ~np.isnan(before)
    if min(int((left & side).sum()) for side in (frame.tool, ~frame.tool)) < MIN_STUDENTS:
        return
    rows = np.flatnonzero(left)
    apart = number_difference(before[rows], frame.tool[rows], np.ones(len(rows))) * _relative(before, left)
    flag = abs(apart) > MOST_APART
    figures = f"{len(rows):,} with a baseline but no result; tool minus usual {apart:+.2f} SD of all students' baseline"
    rule = f"Flag when the leavers' baselines differ between the arms by more than {MOST_APART:g} SD"
    says = "Those who dropped out on either side had started alike."
    if flag:
        says = "Other students dropped out on one side than on the other, so those who stayed are no longer alike."
    yield Check(LEAVERS, "How the leavers of the arms differ", figures, rule, flag, says, _SOURCE)


def _relative(before: Floats, left: Flags) -> float:
    """The leavers' own SD in SDs of everybody, so that both are on one scale."""
    everybody = float(np.nanstd(before))
    return float(before[left].std()) / everybody if everybody > 0.0 else 0.0


def _match_loss(plan: Plan, frame: Frame, analysis: Analysis) -> Iterator[Check]:
    """Whom the matching left out of the tool arm, by the baseline."""
    if plan.design.kind != "matched" or analysis.arms is None:
        return
    before, after = analysis.arms
    tool = before.rows[before.tool]
    kept = np.isin(tool, after.rows)
    lost = float((~kept).mean())
    figures = f"{int((~kept).sum()):,} of {len(tool):,} tool students ({100 * lost:.1f}%) have no comparison"
    apart = _dropped(plan, frame, tool, kept)
    figures += "" if apart is None else f"; at the baseline they stand {apart:+.2f} SD from those kept"
    flag = lost > SHARE_LOST and (apart is None or abs(apart) > MOST_APART)
    rule = f"Flag when more than {100 * SHARE_LOST:g}% are left out who stand more than {MOST_APART:g} SD apart"
    says = "The matched students stand for nearly all students with the tool."
    if flag:
        says = "The result speaks only for the students kept; those left out started from elsewhere."
    elif lost > SHARE_LOST:
        says = "A good part of the students with the tool is left out, but at the baseline they are like those kept."
    source = "Crump et al. (2009), Biometrika 96; Rosenbaum and Rubin (1985), Biometrics 41"
    yield Check(MATCH_LOSS, "Whom matching left out", figures, rule, flag, says, source)


def _dropped(plan: Plan, frame: Frame, tool: np.ndarray, kept: Flags) -> float | None:
    values = frame.numbers.get(plan.primary.baseline or "")
    if values is None or min(int(kept.sum()), int((~kept).sum())) < 2:
        return None
    found = number_difference(values[tool], ~kept, np.ones(len(tool)))
    return None if np.isnan(found) else found
