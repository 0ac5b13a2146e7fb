"""Whether a roadmap can be kept at all: yes, no, or not known within the effort; and the second proof of a no."""

from __future__ import annotations

from ortools.sat.python import cp_model

from gainline.engine.roadmap.compiling import compile_network
from gainline.engine.roadmap.greedy import first_plan
from gainline.engine.roadmap.model import Roadmap
from gainline.engine.roadmap.modeling import build
from gainline.engine.roadmap.network import Network
from gainline.engine.roadmap.reach import reach

WORK = 1.0  # deterministic units for one question


def can_be_kept(roadmap: Roadmap, *, work: float = WORK) -> bool | None:
    """Tell whether some plan keeps every rule; None when the effort did not tell."""
    network = compile_network(roadmap)
    if reach(network).lost:
        return False
    first = first_plan(network)
    if first is not None and all(_balances(network, first)):
        return True
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.random_seed = 1, 1
    solver.parameters.max_deterministic_time = work
    status = solver.solve(build(network).proto)
    if status in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return True
    return False if status == cp_model.INFEASIBLE else None


def _balances(network: Network, starts: tuple[int, ...]) -> list[bool]:
    return [sum(w * starts[node] for node, w in balance.weights) <= balance.limit for balance in network.balances]


def is_proved_again(roadmap: Roadmap, *, work: float = 4 * WORK) -> bool:
    """Tell whether a differently configured solver, without our bounds, also proves that no plan keeps every rule.

    One worker, presolve on, another seed, a fuller linear relaxation, no symmetries and no bounds computed by us:
    parallel solvers have been wrong about this (google/or-tools #5141, #5295), and people act on it. An activity to
    which the calendar opens no week at all needs no solver.
    """
    network = compile_network(roadmap)
    if not all(network.starts):
        return True
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers, parameters.random_seed, parameters.cp_model_presolve = 1, 2, True
    parameters.linearization_level, parameters.symmetry_level = 2, 0
    parameters.max_deterministic_time = work
    return bool(solver.solve(build(network, is_bounded=False).proto) == cp_model.INFEASIBLE)
