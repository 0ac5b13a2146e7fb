"""A calibration world, built: what was recorded of it, and the truth beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gainline.engine.worlds.calibration.people import GROUPS, People, build_people
from gainline.engine.worlds.calibration.scores import POINTS, Before, before, points, without_tool
from gainline.engine.worlds.calibration.spec import SD, CalibrationSpec
from gainline.engine.worlds.calibration.use import Use, build_use, share_of_effect
from gainline.engine.worlds.draws import Flags, Floats, logistic, stream


@dataclass(frozen=True, slots=True)
class Truth:
    """What the tool really did to those whom the question is about, on the scores as the test reports them.

    Parameters
    ----------
    effect
        Mean difference of the two potential scores, in points: over everybody where schools were drawn (offering the
        tool), over the users where students chose.
    sd
        SD of the scores without the tool, in points.
    groups
        Key of each group -> the effect on its members; NaN for a group without any.
    gaps
        Key of each group -> the effect on its members minus the effect on the others.
    luck
        By how many points the year's chance alone favored the tool arm. Its mean over worlds is 0 whatever the arms,
        so that it may be taken out of the mean error of many worlds to see a small bias in fewer of them.
    """

    effect: float
    sd: float
    groups: Mapping[str, float]
    gaps: Mapping[str, float]
    luck: float


@dataclass(frozen=True, slots=True)
class Known:
    """One world; arrays have the shape ``(n,)`` and hold joiners too.

    ``there`` says who was there when the arms were known: whom the question is about. ``after`` is the spring score
    as recorded, NaN where it is missing.
    """

    spec: CalibrationSpec
    seed: int
    people: People
    before: Before
    use: Use
    after: Floats
    there: Flags
    truth: Truth


def district(spec: CalibrationSpec, *, seed: int) -> Known:
    """Make a world.

    Worlds of one seed share their people, scores and motivation whatever the spec asks, so that cells are paired.

    Parameters
    ----------
    spec
        What kind of world.
    seed
        Where all its chance comes from.

    Source: our simulation study's process, version 1, with the parts that it lacked.
    """
    people = build_people(spec, seed)
    known = before(spec, people, seed)
    use = build_use(spec, people, known, seed)
    there = ~people.joiner
    about = there & (use.tool | (spec.arms == "schools"))
    base, chance = without_tool(spec, people, seed)
    usual, tool = _potential(spec, people, use, base, about, seed)
    without, with_tool = points(usual, ceiling=spec.ceiling), points(tool, ceiling=spec.ceiling)
    came = np.where(use.tool, tool, usual + _spilled(spec, people, use))
    after = points(came, ceiling=spec.ceiling)
    after = np.where(_absent(spec, use, came, seed), np.nan, after)
    luck = POINTS * float(chance[there & use.tool].mean() - chance[there & ~use.tool].mean())
    truth = _truth(people, with_tool - without, about, sd=float(without[there].std()), luck=luck)
    return Known(spec, seed, people, known, use, after, there, truth)


def _potential(
    spec: CalibrationSpec, people: People, use: Use, base: Floats, about: Flags, seed: int
) -> tuple[Floats, Floats]:
    """Latent spring scores in the usual arm and in the tool arm."""
    usual, tool = share_of_effect(use.if_usual), share_of_effect(use.if_tool)
    if spec.effect == "dosed":
        size = np.where(people.groups["low_income"], 0.25, 0.10) + _spread(spec, people, about, seed)
        return base + size * usual, base + size * tool
    if spec.effect == 0.0 and spec.spread == 0.0:
        return base, base
    more = spec.effect + _spread(spec, people, about, seed)
    reach = float(np.mean((tool - usual)[about]))
    size = SD * more / reach
    # The ceiling takes a little of the effect; the second pass gives it back, so that the truth is what was asked for.
    for _ in range(2):
        low, high = base + size * usual, base + size * tool
        gained = points(high, ceiling=spec.ceiling) - points(low, ceiling=spec.ceiling)
        achieved = float(np.mean(gained[about])) / float(points(base, ceiling=spec.ceiling).std())
        size = size * (spec.effect / achieved if spec.effect else 1.0)
    return base + size * usual, base + size * tool


def _spread(spec: CalibrationSpec, people: People, about: Flags, seed: int) -> Floats:
    """What a student's groups add to the effect, centered on those whom the truth is about."""
    adds = stream(seed, "calibration spread").normal(0.0, 1.0, len(GROUPS)) * spec.spread
    total = np.sum([add * people.groups[key] for add, key in zip(adds, GROUPS, strict=True)], axis=0)
    return np.asarray(total - total[about].mean(), dtype=np.float64)


def _spilled(spec: CalibrationSpec, people: People, use: Use) -> Floats:
    """What users do to classmates who do not use the tool."""
    using = use.minutes.sum(axis=1) > 0
    rooms = len(people.room_school)
    share = np.bincount(people.room, weights=using, minlength=rooms) / np.bincount(people.room, minlength=rooms)
    return np.where(using, 0.0, spec.spillover * share[people.room])


def _absent(spec: CalibrationSpec, use: Use, latent: Floats, seed: int) -> Flags:
    """Who lacks the spring score: somewhat more often those who would have scored low, in both arms alike."""
    rng = stream(seed, "calibration absent")
    rate = np.where(use.tool, spec.missing_after + spec.lost_apart, spec.missing_after)
    standard = (latent - latent.mean()) / latent.std()
    slope = -0.35 if spec.lost_apart == 0.0 else -0.7
    return np.asarray(rng.random(len(latent)) < logistic(np.log(rate / (1.0 - rate)) + slope * standard))


def _truth(people: People, gained: Floats, about: Flags, *, sd: float, luck: float) -> Truth:
    def mean(who: Flags) -> float:
        return float(gained[who].mean()) if who.any() else float("nan")

    groups = {key: mean(about & people.groups[key]) for key in GROUPS}
    gaps = {key: groups[key] - mean(about & ~people.groups[key]) for key in GROUPS}
    return Truth(mean(about), sd, groups, gaps, luck)
