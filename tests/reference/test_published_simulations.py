"""Published worked examples of uncertain networks: textbook PERT, and a lecture's own Monte Carlo."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from gainline.engine.roadmap.simulation import Link, RiskNetwork, Shape, Step, simulate
from gainline.engine.roadmap.simulation.network import order_of
from gainline.engine.roadmap.simulation.simulating import run_many

RUNS = 50_000

# Anderson, Sweeney & Williams, An Introduction to Management Science, the Porta-Vac project: weeks at best, most likely
# and at worst, and what each activity comes after.
PORTA_VAC = {
    "A": (4, 5, 12, ""), "B": (1, 1.5, 5, ""), "C": (2, 3, 4, "A"), "D": (3, 4, 11, "A"), "E": (2, 3, 4, "A"),
    "F": (1.5, 2, 2.5, "C"), "G": (1.5, 3, 4.5, "D"), "H": (2.5, 3.5, 7.5, "BE"), "I": (1.5, 2, 2.5, "H"),
    "J": (1, 2, 3, "FGI"),
}  # fmt: skip
PORTA_VAC_CHAIN = "AEHIJ"

# Taylor, Introduction to Management Science, chapter 8, example problem solution: its critical activities in days.
TAYLOR_CHAIN = {"1": (5, 8, 17, ""), "3": (3, 5, 7, "1"), "5": (4, 6, 8, "3"), "7": (3, 4, 5, "5")}

# Hillier & Lieberman, Introduction to Operations Research, the Reliable Construction Co.: weeks.
RELIABLE = {
    "A": (1, 2, 3, ""), "B": (2, 3.5, 8, "A"), "C": (6, 9, 18, "B"), "D": (4, 5.5, 10, "C"), "E": (1, 4.5, 5, "C"),
    "F": (4, 4, 10, "E"), "G": (5, 6.5, 11, "D"), "H": (5, 8, 17, "EG"), "I": (3, 7.5, 9, "C"), "J": (3, 9, 9, "FI"),
    "K": (4, 4, 4, "J"), "L": (1, 5.5, 7, "J"), "M": (1, 2, 3, "H"), "N": (5, 5.5, 9, "KL"),
}  # fmt: skip
RELIABLE_CHAIN = "ABCEFJLN"


def network(table, shape):
    keys = list(table)
    steps = tuple(Step(key, tuple(map(float, table[key][:3]))) for key in keys)
    links = tuple(Link(keys.index(before), keys.index(key)) for key in keys for before in table[key][3])
    return RiskNetwork(steps, links, shape=shape)


def chain(table, keys):
    return {key: (*table[key][:3], keys[place - 1] if place else "") for place, key in enumerate(keys)}


def finishes(table, shape, runs=RUNS):
    made = network(table, shape)
    return run_many(made, order_of(made), runs, np.random.SeedSequence(3), look_closer=False).finish


def classical(table):
    """Mean and variance as the textbooks reckon them."""
    return (
        sum((a + 4 * m + b) / 6 for a, m, b, _ in table.values()),
        sum(((b - a) / 6) ** 2 for a, _, b, _ in table.values()),
    )


@pytest.mark.parametrize(
    ("table", "mean", "variance", "due", "chance"),
    [
        (chain(PORTA_VAC, PORTA_VAC_CHAIN), 17.0, 2.72, 20, 0.9656),
        (TAYLOR_CHAIN, 24.0, 5.0, 28, 0.9633),
        (chain(RELIABLE, RELIABLE_CHAIN), 44.0, 9.0, 47, 0.8413),
    ],
)
def test_a_simulated_chain_has_the_published_expected_length(table, mean, variance, due, chance):
    length, square = classical(table)
    assert (round(length, 2), round(square, 2)) == (mean, variance)  # the tables are copied rightly
    assert norm.cdf((due - length) / square**0.5) == pytest.approx(chance, abs=0.0012)  # they read z off a printed page
    found = finishes(table, Shape.PERT)
    assert found.mean() == pytest.approx(mean, abs=4 * (variance / RUNS) ** 0.5)
    # (b - a)/6 is the textbooks' standard deviation; that of the beta distribution whose mean they use is a little off
    assert found.var() == pytest.approx(sum(beta_variance(*row[:3]) for row in table.values()), rel=0.02)
    assert np.mean(found <= due) == pytest.approx(chance, abs=0.035)  # the textbooks take the sum for normal


def beta_variance(low, likely, high):
    """The variance of the beta distribution with mean (a + 4m + b)/6 and weight 4."""
    mean = (low + 4 * likely + high) / 6
    return (mean - low) * (high - mean) / 7


def test_a_lecture_s_own_simulation_of_the_porta_vac_chain_is_met():
    """J. Pendergrass, OMIS 352 (2016), slides 8 to 12: the critical path summed over 5,000 runs, in half weeks."""
    found = finishes(chain(PORTA_VAC, PORTA_VAC_CHAIN), Shape.TRIANGULAR)
    assert np.mean(found <= 17) == pytest.approx(0.26, abs=0.025)  # 5,000 runs are sure to 0.012, half weeks to as much
    assert np.quantile(found, 0.85) == pytest.approx(21.0, abs=0.25)  # "21 weeks", in half weeks


def test_the_whole_network_ends_later_than_its_critical_chain():
    """What the textbooks' formula leaves out: other chains may become the longest."""
    for table, keys, due in ((PORTA_VAC, PORTA_VAC_CHAIN, 20), (RELIABLE, RELIABLE_CHAIN, 47)):
        for shape in Shape:
            whole, alone = finishes(table, shape, 40_000), finishes(chain(table, keys), shape, 40_000)
            assert whole.mean() > alone.mean()
            assert np.mean(whole <= due) < np.mean(alone <= due)


def test_the_chance_of_the_reliable_deadline_depends_on_the_shape_that_is_named():
    triangular, pert = (simulate(network(RELIABLE, shape), runs=20_000, seed=2) for shape in Shape)
    assert triangular.shape is Shape.TRIANGULAR
    assert pert.shape is Shape.PERT
    assert triangular.finish.levels[80] > pert.finish.levels[80] + 2
