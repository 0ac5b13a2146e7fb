"""What was not registered: a few looks that an analyst will ask for, labeled so that nobody decides on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.document import ArmCount, Estimate
from gainline.engine.evidence.estimate import regress, to_estimate
from gainline.engine.evidence.frame import Flags, Floats, Frame
from gainline.engine.evidence.sample import Sample, covariate_columns, take, with_blocks
from gainline.engine.pilots.plan import Plan

_MIN_PER_SIDE = 20
_SAME_SCALE = 1.5  # a baseline whose SD is further off is another scale, and a gain on it means nothing
_THIRDS = ("lowest", "middle", "highest")


def exploratory(plan: Plan, frame: Frame, found: Sample) -> tuple[Estimate, ...]:
    """The dose's association with the primary outcome; for a matched design also the gain since the baseline."""
    return tuple(_looks(plan, frame, found))


def _looks(plan: Plan, frame: Frame, found: Sample) -> Iterator[Estimate]:
    dosed = frame.dosed[found.rows]
    is_known = not np.isnan(frame.dose[found.rows]).any()
    if is_known and min(int(dosed.sum()), int((~dosed).sum())) >= _MIN_PER_SIDE:
        label = f"{found.outcome.label}: students at the planned dose beside the others (association, not an effect)"
        method = f"regression on having reached the dose, CR2/Satterthwaite by {plan.design.cluster}"
        yield from _look(plan, frame, replace(found, tool=dosed, units=found.clusters), label, method)
    yield from _thirds(plan, frame, found)
    changed = gain(plan, frame)
    if changed is not None:
        yield changed


def _thirds(plan: Plan, frame: Frame, found: Sample) -> Iterator[Estimate]:
    """Each third of the tool arm's users by dose, beside the whole usual arm; the thirds are cut at equal counts."""
    dose = frame.dose[found.rows]
    users = found.tool & (dose > 0.0)
    if int(users.sum()) < len(_THIRDS) * _MIN_PER_SIDE:
        return
    cuts = np.quantile(dose[users], [1 / 3, 2 / 3])
    third = np.searchsorted(cuts, dose, side="right")
    for place, name in enumerate(_THIRDS):
        inside = users & (third == place)
        if int(inside.sum()) < _MIN_PER_SIDE:
            continue
        label = f"{found.outcome.label}: {name} third of users by dose (association, not an effect)"
        method = f"the {name} third beside the usual arm, ANCOVA, CR2/Satterthwaite by {plan.design.cluster}"
        keep = inside | ~found.tool
        yield from _look(plan, frame, part_of(found, keep), label, method)
    yield from _trend(plan, frame, found, (users & (third == 0), users & (third == len(_THIRDS) - 1)))


def _trend(plan: Plan, frame: Frame, found: Sample, ends: tuple[Flags, Flags]) -> Iterator[Estimate]:
    """Heavy users beside light ones: whoever uses more differs in more than use, so this too is an association."""
    lowest, highest = ends
    if min(int(lowest.sum()), int(highest.sum())) < _MIN_PER_SIDE:
        return
    label = f"{found.outcome.label}: highest beside lowest third of users by dose (association, not an effect)"
    method = f"trend over the dose among users, ANCOVA, CR2/Satterthwaite by {plan.design.cluster}"
    among = part_of(replace(found, tool=highest), lowest | highest)
    yield from _look(plan, frame, replace(among, units=among.clusters), label, method)


def part_of(found: Sample, keep: Flags) -> Sample:
    """The sample of some of its students; clusters and units are numbered anew."""
    rows = np.flatnonzero(keep)
    clusters, units = (np.unique(codes[rows], return_inverse=True)[1] for codes in (found.clusters, found.units))
    return replace(
        found,
        rows=found.rows[rows],
        y=found.y[rows],
        tool=found.tool[rows],
        clusters=clusters,
        units=units,
        weights=found.weights[rows],
        others=found.others.rows(rows),
    )


def gain(plan: Plan, frame: Frame) -> Estimate | None:
    """The difference of gains since the baseline, over everybody who could have been compared.

    Before matching, because in a sample matched on the baseline a gain says what the adjusted estimate says already.
    Adjusted for the other covariates, not for the baseline. None outside matched designs, and where the baseline is
    absent or on another scale than the outcome.
    """
    outcome = plan.primary
    before = frame.numbers.get(outcome.baseline or "")
    if plan.design.kind != "matched" or before is None:
        return None
    others = tuple(covariate for covariate in plan.covariates if covariate.key != outcome.baseline)
    covariates = covariate_columns(plan.model_copy(update={"covariates": others}), frame)
    if isinstance(covariates, Refusal):
        return None
    keep = covariates.usable & ~np.isnan(before) & ~np.isnan(frame.outcomes[outcome.key])
    found = take(frame, outcome, keep, with_blocks(frame, covariates.columns, blocked=False))
    if isinstance(found, Refusal) or not _one_scale(found.y, before[found.rows]):
        return None
    label = f"{outcome.label}: gain since the baseline"
    method = f"difference of gains before matching, other covariates, CR2/Satterthwaite by {plan.design.cluster}"
    changed = replace(found, y=found.y - before[found.rows])
    return next(_look(plan, frame, changed, label, method), None)


def _one_scale(after: Floats, before: Floats) -> bool:
    spread_after, spread_before = float(after.std()), float(before.std())
    wide, narrow = max(spread_after, spread_before), min(spread_after, spread_before)
    return wide <= _SAME_SCALE * narrow


def _look(plan: Plan, frame: Frame, sample: Sample, label: str, method: str) -> Iterator[Estimate]:
    """One labeled estimate, or nothing where it cannot be had: an unregistered look owes nobody a refusal."""
    sides = [len(np.unique(sample.clusters[side])) for side in (sample.tool, ~sample.tool)]
    found = regress(sample) if min(sides) >= 2 else None
    if found is not None and not isinstance(found, Refusal):
        estimate = to_estimate(sample, found, plan, frame, method)
        yield replace(estimate, label=label, role="exploratory", counts=_counts(sample))


def _counts(sample: Sample) -> tuple[ArmCount, ...]:
    """The two sides of the look; nobody was assigned to them, so the analyzed are all there are."""
    counts = []
    for name, side in (("tool", sample.tool), ("usual", ~sample.tool)):
        n, clusters = int(side.sum()), len(np.unique(sample.clusters[side]))
        counts.append(ArmCount(name, n, n, clusters, clusters))
    return tuple(counts)
