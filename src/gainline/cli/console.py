"""The only module that knows Rich: tables, progress bars and errors in the terminal."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum, auto
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from gainline.engine.core.errors import GainlineError
from gainline.engine.core.issues import Issue, Level
from gainline.engine.core.progress import Progress as ProgressCall

LEVEL_STYLE = {Level.ERROR: "bold red", Level.WARNING: "yellow", Level.FUTURE: "yellow", Level.NOTE: "dim"}


class Format(StrEnum):
    """How results are printed on stdout."""

    TABLE = auto()
    JSON = auto()
    CSV = auto()


def talk(text: str = "") -> None:
    """Say something to the person on stderr, so that stdout stays clean for results."""
    _talker().print(text, highlight=False, soft_wrap=True)


def show_rows(rows: Sequence[Mapping[str, Any]], *, form: Format, title: str = "") -> None:
    """Print rows on stdout as a table, JSON or CSV; the first row's keys are the columns."""
    if form is Format.JSON:
        show_json(list(rows))
    elif form is Format.CSV:
        _csv(rows)
    else:
        _table(rows, title)


def show_json(value: object) -> None:
    """Print a value on stdout as JSON, keys sorted."""
    sys.stdout.write(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, default=str) + "\n")


def show_text(text: str) -> None:
    """Print plain text on stdout."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def show_issues(issues: Sequence[Issue], *, most: int = 20) -> None:
    """Say issues to the person, errors first, folded after `most`."""
    order = [Level.ERROR, Level.FUTURE, Level.WARNING, Level.NOTE]
    ranked = sorted(issues, key=lambda issue: (order.index(issue.level), issue.file or "", issue.line or 0))
    for issue in ranked[:most]:
        many = f" ({issue.rows:,} rows)" if issue.rows > 1 else ""
        style = LEVEL_STYLE[issue.level]
        _talker().print(f"[{style}]{issue.level.value:>7}[/] {issue.code}  ", _plain(issue.where()), end="\n")
        _talker().print(f"         {_plain(issue.says)}{many}", highlight=False, soft_wrap=True)
        _talker().print(f"         [dim]-> {_plain(issue.remedy)}[/]", highlight=False, soft_wrap=True)
    if len(ranked) > most:
        talk(f"         ... and {len(ranked) - most} more (all of them with --format json)")


def show_error(error: GainlineError) -> None:
    """Say what stopped the command and what to do about it."""
    _talker().print(f"[bold red]{type(error).__name__}[/]: {_plain(error.says)}", highlight=False, soft_wrap=True)
    if error.remedy:
        _talker().print(f"[dim]->[/] {_plain(error.remedy)}", highlight=False, soft_wrap=True)


@contextmanager
def progress_bars(labels: Mapping[str, str]) -> Iterator[ProgressCall]:
    """Give a progress call that draws one bar per stage on stderr; stages without a label draw nothing."""
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_talker(), transient=False) as bars:
        tasks: dict[str, Any] = {}

        def on(stage: str, done: int, total: int) -> None:
            label = labels.get(stage)
            if label is None:
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
    table = Table(title=title or None, title_justify="left")
    for name, value in rows[0].items():
        table.add_column(name, justify="right" if isinstance(value, (int, float)) else "left")
    for row in rows:
        table.add_row(*[_cell(value) for value in row.values()])
    Console().print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else _plain(str(value))


def _csv(rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
