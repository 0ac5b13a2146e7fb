"""The solver: the best plan of dates that keeps every rule, with proof or with the gap that is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from ortools import __version__ as ortools_version
from ortools.sat.python import cp_model

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.greedy import first_plan
from gainline.engine.roadmap.modeling import Model, build
from gainline.engine.roadmap.network import Network
from gainline.engine.roadmap.reach import reach
from gainline.engine.roadmap.relaxing import relax


class Stage(StrEnum):
    """What a plan is made good at, in this order; a later stage never gives up what an earlier one reached."""

    FIRST = "first plan"
    FINISH = "finish"
    EARLY = "early"


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard and how repeatably the solver tries.

    Parameters
    ----------
    seed
        Same network, seed, effort and version give the same plan, on any machine, while `workers` is 1.
    work
        Per stage, in the solver's own deterministic units; one took about five to ten seconds
        of a core on made-up roadmaps of 1,440 and 2,400 activities.
    workers
        Threads; with more than one the plan may differ between runs.
    """

    seed: int = 1
    work: float = 2.0
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """What one stage has reached: the value (weeks), what no plan can go below, and whether the two have met."""

    stage: Stage
    value: int
    bound: int
    proved: bool

    @property
    def gap(self) -> float:
        """By which share of the value a better plan could be better at most."""
        return (self.value - self.bound) / self.value if self.value else 0.0


@dataclass(frozen=True, slots=True)
class Solution:
    """Starts by node, shape (nodes,), and what each stage reached; `version` is the solver's."""

    starts: tuple[int, ...]
    stages: tuple[Found, ...]
    effort: Effort
    version: str


Listener = Callable[[Found], None]


def unheard(found: Found) -> None:
    """Take what was found and say nothing."""


def solve_network(network: Network, effort: Effort, on_found: Listener = unheard) -> Solution | Refusal:
    """The starts with the earliest finish, and among those the earliest weighted go-lives.

    A simple serial plan comes first and at once; the solver starts from it. `on_found` hears of every better plan.

    Refuses
    -------
    RM020 no plan keeps every rule, said only when two differently configured runs proved it;
    RM021 none was found within the effort.
    """
    if reach(network).lost:
        return _impossible()
    first = first_plan(network)
    if first is not None and not all(_is_balanced(network, first)):
        first = None
    if first is not None:
        on_found(Found(Stage.FIRST, network.finish(first), 0, proved=False))
    finish = _finish(network, first, effort, on_found)
    if isinstance(finish, Refusal):
        return finish
    starts, found = finish
    if not network.wishes:
        return Solution(starts, (found,), effort, ortools_version)
    known = [plan for plan in (first, starts) if plan is not None and network.finish(plan) <= found.value]
    early = _early(network, found.value, min(known, key=network.wish), (effort, on_found))
    return Solution(early[0], (found, early[1]), effort, ortools_version)


def _finish(
    network: Network, first: tuple[int, ...] | None, effort: Effort, on_found: Listener
) -> tuple[tuple[int, ...], Found] | Refusal:
    """The earliest finish: searched below the first plan's, and from it where a rollout has wishes.

    On bare networks the hint narrows the search: on 20 instances of PSPLIB's j30 the mean gap was 0.12 % with it and
    0.04 % without, as for plain CP-SAT.
    """
    model = build(network)
    if first is None:
        return _run(model, Task(Stage.FINISH, effort.work, None), effort, on_found)
    known = Found(Stage.FINISH, network.finish(first), model.soonest, proved=network.finish(first) == model.soonest)
    if known.proved:
        return first, known
    model.cap_finish(known.value)
    found = _run(model, Task(Stage.FINISH, effort.work, first if network.wishes else None), effort, on_found)
    return (first, known) if isinstance(found, Refusal) else found


@dataclass(frozen=True, slots=True)
class Task:
    """One run: its stage, its share of the effort, where to begin, and what no plan goes below.

    A run is `partial` when it looks at some plans only: what it proves is then no bound for all.
    """

    stage: Stage
    work: float
    hint: tuple[int, ...] | None
    floor: int = 0
    partial: bool = False


def _early(
    network: Network, finish: int, best: tuple[int, ...], how: tuple[Effort, Listener]
) -> tuple[tuple[int, ...], Found]:
    """Early go-lives: the waves' dates from the relaxation first, then everything from the best plan so far."""
    effort, on_found = how
    relaxed = relax(network, finish)
    floor = relaxed.bound if relaxed else 0
    if relaxed and relaxed.dates and network.wish(best) > floor:
        fixed = _aimed(network, finish)
        for node, week in relaxed.dates.items():
            fixed.proto.add(fixed.starts[node] == week)
        within = _run(fixed, Task(Stage.EARLY, effort.work / 4, None, floor, partial=True), effort, on_found)
        if not isinstance(within, Refusal) and network.wish(within[0]) < network.wish(best):
            best = within[0]
    found = Found(Stage.EARLY, network.wish(best), floor, proved=False)
    last = _run(_aimed(network, finish), Task(Stage.EARLY, effort.work, best, floor), effort, on_found)
    if isinstance(last, Refusal) or (last[1].value > found.value and not last[1].proved):
        return best, found
    return last


def _aimed(network: Network, finish: int) -> Model:
    model = build(network)
    model.cap_finish(finish)
    return model


def _run(model: Model, task: Task, effort: Effort, on_found: Listener) -> tuple[tuple[int, ...], Found] | Refusal:
    stage = task.stage
    model.aim_at_finish() if stage is Stage.FINISH else model.aim_at_wishes()
    model.hint(task.hint)
    solver = _solver(replace(effort, work=task.work))
    status = solver.solve(model.proto, _Teller(task, on_found))
    if status in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        starts = tuple(int(solver.value(start)) for start in model.starts)
        value, bound = round(solver.objective_value), round(solver.best_objective_bound)
        return starts, Found(stage, value, max(bound, task.floor), proved=status == cp_model.OPTIMAL)
    if stage is Stage.FINISH and status == cp_model.INFEASIBLE and _proved_again(model, effort):
        return _impossible()
    return Refusal("RM021", "no plan was found within the effort", "give more effort, or ease what is tightest")


def _proved_again(model: Model, effort: Effort) -> bool:
    """Whether another search, from another seed and with another relaxation, comes to the same end.

    Parallel solvers have been wrong about this (google/or-tools #5141, #5295), and people act on it.
    """
    solver = _solver(Effort(effort.seed + 1, effort.work))
    solver.parameters.linearization_level = 0
    solver.parameters.symmetry_level = 0
    model.hint(None)
    return bool(solver.solve(model.proto) == cp_model.INFEASIBLE)


def _impossible() -> Refusal:
    return Refusal(
        "RM020", "no plan keeps every rule at once", "ease a date, a budget, a resource or a rule, then solve again"
    )


def _is_balanced(network: Network, starts: tuple[int, ...]) -> list[bool]:
    return [sum(w * starts[node] for node, w in balance.weights) <= balance.limit for balance in network.balances]


def _solver(effort: Effort) -> Any:  # noqa: ANN401 - OR-Tools ships no types
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = effort.seed
    solver.parameters.num_workers = effort.workers
    solver.parameters.max_deterministic_time = effort.work
    return solver


class _Teller(cp_model.CpSolverSolutionCallback):
    """Hands every better plan on to whoever listens."""

    def __init__(self, task: Task, on_found: Listener) -> None:
        super().__init__()
        self.task, self.on_found = task, on_found

    def on_solution_callback(self) -> None:
        """Called by the solver with each plan that is better than the last."""
        value, bound = round(self.objective_value), self.task.floor
        if not self.task.partial:
            bound = max(bound, round(self.best_objective_bound))
        self.on_found(Found(self.task.stage, value, bound, proved=False))  # proved is for the end of the run to say
