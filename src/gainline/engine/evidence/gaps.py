"""Equity: the effect inside each registered group, and whether the tool narrows or widens a gap.

One regression per question, on the whole analytic sample, so that a small group borrows the covariates' slopes from
everybody; CR2 and Satterthwaite as for the primary estimate. "Too few to say" is an answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.document import GapChange, GroupEffect
from gainline.engine.evidence.finding import Finding
from gainline.engine.evidence.frame import Flags, Floats, Frame, Texts
from gainline.engine.evidence.inference.cr2 import Inference, cr2
from gainline.engine.evidence.inference.distributions import normal_cdf, normal_equivalent
from gainline.engine.evidence.inference.linear import Columns, Fit, least_squares
from gainline.engine.evidence.sample import TOOL, Sample
from gainline.engine.evidence.shrinkage import TAU_SCALE_SD, Departures, Posterior, expected_ranks, shrink
from gainline.engine.pilots.plan import Direction, Plan, Subgroup

MIN_STUDENTS_PER_ARM = 20  # below it one student moves the group's mean by more than a twentieth
MIN_CLUSTERS = 4  # in all, and at least two in each arm
MIN_DF = 4.0  # Tipton (2015): with fewer, even the Satterthwaite t is unreliable


@dataclass(frozen=True, slots=True)
class GroupFinding:
    """A group's effect as the document shows it, and its posterior for the verdict; None with too few."""

    shown: GroupEffect
    posterior: Posterior | None


def labels_of(sample: Sample, frame: Frame, subgroup: Subgroup) -> Texts:
    """Group labels of the analyzed students, shape ``(n,)``; None where not recorded."""
    return frame.subgroups[subgroup.key][sample.rows]


def too_few(sample: Sample, member: Flags) -> str | None:
    """Why nothing can be said about this group, or None when something can."""
    for side, name in ((sample.tool, "tool"), (~sample.tool, "usual")):
        n, clusters = int((member & side).sum()), len(np.unique(sample.clusters[member & side]))
        if n < MIN_STUDENTS_PER_ARM:
            return f"fewer than {MIN_STUDENTS_PER_ARM} students of this group in the {name} arm"
        if clusters < 2:
            return f"all students of this group in the {name} arm are in one cluster"
    if len(np.unique(sample.clusters[member])) < MIN_CLUSTERS:
        return f"students of this group are in fewer than {MIN_CLUSTERS} clusters"
    return None


def group_effects(sample: Sample, frame: Frame, plan: Plan, sd: float) -> tuple[GroupFinding, ...]:
    """The effect in every group of every registered subgroup, groups in the order of their labels.

    ``sd`` is the outcome's pooled SD. ``effect`` and its interval are the group's own; ``shrunken`` with its interval,
    ``harm_probability`` and ``expected_rank`` also believe the other groups of the same subgroup.
    """
    return tuple(finding for split in plan.subgroups for finding in _one_split(sample, frame, split, sd))


def _one_split(sample: Sample, frame: Frame, split: Subgroup, sd: float) -> list[GroupFinding]:
    labels = labels_of(sample, frame, split)
    groups = sorted({str(label) for label in labels if label is not None})
    members = [np.array([label is not None and str(label) == group for label in labels]) for group in groups]
    reasons = [too_few(sample, member) for member in members]
    usable = [place for place, reason in enumerate(reasons) if reason is None]
    fit = _fitted(sample, [members[place] for place in usable])
    found = _effects(sample, fit, len(usable))
    for place, effect in zip(usable, found, strict=True):
        reasons[place] = effect if isinstance(effect, str) else None
    told = {place: e for place, e in zip(usable, found, strict=True) if isinstance(e, Inference)}
    errors, means = np.array([_error(e) for e in told.values()]), np.array([e.estimate for e in told.values()])
    posteriors = _believed(sample, fit, {place: members[place] for place in told}, usable, sd)
    higher = sample.outcome.direction is Direction.HIGHER
    found_groups = [
        _finding(sample, split, group, members[place], told.get(place), posteriors.get(place), reasons[place], higher)
        for place, group in enumerate(groups)
    ]
    ranks = dict(zip(told, _ranks(means, errors, sd, higher=higher), strict=True))
    return [
        _named(found, group_name(split, found.shown.group, groups), ranks.get(place))
        for place, found in enumerate(found_groups)
    ]


def _ranks(means: Floats, errors: Floats, sd: float, *, higher: bool) -> list[float | None]:
    if len(means) < 2:
        return [None for _ in means]
    sign = 1.0 if higher else -1.0
    return [float(rank) for rank in expected_ranks(sign * means, errors, tau_scale=TAU_SCALE_SD * sd)]


def group_name(split: Subgroup, group: str, groups: Collection[str]) -> str:
    """The group in the plan's words where the split has two sides; otherwise its own label."""
    behind = {label for label in groups if label in split.disadvantaged}
    if group in behind:
        return split.disadvantaged_label if len(behind) == 1 else group
    return split.others_label if len(groups) - len(behind) == 1 else group


def _named(finding: GroupFinding, label: str, rank: float | None) -> GroupFinding:
    return replace(finding, shown=replace(finding.shown, label=label, expected_rank=rank))


def _fitted(sample: Sample, members: list[Flags]) -> Fit | str:
    """One model with a level and an effect for each group; a reason where the data cannot carry it."""
    if not members:
        return "no group has enough students"
    rest = ~np.any(members, axis=0)
    sides = [*members, rest] if rest.any() else members
    names = tuple(_effect_of(place) for place in range(len(sides)))
    levels = np.column_stack(sides[1:]).astype(float) if len(sides) > 1 else np.empty((len(rest), 0))
    effects = np.column_stack(sides).astype(float) * sample.tool[:, None]
    columns = sample.others.beside(Columns(tuple(f"level {place + 1}" for place in range(levels.shape[1])), levels))
    needed = names[: len(members)]
    fit = least_squares(sample.y, columns.beside(Columns(names, effects)), needed=needed, weights=sample.weights)
    return fit.because if isinstance(fit, Refusal) else fit


def _effect_of(place: int) -> str:
    return f"effect {place}"


def _effects(sample: Sample, fit: Fit | str, count: int) -> list[Inference | str]:
    if isinstance(fit, str):
        return [fit] * count
    return [_reliable(cr2(fit, sample.clusters, fit.contrast(_effect_of(place)))) for place in range(count)]


def _believed(
    sample: Sample, fit: Fit | str, told: Mapping[int, Flags], usable: Sequence[int], sd: float
) -> dict[int, Posterior]:
    """The posteriors of the groups that can be told of; a group weighs as many students as it has."""
    if isinstance(fit, str) or not told:
        return {}
    picks = np.array([fit.contrast(_effect_of(usable.index(place))) for place in told])
    weights = np.array([float(sample.weights[member].sum()) for member in told.values()])
    weights /= weights.sum()
    mean = weights @ picks
    overall = cr2(fit, sample.clusters, mean)
    apart = [cr2(fit, sample.clusters, pick - mean) for pick in picks] if len(told) > 1 else []
    by, errors = np.array([one.estimate for one in apart]), np.array([_error(one) for one in apart])
    groups = Departures(overall.estimate, _error(overall), by, errors, weights)
    return dict(zip(told, shrink(groups, tau_scale=TAU_SCALE_SD * sd), strict=True))


def _error(found: Inference) -> float:
    return normal_equivalent(found.std_error, found.df)


def _reliable(found: Inference) -> Inference | str:
    if not found.df >= MIN_DF:
        return f"the interval would rest on {found.df:.1f} degrees of freedom, fewer than {MIN_DF:g}"
    return found


def _finding(  # noqa: PLR0913 - one row of a table: its cells are its arguments
    sample: Sample,
    split: Subgroup,
    group: str,
    member: Flags,
    effect: Inference | None,
    posterior: Posterior | None,
    reason: str | None,
    higher: bool,
) -> GroupFinding:
    n_tool, n_usual = int((member & sample.tool).sum()), int((member & ~sample.tool).sum())
    if effect is None or posterior is None:
        return GroupFinding(GroupEffect(split.key, group, n_tool, n_usual, None, None, None, None, None, reason), None)
    low, high = effect.low, effect.high
    harm = posterior.below(0.0) if higher else posterior.above(0.0)
    shown = GroupEffect(split.key, group, n_tool, n_usual, effect.estimate, low, high, posterior.mean, harm, None)
    least, most = posterior.interval()
    return GroupFinding(replace(shown, shrunken_low=least, shrunken_high=most), posterior)


def gap_changes(sample: Sample, frame: Frame, plan: Plan, sd: float) -> tuple[GapChange, ...]:
    """How the tool changes each registered gap on the primary outcome, in the plan's order."""
    return tuple(_gap(sample, frame, plan, split, sd) for split in plan.subgroups)


def _gap(sample: Sample, frame: Frame, plan: Plan, split: Subgroup, sd: float) -> GapChange:
    labels = labels_of(sample, frame, split)
    behind = np.array([label is not None and str(label) in split.disadvantaged for label in labels])
    ahead = np.array([label is not None and str(label) not in split.disadvantaged for label in labels])
    reason = too_few(sample, behind) or too_few(sample, ahead)
    found = reason or _interaction(sample, behind, ahead)
    if isinstance(found, str):
        return no_gap(split)
    change = found.finding("change of the gap", method="", source="")
    usual = _mean_gap(sample.y, behind & ~sample.tool, ahead & ~sample.tool, sample.weights)
    before = _gap_before(sample, frame, behind, ahead)
    return gap_row(plan, split, change, before=before, usual=usual, sd=sd)


def gap_row(
    plan: Plan, split: Subgroup, change: Finding, *, before: float | None, usual: float | None, sd: float
) -> GapChange:
    """The row of a gap whose change was estimated; ``sd`` is the primary outcome's, in which the prior is stated."""
    higher = plan.primary.direction is Direction.HIGHER
    return replace(
        no_gap(split),
        gap_before=before,
        gap_usual=usual,
        gap_tool=None if usual is None else usual + change.effect,
        change=change.effect,
        low=change.low,
        high=change.high,
        widen_probability=_widens(change, plan.decision.prior.sd * sd, higher=higher),
        says=_words_for(change.low, change.high, higher=higher),
    )


def _interaction(sample: Sample, behind: Flags, ahead: Flags) -> Inference | str:
    """Effect among the disadvantaged minus effect among the others; students of neither keep their own level."""
    neither = ~(behind | ahead)
    tool = sample.tool.astype(float)
    extra = Columns(
        ("neither", "neither x tool", "behind", TOOL, "change"),
        np.column_stack([neither, neither * tool, behind, tool, behind * tool]).astype(float),
    )
    fit = least_squares(sample.y, sample.others.beside(extra), needed=[TOOL, "change"], weights=sample.weights)
    if isinstance(fit, Refusal):
        return fit.because
    return _reliable(cr2(fit, sample.clusters, fit.contrast("change")))


def _widens(change: Finding, prior_sd: float, *, higher: bool) -> float:
    """P(the gap widens), with a prior centered at no change and as wide as the plan's prior on effects.

    Without a prior one of ten harmless tools would pass 0.9 by chance; a change of a gap is before the data as likely
    up as down.
    """
    error = normal_equivalent(change.std_error, change.df)
    kept = prior_sd**2 / (prior_sd**2 + error**2)
    below = normal_cdf(-kept * change.effect / (error * sqrt(kept)))
    return below if higher else 1.0 - below


def _words_for(low: float, high: float, *, higher: bool) -> str:
    """What an interval of a change says about the gap."""
    if low <= 0.0 <= high:
        return "cannot tell"
    return "narrowed" if (low > 0.0) == higher else "widened"


def _mean_gap(values: Floats, behind: Flags, ahead: Flags, weights: Floats) -> float:
    inside = np.average(values[behind], weights=weights[behind])
    return float(inside - np.average(values[ahead], weights=weights[ahead]))


def _gap_before(sample: Sample, frame: Frame, behind: Flags, ahead: Flags) -> float | None:
    if sample.outcome.baseline is None or sample.outcome.baseline not in frame.numbers:
        return None
    before = frame.numbers[sample.outcome.baseline][sample.rows]
    seen = ~np.isnan(before)
    if min(int((behind & seen).sum()), int((ahead & seen).sum())) < MIN_STUDENTS_PER_ARM:
        return None
    return _mean_gap(before, behind & seen, ahead & seen, sample.weights)


def no_gap(split: Subgroup) -> GapChange:
    """The row of a gap about which nothing can be said."""
    return GapChange(
        subgroup=split.key,
        label=split.label,
        disadvantaged=split.disadvantaged_label,
        others=split.others_label,
        gap_before=None,
        gap_usual=None,
        gap_tool=None,
        change=None,
        low=None,
        high=None,
        widen_probability=None,
        says="too few to say",
    )
