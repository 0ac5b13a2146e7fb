"""Read a training program with its roadmap, and lay out its sessions, reviews and coaching in time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gainline.engine.core.errors import DataIssues, Missing, UserFixable
from gainline.engine.core.issues import Issue, Level
from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap import Roadmap, read_roadmap
from gainline.engine.roadmap.training import Program, read_program, review_days

Row = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Opened:
    """A program that can be worked with, and its roadmap."""

    program: Program
    roadmap: Roadmap


def check_file(path: Path) -> tuple[Opened | None, list[Issue]]:
    """Read a program and say what is wrong with it, its roadmap's errors included (TR018).

    Raises
    ------
    Missing
        When there is no such file.
    UserFixable
        When it is no text in UTF-8.
    """
    text = _text(path)
    program, _ = read_program(text, file=path.name, calendar=None)
    roadmap, trouble = _roadmap(path.parent / program.roadmap) if program else (None, [])
    program, issues = read_program(text, file=path.name, calendar=roadmap.calendar if roadmap else None)
    opened = Opened(program, roadmap) if program and roadmap else None
    return opened, [*issues, *trouble]


def open_file(path: Path) -> Opened:
    """A program without errors.

    Raises
    ------
    DataIssues
        When it has some; `gainline training check` says them.
    """
    opened, _ = check_file(path)
    if opened is None:
        raise DataIssues("the program has errors", f"see them with: gainline training check {path}")
    return opened


def schedule(path: Path) -> tuple[list[Row], list[Refusal]]:
    """Every session and every day on which a module comes back, by day; and what the calendar has no room for.

    Raises
    ------
    DataIssues
        When the program has errors.
    """
    opened = open_file(path)
    modules = {module.key: module for module in opened.program.modules}
    rows: list[Row] = []
    refused: list[Refusal] = []
    for session in opened.program.sessions:
        for key in session.modules:
            module = modules[key]
            rows.append(_row(session.on.isoformat(), "session", key, module.objective, module.minutes))
            days = review_days(session.on, opened.program.spacing, opened.roadmap.calendar)
            if isinstance(days, Refusal):
                refused.append(days)
                continue
            practiced = enumerate(days, start=1)
            rows.extend(_row(day.isoformat(), f"review {place}", key, module.practice, 0) for place, day in practiced)
    return sorted(rows, key=lambda row: (row["day"], row["module"])), refused


def _row(day: str, what: str, module: str, does: str, minutes: int) -> Row:
    return {"day": day, "what": what, "module": module, "does": does, "minutes": minutes}


def _roadmap(path: Path) -> tuple[Roadmap | None, list[Issue]]:
    remedy = f"see: gainline roadmap check {path}"
    if not path.is_file():
        says = f"there is no roadmap {path.name} beside the program"
        return None, [Issue("TR018", Level.ERROR, says, "mend roadmap = ..., relative to the program")]
    roadmap, issues = read_roadmap(_text(path), file=path.name)
    if roadmap is None:
        says = f"the roadmap {path.name} has {len(issues)} errors"
        return None, [Issue("TR018", Level.ERROR, says, remedy, file=path.name)]
    return roadmap, []


def _text(path: Path) -> str:
    if not path.is_file():
        raise Missing(f"there is no file {path}", "name the program's TOML file")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as fault:
        raise UserFixable(f"{path} is no text in UTF-8", "save it as UTF-8") from fault
