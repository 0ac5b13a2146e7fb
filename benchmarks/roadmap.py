"""Published scheduling instances and made-up roadmaps, dated by our solver, plain CP-SAT and PyJobShop.

Run it with: python benchmarks/roadmap.py [FOLDER with j30, j60, j120, rcpsp_max_ubo10, best_known.csv] [--work 2]
Every set of starts is checked here by counting units per day. Times are seconds of the processor; all solvers get one
worker and the same effort in the solver's deterministic units, so that a busy machine changes no answer.
"""

from __future__ import annotations

import argparse
import csv
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from ortools.sat.python import cp_model

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.compiling import compile_network
from gainline.engine.roadmap.greedy import first_plan
from gainline.engine.roadmap.network import Distance, Network, Pool, Use
from gainline.engine.roadmap.solving import Effort, solve_network
from gainline.engine.worlds.roadmaps import made_up_roadmap

Answer = tuple[int | None, bool, tuple[int, ...] | None]  # makespan, proved, starts
SIZES = ((60, 1), (60, 2), (60, 3), (60, 5))


def read_sm(path: Path) -> Network:
    """A single-mode instance of PSPLIB."""
    text = path.read_text(encoding="ascii", errors="replace")
    after = re.search(r"PRECEDENCE RELATIONS:\n.*\n((?:[ \d]+\n)+)", text)
    asked = re.search(r"REQUESTS/DURATIONS:\n.*\n-+\n((?:[ \d]+\n)+)", text)
    there = re.search(r"RESOURCEAVAILABILITIES:\n.*\n([ \d]+)\n", text)
    if not (after and asked and there):
        raise ValueError(f"{path.name} is no single-mode instance")
    jobs = [[int(word) for word in line.split()] for line in asked[1].splitlines()]
    weeks = [job[2] for job in jobs]
    ties = []
    for line in after[1].splitlines():
        job, _, _, *later = (int(word) for word in line.split())
        ties += [Distance(job - 1, other - 1, weeks[job - 1]) for other in later]
    return _network(weeks, [job[3:] for job in jobs], [int(w) for w in there[1].split()], ties, sum(weeks))


def read_sch(path: Path) -> Network:
    """An instance of ProGen/max: successors with least distances between starts, negative ones bound from above."""
    lines = path.read_text(encoding="ascii").splitlines()
    count = int(lines[0].split()[0]) + 2
    ties = []
    for line in lines[1 : count + 1]:
        words = line.replace("[", " ").replace("]", " ").split()
        job, many = int(words[0]), int(words[2])
        later, lags = words[3 : 3 + many], words[3 + many :]
        ties += [Distance(job, int(other), int(lag)) for other, lag in zip(later, lags, strict=True)]
    jobs = [[int(word) for word in line.split()] for line in lines[count + 1 : 2 * count + 1]]
    weeks = [job[2] for job in jobs]
    horizon = sum(max([weeks[n], *(t.weeks for t in ties if t.before == n)]) for n in range(count)) + 1
    units = [int(word) for word in lines[2 * count + 1].split()]
    return _network(weeks, [job[3:] for job in jobs], units, ties, horizon)


def _network(weeks: list[int], asked: list[list[int]], units: list[int], ties: list[Distance], horizon: int) -> Network:
    pools = []
    for number, there in enumerate(units):
        uses = tuple(Use(n, weeks[n], job[number]) for n, job in enumerate(asked) if job[number] and weeks[n])
        pools.append(Pool(f"R{number + 1}", (there,) * horizon, uses))
    starts = tuple(((0, horizon - w),) for w in weeks)
    return Network(tuple(map(str, range(len(weeks)))), tuple(weeks), starts, horizon, tuple(ties), tuple(pools))


def ours(network: Network, limit: float) -> Answer:
    """Our solver: first plan, then CP-SAT from it. `limit` is in its deterministic units."""
    solution = solve_network(network, Effort(work=limit))
    if isinstance(solution, Refusal):
        return None, solution.code == "RM020", None
    return solution.stages[0].value, solution.stages[0].proved, solution.starts


def plain(network: Network, limit: float) -> Answer:
    """The textbook model without bounds of ours and without a first plan, with the same effort and one worker."""
    model = cp_model.CpModel()
    starts = [model.new_int_var(0, network.horizon, "") for _ in network.names]
    finish = model.new_int_var(0, network.horizon, "")
    for start, weeks in zip(starts, network.weeks, strict=True):
        model.add(finish >= start + weeks)
    for tie in network.distances:
        model.add(starts[tie.after] >= starts[tie.before] + tie.weeks)
    for pool in network.pools:
        spans = [model.new_fixed_size_interval_var(starts[u.node], u.weeks, "") for u in pool.uses]
        model.add_cumulative(spans, [u.amount for u in pool.uses], max(pool.capacity))
    model.minimize(finish)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.random_seed = 1, 1
    solver.parameters.max_deterministic_time = limit
    status = solver.solve(model)
    if status in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        found = tuple(int(solver.value(start)) for start in starts)
        return round(solver.objective_value), status == cp_model.OPTIMAL, found
    return None, status == cp_model.INFEASIBLE, None


def pyjobshop(network: Network, limit: float) -> Answer:
    """PyJobShop with OR-Tools below, one worker and the same effort; its tasks and modes are our nodes."""
    from pyjobshop import Model  # type: ignore[import-not-found]  # only where it is installed

    model = Model()
    tasks = [model.add_task(latest_end=network.horizon) for _ in network.names]
    machines = [model.add_renewable(capacity=max(pool.capacity)) for pool in network.pools]
    for node, task in enumerate(tasks):
        held = [
            (m, u.amount) for m, pool in zip(machines, network.pools, strict=True) for u in pool.uses if u.node == node
        ]
        model.add_mode(task, [m for m, _ in held], network.weeks[node], demands=[amount for _, amount in held])
    for tie in network.distances:
        model.add_start_before_start(tasks[tie.before], tasks[tie.after], delay=tie.weeks)
    model.set_objective(weight_makespan=1)
    found = model.solve(display=False, num_workers=1, max_deterministic_time=limit, random_seed=1)
    status = found.status.value
    if status.lower() not in {"optimal", "feasible"}:
        return None, status.lower() == "infeasible", None
    return round(found.objective), status.lower() == "optimal", tuple(task.start for task in found.best.tasks)


def is_kept(network: Network, starts: tuple[int, ...]) -> bool:
    """Count it all again: distances, and units per day."""
    if any(starts[tie.after] - starts[tie.before] < tie.weeks for tie in network.distances):
        return False
    for pool in network.pools:
        for day, there in enumerate(pool.capacity):
            if sum(u.amount for u in pool.uses if starts[u.node] <= day < starts[u.node] + u.weeks) > there:
                return False
    return True


def instances(folder: Path) -> Iterator[tuple[str, str, Network, int | None, int | None]]:
    """Set, name, network, and the published bounds; no bounds for what is proved infeasible."""
    with (folder / "best_known.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            name = row["instance"]
            low, high = int(row["lower_bound_2024"]), int(row["upper_bound_2024"])
            yield row["set"], name, read_sm(folder / row["set"] / name), low, high
    with (folder / "rcpsp_max_ubo10" / "optimum.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            best = None if row["optimum"] == "unsat" else int(row["optimum"])
            network = read_sch(folder / "rcpsp_max_ubo10" / row["instance"])
            yield "ubo10", row["instance"], network, best, best


def published(folder: Path, limit: float) -> None:
    """Share proved, gap to the best known, time, and disagreements with published bounds, per set and solver."""
    solvers: dict[str, Callable[[Network, float], Answer]] = {"gainline": ours, "plain CP-SAT": plain}
    if find_spec("pyjobshop"):
        solvers["PyJobShop"] = pyjobshop
    else:
        print("PyJobShop is not beside: it is not installed here (pip install pyjobshop).")
    rows: dict[tuple[str, str], list[tuple[bool, float, float, bool]]] = {}
    for family, name, network, low, high in instances(folder):
        for title, solve in solvers.items():
            begun = time.process_time()
            value, proved, starts = solve(network, limit)
            taken = time.process_time() - begun
            kept = starts is None or is_kept(network, starts)
            wrong = not kept or _disagrees(value, proved, low, high)
            gap = 0.0 if value is None or high is None else value / high - 1
            rows.setdefault((family, title), []).append((proved, gap, taken, wrong))
            if wrong:
                print(f"DISAGREES: {family} {name} {title}: {value}, published {low}..{high}")
    print("| set | solver | proved | mean gap to best known | CPU s, median | CPU s, all | disagreements |")
    print("|---|---|---|---|---|---|---|")
    for (family, title), found in rows.items():
        best, many = sum(row[0] for row in found), len(found)
        gap, times = sum(row[1] for row in found) / many, [row[2] for row in found]
        odd = sum(row[3] for row in found)
        cells = (family, title, f"{best}/{many}", f"{gap:.2%}", f"{median(times):.2f}", f"{sum(times):.1f}", odd)
        print("| " + " | ".join(map(str, cells)) + " |")


def _disagrees(value: int | None, proved: bool, low: int | None, high: int | None) -> bool:
    if low is None or high is None:
        return value is not None
    if value is None:
        return proved
    return value < low or (proved and value > high)


def made_up(limit: float) -> None:
    """Roadmaps of growing size: first plan, proof of the finish, and the gap of the early go-lives."""
    print("\n| schools, tools | activities | first plan, CPU s | finish, weeks | proved | gap of go-lives | CPU s |")
    print("|---|---|---|---|---|---|---|")
    for schools, tools in SIZES:
        network = compile_network(made_up_roadmap(schools=schools, tools=tools, seed=1))
        begun = time.process_time()
        first_plan(network)
        first = time.process_time() - begun
        finish = solve_network(replace(network, wishes=None), Effort(work=limit))
        to_finish = time.process_time() - begun - first
        whole = solve_network(network, Effort(work=limit))
        taken = time.process_time() - begun - first - to_finish
        if isinstance(finish, Refusal) or isinstance(whole, Refusal):
            print(f"| {schools}, {tools} | refused |")
            continue
        done, early = whole.stages
        proof = f"{to_finish:.1f} s" if done.proved else f"no, from {done.bound}"
        cells = (f"{schools}, {tools}", 8 * schools * tools, f"{first:.2f}", done.value, proof, f"{early.gap:.1%}")
        print("| " + " | ".join(map(str, cells)) + f" | {taken:.1f} |")


def main() -> None:
    """Print both tables."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", nargs="?", type=Path)
    words.add_argument("--work", type=float, default=2.0, help="effort per stage, deterministic units")
    given = words.parse_args()
    if given.folder:
        published(given.folder, given.work)
    made_up(given.work)


if __name__ == "__main__":
    main()
