"""Roadmaps without a plan explained, and plans made anew after shocks beside a fresh optimum.

Run it with: python benchmarks/roadmap_changes.py [--seeds 3] [--work 2]
Every explanation is held against the rules that were planted, every concession is dated anew and checked, and every
new plan is checked by the independent checker. Times are seconds of the processor.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from statistics import median

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap import Effort, Plan, Roadmap, check_plan, plan_dates
from gainline.engine.roadmap.explaining import explain
from gainline.engine.roadmap.replanning import replan
from gainline.engine.roadmap.replanning.changing import PEOPLE_FACING
from gainline.engine.worlds.roadmaps import made_up_roadmap
from gainline.engine.worlds.stuck_roadmaps import STUCK, stuck_roadmap


def explained(seeds: int) -> None:
    """Share of planted conflicts that are named exactly, and how many concessions hold."""
    print("| planted | named exactly | proved twice | concessions that hold | CPU s, median |")
    print("|---|---|---|---|---|")
    right = 0
    for kind in STUCK:
        exact, twice, held, asked, times = 0, 0, 0, 0, []
        for seed in range(1, seeds + 1):
            planted, begun = stuck_roadmap(kind, seed=seed), time.process_time()
            found = explain(planted.roadmap)
            times.append(time.process_time() - begun)
            if isinstance(found, Refusal):
                continue
            exact += {rule.key for rule in found.conflicts[0] if not rule.is_given} == planted.rules
            twice += found.is_proved
            asked += len(found.concessions)
            held += sum(_holds(concession.roadmap) for concession in found.concessions)
        right += exact
        print(f"| {kind} | {exact}/{seeds} | {twice}/{seeds} | {held}/{asked} | {median(times):.1f} |")
    print(f"\nNamed exactly: {right} of {seeds * len(STUCK)}.")


def _holds(roadmap: Roadmap) -> bool:
    plan = plan_dates(roadmap, Effort(work=0.1))
    return not isinstance(plan, Refusal) and not check_plan(roadmap, plan.dates)


def shocks(roadmap: Roadmap, plan: Plan) -> Iterator[tuple[str, date, Roadmap]]:
    """Changes that a district meets: people leave, a tool comes late, money is cut, a test moves."""
    starts = sorted(dates.start for dates in plan.dates.values())
    half, late = starts[len(starts) // 2], starts[2 * len(starts) // 3]
    for day, share in ((half, 0.8), (late, 0.6)):
        coaches = roadmap.resources[0]
        fewer = replace(coaches, changes=((day, day + timedelta(weeks=30), int(share * coaches.capacity)),))
        yield f"coaches {share - 1:.0%} for 30 weeks", day, replace(roadmap, resources=(fewer, *roadmap.resources[1:]))
    last = roadmap.initiatives[-1].key
    begun = {(a.initiative, a.wave) for a in roadmap.activities if plan.dates[a.key].start < late}
    waiting = tuple(
        replace(a, not_before=late + timedelta(weeks=14))
        if a.initiative == last and ".live@" in a.key and (last, a.wave) not in begun
        else a
        for a in roadmap.activities
    )
    yield "last tool 14 weeks late", late, replace(roadmap, activities=waiting)
    yield "nothing", half, roadmap


def replanned(work: float) -> None:
    """People-facing dates moved by the replan and by a fresh optimum."""
    print("\n| schools, tools | shock | from | moved | by a fresh plan | proved | CPU s | rules broken |")
    print("|---|---|---|---|---|---|---|---|")
    for schools, tools in ((20, 2), (60, 2)):
        roadmap = made_up_roadmap(schools=schools, tools=tools, seed=4)
        plan = plan_dates(roadmap, Effort(work=work))
        if isinstance(plan, Refusal):
            continue
        for name, day, changed in shocks(roadmap, plan):
            begun = time.process_time()
            done = replan(changed, plan.dates, [], day, effort=Effort(work=work))
            taken = time.process_time() - begun
            if isinstance(done, Refusal):
                print(f"| {schools}, {tools} | {name} | {day} | {done.code} | | | {taken:.1f} | |")
                continue
            broken = len(check_plan(changed, done.dates))
            cells = f"{done.moved} of {done.people_facing} | {_fresh(changed, plan, day, work)} | {done.is_proved}"
            print(f"| {schools}, {tools} | {name} | {day} | {cells} | {taken:.1f} | {broken} |", flush=True)


def _fresh(changed: Roadmap, plan: Plan, day: date, work: float) -> str:
    """How many open people-facing dates differ in a plan that only wants to be good from the day on."""
    started = {key for key, dates in plan.dates.items() if dates.start < day}
    held = tuple(
        replace(a, not_before=plan.dates[a.key].start, finish_by=plan.dates[a.key].finish)
        if a.key in started
        else replace(a, not_before=max(day, a.not_before or day))
        for a in changed.activities
    )
    fresh = plan_dates(replace(changed, activities=held), Effort(work=work))
    if isinstance(fresh, Refusal):
        return fresh.code
    faced = [a.key for a in changed.activities if a.kind in PEOPLE_FACING and a.key not in started]
    return str(sum(fresh.dates[key] != plan.dates[key] for key in faced))


def main() -> None:
    """Print both tables."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seeds", type=int, default=3)
    words.add_argument("--work", type=float, default=2.0, help="effort per stage, deterministic units")
    given = words.parse_args()
    explained(given.seeds)
    replanned(given.work)


if __name__ == "__main__":
    main()
