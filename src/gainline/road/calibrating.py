"""Calibrate: districts whose truth is known through the engine or the whole road, to see how often it is right."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum, auto
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from typing import Any

from gainline.engine.core.errors import Missing, Refused, UserFixable
from gainline.engine.core.progress import Progress, silent
from gainline.engine.worlds.calibration import (
    Cell,
    Known,
    cells,
    district,
    judged,
    plan,
    refused_row,
    row_of,
    write_files,
)
from gainline.engine.worlds.calibration.cells import WORLDS
from gainline.engine.worlds.calibration.frame import salt_of
from gainline.engine.worlds.calibration.judged import AFTER, BEFORE, REGISTERED, Row
from gainline.engine.worlds.calibration.looks import looked_at
from gainline.engine.worlds.calibration.summary import Summary, summarize
from gainline.engine.worlds.calibration.waves import judged_waves
from gainline.engine.worlds.over_time import OverTimeSpec
from gainline.road.evaluating import code_version, evaluate_plan
from gainline.road.importing import import_files
from gainline.road.registering import register_plan
from gainline.road.workspace import Workspace

SEED = 20260
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Through(StrEnum):
    """What a world goes through: its frame is evaluated, or its files walk the whole road from import to verdict."""

    FRAMES = auto()
    FILES = auto()


@dataclass(frozen=True, slots=True)
class Task:
    """One world of one cell; its seed is the run's seed plus its number, so that cells are paired."""

    cell: str
    world: int
    seed: int
    through: Through


@dataclass(frozen=True, slots=True)
class Run:
    """How the worlds are run.

    Parameters
    ----------
    worlds
        Worlds per cell.
    seed
        World w is made from ``seed + w`` in every cell.
    through
        Frames alone, or the whole road from files to verdict, which is about thirty times slower.
    jobs
        Processes.
    out
        File of JSON lines, one per world; appended to.
    """

    worlds: int = WORLDS
    seed: int = SEED
    through: Through = Through.FRAMES
    jobs: int = 1
    out: Path | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a calibration found: the cells' figures in the order asked for, and the code versions behind the rows."""

    summaries: tuple[Summary, ...]
    versions: tuple[str, ...]


def chosen(names: Sequence[str]) -> list[Cell]:
    """The cells of these names; a name that ends in ``*`` stands for all that begin so; all cells without a name.

    Raises
    ------
    Missing
        When no cell has the name.
    """
    known = cells()
    if not names:
        return list(known.values())
    found: dict[str, Cell] = {}
    for name in names:
        fitting = {
            key: cell
            for key, cell in known.items()
            if key == name or (name.endswith("*") and key.startswith(name[:-1]))
        }
        if not fitting:
            raise Missing(f"there is no cell {name}", "choose among: " + ", ".join(known))
        found |= fitting
    return list(found.values())


def calibrate(wanted: Sequence[Cell], run: Run, *, progress: Progress = silent) -> Calibration:
    """Run the worlds of the cells that are not in the file yet, and give every cell's figures.

    The rows do not depend on the number of jobs; they are written in the order of the worlds, so that a run that was
    stopped goes on where it was.

    Parameters
    ----------
    wanted
        From `chosen`.
    run
        How many worlds, from which seed, and how.
    progress
        Told about each finished world (stage ``worlds``).

    Raises
    ------
    UserFixable
        When the number of worlds or jobs is not positive.
    """
    if run.jobs < 1 or run.worlds < 1:
        raise UserFixable("worlds and jobs are counted from 1", "ask for one world and one job or more")
    tasks = [Task(cell.key, world, run.seed, run.through) for cell in wanted for world in range(run.worlds)]
    held = _held(run, {(task.cell, task.world) for task in tasks})
    left = [task for task in tasks if (task.cell, task.world) not in held]
    for row in _rows(left, run, progress):
        held[row["cell"], row["world"]] = row
    of_cell = {cell.key: [held[t.cell, t.world] for t in tasks if t.cell == cell.key] for cell in wanted}
    summaries = tuple(summarize(cell, of_cell[cell.key]) for cell in wanted)
    return Calibration(summaries, tuple(sorted({row["code"] for row in held.values()})))


def run_world(task: Task) -> Row:
    """The row of one world; running means and waves have no files here, and are always run as they are."""
    cell, seed = cells()[task.cell], task.seed + task.world
    if cell.spec is None:
        return looked_at(seed)
    if isinstance(cell.spec, OverTimeSpec):
        return judged_waves(cell.spec, seed=seed)
    known, registered = district(cell.spec, seed=seed), plan(cell.spec, groups=cell.groups)
    if task.through is Through.FILES:
        return through_files(known, groups=cell.groups, seed=seed)
    return judged(known, registered, seed=seed)


def through_files(known: Known, *, groups: tuple[str, ...], seed: int) -> Row:
    """Walk the whole road with a world: write its files, import, register, import what comes later, evaluate."""
    with TemporaryDirectory(prefix="gainline-calibration-") as folder:
        written = write_files(known, Path(folder) / "files", groups=groups)
        workspace = Workspace.create(Path(folder) / "district", salt=salt_of(known))
        for path, room in (*((one, "profiles") for one in written.profiles), (written.plan, "plans")):
            (workspace.folder(room) / path.name).write_bytes(path.read_bytes())
        registered = workspace.folder("plans") / written.plan.name
        import_files(workspace, written.before, as_of=BEFORE)
        register_plan(workspace, registered, as_of=REGISTERED)
        import_files(workspace, written.after, as_of=AFTER)
        try:
            done = evaluate_plan(workspace, registered, seed=seed, as_of=AFTER)
        except Refused as refusal:
            return refused_row(known, refusal.says.split()[0])
        return row_of(known, done.evidence)


def _held(run: Run, asked: set[tuple[str, int]]) -> dict[tuple[str, int], Row]:
    """Rows of the file that answer what is asked; a line that a stopped run left unfinished is passed over."""
    held: dict[tuple[str, int], Row] = {}
    if run.out is None or not run.out.exists():
        return held
    for line in run.out.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        if (row["cell"], row["world"]) in asked and (row["seed"], row["through"]) == (run.seed, run.through.value):
            held[row["cell"], row["world"]] = row
    return held


def _rows(tasks: Sequence[Task], run: Run, progress: Progress) -> Iterator[Row]:
    """Rows of the tasks in their order, each written as soon as it is there."""
    code = code_version()
    with ExitStack() as stack:
        file = stack.enter_context(_appending(run.out)) if run.out else None
        found: Iterator[Row] = map(run_world, tasks)
        if run.jobs > 1 and tasks:
            found = stack.enter_context(_side_by_side(tasks, min(run.jobs, len(tasks))))
        for done, (task, answer) in enumerate(zip(tasks, found, strict=True)):
            named = {"cell": task.cell, "world": task.world, "seed": task.seed, "through": task.through.value}
            row = named | {"code": code} | answer
            if file:
                file.write(json.dumps(row, sort_keys=True) + "\n")
                file.flush()
            progress("worlds", done + 1, len(tasks))
            yield row


@contextmanager
def _appending(path: Path) -> Iterator[Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    torn = path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size
    with path.open("a", encoding="utf-8") as file:
        if torn:
            file.write("\n")
        yield file


@contextmanager
def _side_by_side(tasks: Sequence[Task], jobs: int) -> Iterator[Iterator[Row]]:
    """Rows of the tasks in their order, worked on by so many processes, which end with the block."""
    processes = [_worker() for _ in range(jobs)]
    idle: Queue[subprocess.Popen[str]] = Queue()
    for process in processes:
        idle.put(process)

    def ask(task: Task) -> Row:
        process = idle.get()
        try:
            return _answer(process, task)
        finally:
            idle.put(process)

    with ThreadPoolExecutor(jobs) as threads:
        try:
            yield threads.map(ask, tasks)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.terminate()
                process.communicate()  # waits for its end and closes both pipes


def _worker() -> subprocess.Popen[str]:
    """A process of its own with one thread: the matrices are small, and threads would only wait for each other."""
    command = [sys.executable, "-m", "gainline.road.calibrating_worker"]
    pipe = subprocess.PIPE
    one_thread = os.environ | dict.fromkeys(_THREADS, "1")
    # Our own module, with no word of a stranger; a session of its own, so that Ctrl-C reaches us alone and we end it.
    return subprocess.Popen(  # noqa: S603
        command, stdin=pipe, stdout=pipe, text=True, env=one_thread, start_new_session=True
    )


def _answer(process: subprocess.Popen[str], task: Task) -> Row:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the worker has no pipes")
    process.stdin.write(json.dumps([task.cell, task.world, task.seed, task.through.value]) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"the worker stopped at world {task.world} of {task.cell}")
    row: Row = json.loads(line)
    return row
