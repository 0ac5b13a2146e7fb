"""The only module that knows Rich: tables, progress bars and errors in the terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum, auto
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from gainline.cli.columns import lay_out
from gainline.cli.stopping import stop_if_asked
from gainline.engine.core.errors import GainlineError
from gainline.engine.core.issues import Issue, Level
from gainline.engine.core.progress import Progress as ProgressCall
from gainline.engine.core.spreadsheet import csv_text

LEVEL_STYLE = {Level.ERROR: "bold red", Level.WARNING: "yellow", Level.FUTURE: "yellow", Level.NOTE: "dim"}

FEW_PIECES = 40  # a bar of up to so many pieces counts them
UNWRAPPED = 2000  # wide enough for any row of ours


class Format(StrEnum):
    """How results are printed on stdout."""

    TABLE = auto()
    JSON = auto()
    CSV = auto()


def talk(text: str = "") -> None:
    """Say something to the person on stderr, so that stdout stays clean for results."""
    _talker().print(text, highlight=False, soft_wrap=True)


def show_rows(
    rows: Sequence[Mapping[str, Any]],
    *,
    form: Format,
    title: str = "",
    cells: Sequence[Mapping[str, Any]] | None = None,
) -> None:
    """Print rows on stdout as a table, JSON or CSV; the first row's keys are the columns.

    Parameters
    ----------
    rows
        What a program reads: plain numbers, no words around them.
    form
        Table, JSON or CSV.
    title
        Stands above the table; programs do not see it.
    cells
        The same rows as a person reads them, for the table; `rows` themselves by default.
    """
    if form is Format.JSON:
        show_json(list(rows))
    elif form is Format.CSV:
        _csv(rows)
    else:
        _table(rows if cells is None else cells, title)
    sys.stdout.flush()  # so that what is said next on stderr comes after the table, also in one log


def show_json(value: object) -> None:
    """Print a value on stdout as JSON, keys sorted."""
    sys.stdout.write(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, default=str) + "\n")


def show_text(text: str) -> None:
    """Print plain text on stdout."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def show_issues(issues: Sequence[Issue], *, most: int = 20, each: int = 3) -> None:
    """Say issues to the person, errors first; issues of one kind share a remedy and are said together.

    Parameters
    ----------
    issues
        What was found.
    most
        How many kinds are said.
    each
        How many issues of one kind are said.
    """
    order = [Level.ERROR, Level.FUTURE, Level.WARNING, Level.NOTE]
    kinds: dict[tuple[int, str, str], list[Issue]] = {}
    for issue in sorted(issues, key=lambda issue: (issue.file or "", issue.line or 0)):
        kinds.setdefault((order.index(issue.level), issue.code, issue.remedy), []).append(issue)
    ranked = sorted(kinds.items(), key=lambda kind: (kind[0][0], kind[1][0].file or "", kind[1][0].line or 0))
    for _, kind in ranked[:most]:
        _say_kind(kind, each)
    if left := sum(len(kind) for _, kind in ranked[most:]):
        talk(f"         ... and {left} more (all of them with --format json)")


def _say_kind(kind: Sequence[Issue], each: int) -> None:
    first = kind[0]
    places = {issue.where() for issue in kind}
    style = LEVEL_STYLE[first.level]
    place = first.where() if len(places) == 1 else ""
    _say(f"[{style}]{first.level.value:>7}[/] {first.code}  {_plain(place)}".rstrip())
    for issue in kind[:each]:
        many = f" ({issue.rows:,} rows)" if issue.rows > 1 else ""
        where = f"{issue.where()}: " if len(places) > 1 else ""
        _say(f"         {_plain(where + issue.says)}{many}")
    if len(kind) > each:
        _say(f"         ... and {len(kind) - each} more like it")
    _say(f"         [dim]-> {_plain(first.remedy)}[/]")


def _say(marked: str) -> None:
    _talker().print(marked, highlight=False, soft_wrap=True)


def show_error(error: GainlineError) -> None:
    """Say what stopped the command and what to do about it."""
    _talker().print(f"[bold red]{type(error).__name__}[/]: {_plain(error.says)}", highlight=False, soft_wrap=True)
    if error.remedy:
        _talker().print(f"[dim]->[/] {_plain(error.remedy)}", highlight=False, soft_wrap=True)


class _Done(ProgressColumn):
    """How far a bar is: pieces where they can be counted on two hands or so, percent where they are many."""

    def render(self, task: Task) -> Text:
        total = int(task.total or 0)
        if total <= FEW_PIECES:
            return Text(f"{int(task.completed)}/{total}")
        return Text(f"{task.percentage:.0f}%")


@contextmanager
def progress_bars(labels: Mapping[str, str]) -> Iterator[ProgressCall]:
    """Give a progress call that draws one bar per stage on stderr; stages without a label draw nothing."""
    wide = max(len(label) for label in labels.values())
    columns = (TextColumn(f"{{task.description:<{wide}}}"), BarColumn(bar_width=28), _Done(), TimeElapsedColumn())
    with Progress(*columns, console=_talker(), transient=False) as bars:
        tasks: dict[str, Any] = {}

        def on(stage: str, done: int, total: int) -> None:
            stop_if_asked()
            label = labels.get(stage)
            if label is None or not total:
                return
            if stage not in tasks:
                tasks[stage] = bars.add_task(label, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield on


def _talker() -> Console:
    return Console(stderr=True)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


def _table(rows: Sequence[Mapping[str, Any]], title: str) -> None:
    if not rows:
        talk("Nothing to show.")
        return
    names = list(rows[0])
    columns = [[row[name] for row in rows] for name in names]
    right = [_reads_as_numbers(column) for column in columns]
    cells = [[_cell(value) for value in row.values()] for row in rows]
    shower = _shower()
    if title:
        shower.print(f"[bold]{_plain(title)}[/]\n", highlight=False, soft_wrap=True)
    for line in lay_out(names, cells, right=right, width=shower.width):
        shower.print(line, markup=False, highlight=False, soft_wrap=True)


def _shower() -> Console:
    """Stdout; a file or a pipe has no width to wrap at, unless COLUMNS gives one."""
    shower = Console()
    return shower if shower.is_terminal or "COLUMNS" in os.environ else Console(width=UNWRAPPED)


def _reads_as_numbers(column: Sequence[object]) -> bool:
    """Tell whether a column holds numbers, or figures that are written out such as +4.9 or 98%, and empty cells."""
    if any(isinstance(value, bool) for value in column):
        return False
    words = [str(value) for value in column if value not in ("", None)]
    return bool(words) and all(word[0] in "+-<0123456789" and word.rstrip("%")[-1:].isdigit() for word in words)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _csv(rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        sys.stdout.write(csv_text([list(rows[0]), *([row[name] for name in rows[0]] for row in rows)]))
