"""What the relaxation says that no plan goes below, against plans that are proved best."""

from __future__ import annotations

from builders.random_roadmaps import random_roadmap
from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.compiling import compile_network
from gainline.engine.roadmap.relaxing import relax
from gainline.engine.roadmap.relaxing.alike import alike
from gainline.engine.roadmap.solving import Effort, solve_network
from gainline.engine.worlds.roadmaps import made_up_roadmap


def test_no_plan_that_is_proved_best_goes_below_the_bound():
    compared = 0
    for seed in range(300, 308):
        network = compile_network(random_roadmap(seed))
        solution = solve_network(network, Effort(work=0.05))
        if isinstance(solution, Refusal) or not solution.stages[1].proved:
            continue
        finish, early = solution.stages
        relaxed = relax(network, finish.value)
        assert relaxed is None or relaxed.bound <= early.value
        compared += relaxed is not None
    assert compared > 3


def test_schools_of_a_wave_with_the_same_needs_are_one_class():
    network = compile_network(made_up_roadmap(schools=60, tools=1, seed=1))
    classes = alike(network)
    assert len(set(classes)) == 5 * (2 * 8 + 1), "per wave: its date, and eight steps of high-need and other schools"
    for tie in network.distances[:50]:
        assert classes[tie.before] != classes[tie.after]


def test_the_relaxation_of_a_rollout_in_waves_is_close_to_the_best_plan():
    network = compile_network(made_up_roadmap(schools=10, tools=2, seed=4))
    solution = solve_network(network, Effort(work=0.2))
    finish, early = solution.stages
    assert (early.value - relax(network, finish.value).bound) / early.value < 0.03
