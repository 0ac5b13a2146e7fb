"""The vectorised simulation against one run at a time, written as plainly as it can be said."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta, norm, triang

from gainline.engine.roadmap.model import Tie
from gainline.engine.roadmap.simulation import Driver, Link, Milestone, RiskNetwork, Shape, Step
from gainline.engine.roadmap.simulation.drawing import draw
from gainline.engine.roadmap.simulation.network import order_of
from gainline.engine.roadmap.simulation.queues import Claim, handovers
from gainline.engine.roadmap.simulation.simulating import run_many

RUNS = 25
HORIZON = 60
SAME = {Shape.TRIANGULAR: 1e-8, Shape.PERT: 5e-3}  # PERT reads a table: 0.00002 of each range, through a chain of steps


def values(shape, three, normals):
    low, likely, high = three
    if low == high:
        return [low] * len(normals)
    mode = (likely - low) / (high - low)
    if shape is Shape.TRIANGULAR:
        return triang.ppf(norm.cdf(normals), mode, loc=low, scale=high - low).tolist()
    return (low + (high - low) * beta.ppf(norm.cdf(normals), 1 + 4 * mode, 5 - 4 * mode)).tolist()


def opening(allowed):
    """`allowed(n)` are the weeks in which a step of n weeks may start; as a table, with a last row of never."""
    table = np.full((HORIZON + 2, HORIZON + 1), np.inf)
    for weeks in range(1, HORIZON + 1):
        for week in range(HORIZON + 1):
            table[weeks - 1, week] = min((w for w in allowed(weeks) if w >= week), default=np.inf)
    return table


def closed_every_ninth(weeks):
    return [w for w in range(HORIZON - weeks + 1) if all(v % 9 for v in range(w, w + weeks))]


def made_up(seed, shape):
    random = np.random.default_rng(seed)
    count = int(random.integers(5, 14))
    steps, links = [], []
    for place in range(count):
        low = int(random.integers(1, 4))
        three = (low, low + int(random.integers(0, 2)), low + int(random.integers(2, 6)))
        steps.append(
            Step(
                f"s{place}",
                tuple(map(float, three)) if random.random() < 0.8 else (float(low),) * 3,
                not_before=float(random.integers(0, 5)),
                cost=(80.0, 100.0, 160.0) if random.random() < 0.5 else (50.0,) * 3,
                weekly=float(random.integers(0, 3)) * 10,
                group=int(random.integers(0, 2)) if random.random() < 0.6 else None,
                opening=0 if random.random() < 0.4 else None,
            )
        )
        for before in {int(b) for b in random.integers(0, place, size=2)} if place else ():
            links.append(Link(before, place, list(Tie)[int(random.integers(0, 4))], float(random.integers(-1, 4))))
    drivers = (
        Driver("d0", 0.4, (0, count - 1), (1.0, 1.3, 2.0), (0.0, 10.0, 40.0), group=1),
        Driver("d1", 0.2, (1, count - 1), (1.1, 1.1, 1.1), (5.0, 5.0, 5.0)),
    )
    last = Milestone("last two", (count - 2, count - 1))
    return RiskNetwork(
        tuple(steps), tuple(links), drivers=drivers, milestones=(last, Milestone("starts", (1, 2), at_start=True)),
        openings=(opening(closed_every_ninth),), correlations=(0.5, 0.2), shape=shape, horizon=float(HORIZON),
    )  # fmt: skip


class Chance:
    """What SciPy's own distributions make of the same draws."""

    def __init__(self, network, draws):
        shape = network.shape
        self.weeks = [values(shape, step.weeks, z) for step, z in zip(network.steps, draws.steps, strict=True)]
        self.costs = [values(shape, step.cost, z) for step, z in zip(network.steps, draws.costs, strict=True)]
        each = list(zip(network.drivers, draws.drivers, draws.factors, draws.extras, strict=True))
        self.happens = [(norm.sf(z) < driver.probability).tolist() for driver, z, _, _ in each]
        self.factors = [values(shape, driver.weeks, z) for driver, _, z, _ in each]
        self.extras = [values(shape, driver.cost, z) for driver, _, _, z in each]


def one_run(network, chance, run, without=None, longer=None):
    """Starts, ends and money of one run; what a step waits for is tried moment by moment."""
    duration = [weeks[run] + (1e-4 if place == longer else 0.0) for place, weeks in enumerate(chance.weeks)]
    cost = sum(costs[run] for costs in chance.costs)
    for place, driver in enumerate(network.drivers):
        if place == without or not chance.happens[place][run]:
            continue
        cost += chance.extras[place][run]
        for touched in driver.steps:
            duration[touched] *= chance.factors[place][run]
    starts, ends = [], []
    for place, step in enumerate(network.steps):  # the made-up networks are numbered in order
        cost += step.weekly * max(0.0, duration[place] - step.weeks[1])
        start = step.not_before
        for link in network.links:
            if link.after == place:
                moment = (ends if link.tie.value[0] == "F" else starts)[link.before] + link.weeks
                start = max(start, moment - (duration[place] if link.tie.value[1] == "F" else 0.0))
        if step.opening is not None:
            start = first_open(start, duration[place])
        starts.append(start)
        ends.append(start + duration[place])
    return starts, ends, cost


def first_open(start, weeks):
    def fits(at):
        touched = range(math.floor(at), math.ceil(at + weeks))
        return all(week % 9 and week < HORIZON for week in touched)

    if math.isinf(start) or fits(start):
        return start
    return next((float(week) for week in range(math.floor(start) + 1, HORIZON) if fits(week)), math.inf)


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("seed", range(8))
def test_every_run_ends_and_costs_what_one_run_at_a_time_says(seed, shape):
    network = made_up(seed, shape)
    if shape is Shape.PERT:  # a hair's difference can miss an open week, so without calendars
        network = replace(network, steps=tuple(replace(step, opening=None) for step in network.steps))
    order = order_of(network)
    many = run_many(network, order, RUNS, np.random.SeedSequence(seed))
    chance = chance_of(network, seed)
    near, money = {"rel": 0, "abs": SAME[shape]}, {"rel": 0, "abs": 100 * SAME[shape]}
    for run in range(RUNS):
        starts, ends, cost = one_run(network, chance, run)
        assert many.finish[run] == pytest.approx(max(ends), **near)
        assert many.cost[run] == pytest.approx(cost, **money)
        assert many.milestones[:, run] == pytest.approx([max(ends[-2:]), max(starts[1:3])], **near)
        for left_out in range(2):
            _, fewer, cheaper = one_run(network, chance, run, without=left_out)
            assert many.without[left_out, 0, run] == pytest.approx(max(fewer), **near)
            assert many.without[left_out, 1, run] == pytest.approx(cheaper, **money)


def chance_of(network, seed):
    return Chance(network, draw(network, RUNS, np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))))


def test_a_step_is_critical_when_a_small_delay_of_it_delays_the_finish():
    """On networks without calendars and own days the chains are exactly the steps without slack."""
    for seed in range(6):
        made = made_up(seed, Shape.TRIANGULAR)
        steps = tuple(Step(s.key, s.weeks, cost=(0.0, 1.0, 2.0)) for s in made.steps)
        network = RiskNetwork(steps, tuple(Link(link.before, link.after) for link in made.links))
        many = run_many(network, order_of(network), RUNS, np.random.SeedSequence(seed))
        chance, chains = chance_of(network, seed), np.zeros(len(steps))
        for run in range(RUNS):
            end = max(one_run(network, chance, run)[1])
            chains += [max(one_run(network, chance, run, longer=p)[1]) > end + 5e-5 for p in range(len(steps))]
        assert many.on_chain.tolist() == chains.tolist()


def test_units_are_never_handed_on_before_they_are_free_and_everybody_gets_theirs():
    random = np.random.default_rng(5)
    for _ in range(60):
        claims = [
            Claim(node, int(random.integers(0, 12)), int(random.integers(1, 5)), int(random.integers(1, 3)))
            for node in range(9)
        ]
        used = [sum(c.amount for c in claims if c.start <= w < c.start + c.weeks) for w in range(20)]
        by_node = {claim.node: claim for claim in claims}
        links = list(handovers(claims, max(used)))
        assert all(by_node[b].start + by_node[b].weeks <= by_node[a].start for b, a in links)
        if max(used) == 2 and all(c.amount == 2 for c in claims):
            assert len(links) == len(claims) - 1
