"""Monte Carlo over a network: block by block of runs, so that any number of runs fits into memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.simulation.drawing import (
    Draws,
    Happening,
    draw,
    happening,
    plain_costs,
    plain_durations,
)
from gainline.engine.roadmap.simulation.network import Milestone, RiskNetwork, order_of
from gainline.engine.roadmap.simulation.passing import Passed, broken, critical, go_through
from gainline.engine.roadmap.simulation.results import (
    NEAR,
    Broken,
    Saving,
    Simulated,
    Watched,
    Weight,
    level_of,
    spread_of,
)
from gainline.engine.roadmap.simulation.shapes import Floats

BLOCK = 2_500  # runs at once; part of what a seed stands for
QUARTER = 0.6744897501960817  # a quarter of the bell lies beyond this many standard deviations
LEAST_RUNS = 100
P80 = 80


@dataclass(frozen=True)
class Runs:
    """What is kept of every run.

    Parameters
    ----------
    finish, cost
        Shape (runs,).
    milestones
        Shape (milestones, runs).
    without
        Finish and cost had the driver not been, shape (drivers, 2, runs).
    happened
        Share of runs by driver.
    on_chain
        By step, runs in which it set the finish, shape (steps,).
    broken
        By limit, runs that do not keep it, shape (limits,).
    tails
        By step, sum of capped finishes and count of runs in its lowest and in its highest quarter, shape (steps, 4).
    """

    finish: Floats
    cost: Floats
    milestones: Floats
    without: Floats
    happened: Floats
    on_chain: NDArray[np.int64]
    tails: Floats
    broken: NDArray[np.int64]


@dataclass(frozen=True)
class _Block:
    """One block of runs before anything is summed."""

    passed: Passed
    cost: Floats
    draws: Draws
    without: list[tuple[Floats, Floats]] = field(default_factory=list)
    happened: list[float] = field(default_factory=list)


def simulate(network: RiskNetwork, *, runs: int = 10_000, seed: int = 1) -> Simulated | Refusal:
    """How likely the plan is kept, and what would have to be added so that it is kept more often.

    Parameters
    ----------
    runs
        At least 100; with 10,000 the P80 of a thousand steps is sure to about half a percent.
    seed
        The same network, runs and seed give the same figures.

    Refuses
    -------
    RM061 links run in a circle; RM062 nothing in the network is uncertain.
    """
    if runs < LEAST_RUNS:
        raise ValueError(f"{runs} runs say nothing about one in ten; ask for {LEAST_RUNS} at least")
    order = order_of(network)
    if isinstance(order, Refusal):
        return order
    if not _is_uncertain(network):
        says = "every duration and cost is one number and no risk may happen"
        return Refusal("RM062", says, "write weeks = [at best, most likely, at worst], or add [[uncertainty.drivers]]")
    planned = as_planned(network, order)
    many = run_many(network, order, runs, np.random.SeedSequence(seed))
    fresh = run_many(network, order, runs, np.random.SeedSequence(seed, spawn_key=(1,)), look_closer=False)
    return _answer(network, planned, many, fresh, seed)


def _is_uncertain(network: RiskNetwork) -> bool:
    return bool(network.drivers) or any(
        three[0] != three[2] for step in network.steps for three in (step.weeks, step.cost)
    )


def as_planned(network: RiskNetwork, order: Sequence[int]) -> Passed:
    """The one pass in which everything takes what is most likely and no risk happens; shapes (steps, 1)."""
    return go_through(network, order, np.array([[step.weeks[1]] for step in network.steps]))


def run_many(
    network: RiskNetwork,
    order: Sequence[int],
    runs: int,
    seed: np.random.SeedSequence,
    *,
    look_closer: bool = True,
) -> Runs:
    """All runs; `look_closer` also counts chains and tails, and goes through the network once more per driver."""
    random = np.random.Generator(np.random.PCG64(seed))
    sizes = [min(BLOCK, runs - first) for first in range(0, runs, BLOCK)]
    kept = []
    for size in sizes:
        block = _run(network, order, draw(network, size, random), look_closer=look_closer)
        kept.append(_summed(network, order, block, look_closer=look_closer))
    return Runs(
        finish=np.concatenate([part.finish for part in kept]),
        cost=np.concatenate([part.cost for part in kept]),
        milestones=np.concatenate([part.milestones for part in kept], axis=1),
        without=np.concatenate([part.without for part in kept], axis=2),
        happened=np.average([part.happened for part in kept], axis=0, weights=sizes),
        on_chain=np.sum([part.on_chain for part in kept], axis=0),
        tails=np.sum([part.tails for part in kept], axis=0),
        broken=np.sum([part.broken for part in kept], axis=0),
    )


def _run(network: RiskNetwork, order: Sequence[int], draws: Draws, *, look_closer: bool) -> _Block:
    plain, costs = plain_durations(network, draws), plain_costs(network, draws)
    happenings = [happening(driver, network.shape, draws, place) for place, driver in enumerate(network.drivers)]
    passed = go_through(network, order, _durations(network, plain, happenings))
    block = _Block(passed, _costs(network, costs, passed, happenings), draws)
    for left_out, one in enumerate(happenings):
        block.happened.append(one.share)
        if not look_closer:
            continue
        others = [Happening(np.ones_like(h.factor), np.zeros_like(h.cost), 0.0) if place == left_out else h
                  for place, h in enumerate(happenings)]  # fmt: skip
        without = go_through(network, order, _durations(network, plain, others))
        block.without.append((without.finish, _costs(network, costs, without, others)))
    return block


def _durations(network: RiskNetwork, plain: Floats, happenings: Sequence[Happening]) -> Floats:
    found = plain.copy()
    for driver, happens in zip(network.drivers, happenings, strict=True):
        for place in driver.steps:
            found[place] *= happens.factor
    return found


def _costs(network: RiskNetwork, plain: Floats, passed: Passed, happenings: Sequence[Happening]) -> Floats:
    total = plain.copy()
    for happens in happenings:
        total += happens.cost
    for place, step in enumerate(network.steps):
        if step.weekly:
            total += step.weekly * np.maximum(passed.durations[place] - step.weeks[1], 0.0)
    return total


def _summed(network: RiskNetwork, order: Sequence[int], block: _Block, *, look_closer: bool) -> Runs:
    passed, count = block.passed, len(network.steps)
    finish = passed.finish
    chain = critical(network, order, passed).sum(axis=1) if look_closer else np.zeros(count, dtype=np.int64)
    return Runs(
        finish=finish,
        cost=block.cost,
        milestones=_times(network.milestones, passed),
        without=np.array(block.without).reshape(len(block.without), 2, len(finish)),
        happened=np.array(block.happened),
        on_chain=chain,
        tails=_tails(block.draws.steps, np.minimum(finish, network.horizon)) if look_closer else np.zeros((count, 4)),
        broken=np.array([broken(limit, passed).sum() for limit in network.limits], dtype=np.int64),
    )


def _times(milestones: Sequence[Milestone], passed: Passed) -> Floats:
    found = np.empty((len(milestones), passed.starts.shape[1]))
    for place, milestone in enumerate(milestones):
        times = passed.starts if milestone.at_start else passed.ends
        found[place] = times[list(milestone.steps)].max(axis=0)
    return found


def _tails(normals: Floats, finish: Floats) -> Floats:
    """Per step: sum and count of finishes where it took least, then where it took longest."""
    found = np.empty((len(normals), 4))
    for place, own in enumerate(normals):
        least, most = own <= -QUARTER, own >= QUARTER
        found[place] = finish[least].sum(), least.sum(), finish[most].sum(), most.sum()
    return found


def _answer(network: RiskNetwork, planned: Passed, many: Runs, fresh: Runs, seed: int) -> Simulated:
    base = float(planned.finish[0]), sum(step.cost[1] for step in network.steps)
    finish, cost = spread_of(many.finish, base[0]), spread_of(many.cost, base[1])
    both = (many.finish <= base[0] + NEAR) & (many.cost <= base[1] + NEAR)
    p80 = (many.finish <= finish.levels[P80]) & (many.cost <= cost.levels[P80])
    return Simulated(
        shape=network.shape,
        runs=len(many.finish),
        seed=seed,
        finish=finish,
        cost=cost,
        joint=float(both.mean()),
        joint_p80=float(p80.mean()),
        held=(
            float(np.mean(fresh.finish <= base[0] + finish.contingency(P80) + NEAR)),
            float(np.mean(fresh.cost <= base[1] + cost.contingency(P80) + NEAR)),
        ),
        outlast=float(np.mean(many.finish > network.horizon + NEAR)),
        milestones=tuple(_watched(network, planned, many)),
        weights=tuple(_weights(network, many)),
        savings=tuple(_savings(network, many)),
        broken=tuple(_broken(network, many)),
    )


def _watched(network: RiskNetwork, planned: Passed, many: Runs) -> list[Watched]:
    times = _times(network.milestones, planned)[:, 0]
    found = []
    for milestone, values, plan in zip(network.milestones, many.milestones, times, strict=True):
        due = milestone.due
        in_time = None if due is None else float(np.mean(values <= due + NEAR))
        found.append(Watched(milestone.key, spread_of(values, float(plan)), in_time))
    return found


def _weights(network: RiskNetwork, many: Runs) -> list[Weight]:
    found = []
    for step, chain, (least, few, most, often) in zip(network.steps, many.on_chain, many.tails, strict=True):
        varies = step.weeks[0] != step.weeks[2] and few and often
        swing = float(most / often - least / few) if varies else 0.0
        found.append(Weight(step.key, float(chain) / len(many.finish), swing))
    return found


def _broken(network: RiskNetwork, many: Runs) -> list[Broken]:
    found = []
    for limit, count in zip(network.limits, many.broken, strict=True):
        before, after = network.steps[limit.before].key, network.steps[limit.after].key
        found.append(Broken(before, after, float(count) / len(many.finish)))
    return found


def _savings(network: RiskNetwork, many: Runs) -> list[Saving]:
    """By how much each P80 falls when one driver is taken out and all else stays as drawn."""
    finish, cost = (level_of(np.sort(values), P80 / 100) for values in (many.finish, many.cost))
    found = []
    for driver, happened, (other_finish, other_cost) in zip(network.drivers, many.happened, many.without, strict=True):
        weeks = finish - level_of(np.sort(other_finish), P80 / 100)
        money = cost - level_of(np.sort(other_cost), P80 / 100)
        found.append(Saving(driver.key, float(happened), 0.0 if math.isnan(weeks) else weeks, money))
    return found
