"""Chance, drawn: durations, costs and risks of many runs at once, in one fixed order, from one seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from gainline.engine.roadmap.simulation.network import Driver, RiskNetwork
from gainline.engine.roadmap.simulation.shapes import Floats, Shape, spread


@dataclass(frozen=True, slots=True)
class Draws:
    """Standard normal values behind some runs; one seed gives the same, step by step.

    Parameters
    ----------
    steps, costs
        Shape (steps, runs): behind durations and behind costs; correlated within groups.
    drivers
        Shape (drivers, runs): whether a risk happens, at the upper end, so that bad luck goes with long durations.
    factors, extras
        Shape (drivers, runs): how much longer, and how much dearer, when it does.
    """

    steps: Floats
    costs: Floats
    drivers: Floats
    factors: Floats
    extras: Floats


def draw(network: RiskNetwork, runs: int, random: np.random.Generator) -> Draws:
    """Draw what lies behind some runs: common factors first, then steps, costs, risks and their sizes.

    Source: one-factor Gaussian copula; the value of a member is √ρ times the group's plus √(1 - ρ) times its own.
    """
    common = random.standard_normal((len(network.correlations), runs))
    steps = random.standard_normal((len(network.steps), runs))
    costs = random.standard_normal((len(network.steps), runs)) if _has_costs(network) else np.empty((0, runs))
    happens, factors, extras = (random.standard_normal((len(network.drivers), runs)) for _ in range(3))
    for place, step in enumerate(network.steps):
        _lean(network, step.group, steps[place], common)
        if len(costs):
            _lean(network, step.group, costs[place], common)
    for place, driver in enumerate(network.drivers):
        _lean(network, driver.group, happens[place], common)
    return Draws(steps, costs, happens, factors, extras)


def _has_costs(network: RiskNetwork) -> bool:
    return any(step.cost[0] != step.cost[2] for step in network.steps)


def _lean(network: RiskNetwork, group: int | None, own: Floats, common: Floats) -> None:
    """Pull a member's values towards its group's, in place."""
    if group is not None:
        rho = network.correlations[group]
        own *= np.sqrt(1.0 - rho)
        own += np.sqrt(rho) * common[group]


def plain_durations(network: RiskNetwork, draws: Draws) -> Floats:
    """Durations without any risk that happens, shape (steps, runs), in weeks."""
    found = np.empty(draws.steps.shape)
    for place, step in enumerate(network.steps):
        found[place] = spread(network.shape, step.weeks, draws.steps[place])
    return found


def plain_costs(network: RiskNetwork, draws: Draws) -> Floats:
    """The sum of the steps' costs, without risks and weeks that are late, shape (runs,)."""
    sure = sum(step.cost[0] for step in network.steps if step.cost[0] == step.cost[2])
    total = np.full(draws.steps.shape[1], float(sure))
    for place, step in enumerate(network.steps):
        if step.cost[0] != step.cost[2]:
            total += spread(network.shape, step.cost, draws.costs[place])
    return total


@dataclass(frozen=True, slots=True)
class Happening:
    """What one driver does in every run, shape (runs,): the factor on its steps' durations, and money."""

    factor: Floats
    cost: Floats
    share: float


def happening(driver: Driver, shape: Shape, draws: Draws, place: int) -> Happening:
    """What a driver does: nothing in the runs in which it does not happen."""
    happens = draws.drivers[place] > -ndtri(driver.probability)
    factor = np.where(happens, spread(shape, driver.weeks, draws.factors[place]), 1.0)
    cost = np.where(happens, spread(shape, driver.cost, draws.extras[place]), 0.0)
    return Happening(factor, cost, float(happens.mean()))
