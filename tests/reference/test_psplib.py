"""Published scheduling instances: known optima are reached, infeasible ones are recognized.

Source: PSPLIB (Kolisch & Sprecher 1997, EJOR 96) with the bounds of September 2024; UBO10 (Franck, Neumann & Schwindt).
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from gainline.engine.roadmap.solving import Effort, solve_network
from shared_data import shared

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "roadmap.py"


def reader():
    spec = importlib.util.spec_from_file_location("roadmap_benchmark", BENCHMARK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "optimum"), [("j30/j3010_2.sm", 56), ("j30/j3017_7.sm", 57)])
def test_a_published_optimum_is_reached_and_proved(name, optimum):
    network = reader().read_sm(shared(f"psplib/{name}"))
    solution = solve_network(network, Effort(work=0.5))
    assert (solution.stages[0].value, solution.stages[0].proved) == (optimum, True)
    assert reader().is_kept(network, solution.starts)


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "optimum"), [("psp2.sch", 45), ("psp3.sch", 41)])
def test_a_published_optimum_with_maximum_lags_is_reached_and_proved(name, optimum):
    network = reader().read_sch(shared(f"psplib/rcpsp_max_ubo10/{name}"))
    solution = solve_network(network, Effort(work=0.5))
    assert (solution.stages[0].value, solution.stages[0].proved) == (optimum, True)
    assert reader().is_kept(network, solution.starts)


@pytest.mark.shared_data
def test_what_is_published_as_infeasible_is_refused():
    network = reader().read_sch(shared("psplib/rcpsp_max_ubo10/psp1.sch"))
    assert solve_network(network, Effort(work=0.5)).code == "RM020"
