"""Contenders timed in turns on one thread, and the one table in which every speed figure of ours is printed."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

HEAD = "| task | size | ours, CPU s | grows as | beside | CPU s | ratio | goal |\n|---|---|---:|---|---|---:|---:|---:|"


@dataclass(frozen=True)
class Task:
    """One row: ours beside the obvious alternative.

    Parameters
    ----------
    name, size, n
        What is done, on how much in words, and the number that grows from row to row of the same task.
    beside
        The alternative in words; where it is not run, also why.
    ours, theirs
        Each gives the number by which they are compared; ``None`` where there is nothing to run.
    near
        How near the two numbers must be, relatively; ``None`` where they need not agree.
    repeats, their_repeats
        Runs of each, of which the least CPU time counts.
    goal
        The ratio that was asked for at this size.
    """

    name: str
    size: str
    n: float
    beside: str
    ours: Callable[[], float] | None
    theirs: Callable[[], float] | None = None
    near: float | None = None
    repeats: int = 5
    their_repeats: int = 3
    goal: float | None = None


def on_one_thread() -> None:
    """Start this script again with one thread for linear algebra, because waiting threads count as CPU time."""
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        one = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **one})


def least(run: Callable[[], float], repeats: int) -> tuple[float, float]:
    """The least CPU time of several runs, and what the last one gave."""
    best, found = math.inf, math.nan
    for _ in range(repeats):
        start = time.process_time()
        found = run()
        best = min(best, time.process_time() - start)
    return best, found


def print_table(tasks: Iterable[Task]) -> None:
    """Print one markdown row per task as soon as it is timed."""
    print(HEAD, flush=True)
    before: dict[str, tuple[float, float]] = {}
    for task in tasks:
        print(row(task, before), flush=True)


def row(task: Task, before: dict[str, tuple[float, float]]) -> str:
    """The row of one task; where the two do not agree they are not compared, and the row says so.

    `before` holds size and time of each task's last row, for the growth.
    """
    ours = theirs = None
    mine = other = math.nan
    if task.ours is not None:
        ours, mine = least(task.ours, task.repeats)
    if task.theirs is not None:
        theirs, other = least(task.theirs, task.their_repeats)
    grows = ""
    if ours and task.name in before:
        n, seconds = before[task.name]
        grows = f"n^{math.log(ours / seconds) / math.log(task.n / n):.1f}"
    if ours:
        before[task.name] = (task.n, ours)
    ratio = f"{theirs / ours:,.0f}" if ours and theirs and theirs >= 10 * ours else ""
    if ours and theirs and not ratio:
        ratio = f"{theirs / ours:.1f}"
    if task.near is not None and ours and theirs and not math.isclose(mine, other, rel_tol=task.near):
        ratio = f"not comparable: {mine:.8g} is not {other:.8g}"
    goal = "" if task.goal is None else f">= {task.goal:g}"
    cells = (task.name, task.size, _said(ours), grows, task.beside, _said(theirs), ratio, goal)
    return "| " + " | ".join(cells) + " |"


def _said(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.4f}" if seconds < 10 else f"{seconds:.1f}"
