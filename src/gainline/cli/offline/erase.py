"""`gainline erase`: a person goes from the whole workspace, with a certificate that names nobody."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, AsOfOption, FormatOption, WorkspaceOption, day
from gainline.engine.core.errors import DataIssues
from gainline.road import erasing
from gainline.road.erasing import Certificate, Order
from gainline.road.workspace import Workspace


def erase(
    by: Annotated[str, typer.Option(help="Who orders it, by office: the certificate says so.")] = "",
    because: Annotated[str, typer.Option(help="Why, without naming anybody: the number of a request.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would go, and change nothing.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Finish an erasure that was stopped midway.")] = False,
    clean_copies: Annotated[
        bool, typer.Option("--clean-copies", help="Cut their lines out of text files of the workspace as well.")
    ] = False,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Erase people from every published state of the lake, from recorded draws, and from lists on request.

    Whom is read from standard input, one pseudonym or identifier a line, never from the command's words, which other
    users and the shell's history see; at a terminal it is asked for and not shown. It cannot be undone. Exits with 10
    when files of the workspace still hold somebody: they are named, and wait for a person.

    Example: gainline erase --by "Records office" --because "request 2026-17" --dry-run < whom.txt
    """
    home = Workspace.open(workspace)
    if resume:
        _show(erasing.resume(home), form)
        return
    whom = erasing.people_named(home, _said())
    if dry_run:
        _show_preview(erasing.preview(home, whom), form)
        return
    order = Order(by=by, because=because, on=day(as_of), clean_copies=clean_copies)
    _show(erasing.erase(home, whom, order), form)


def _said() -> list[str]:
    """Whom, as it was typed or piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.read().splitlines()
    said: list[str] = []
    while line := getpass.getpass("Pseudonym or identifier (not shown; empty to end): "):
        said.append(line)
    return said


def _show_preview(found: erasing.Preview, form: Format) -> None:
    rows = [
        {"table": table, "rows": rows, "rows_now": found.lake.rows_now.get(table, 0)}
        for table, rows in sorted(found.lake.rows.items())
    ]
    if form is Format.JSON:
        copies = [{"path": one.path, "places": one.places, "has_lines": one.has_lines} for one in found.copies]
        files = found.lake.files
        console.show_json({"people": found.people, "rows": rows, "files": files, "copies": copies})
        return
    console.show_rows(
        rows, form=form, title=f"Would go: pseudonyms {found.people}, files of the lake {found.lake.files}"
    )
    for one in found.copies:
        console.talk(f"Outside the lake: {one.path} ({one.places} places)")
    console.talk("Nothing was changed.")


def _show(done: Certificate, form: Format) -> None:
    if form is Format.JSON:
        console.show_json(done.to_json_value())
    else:
        rows = [{"table": table, "rows": rows} for table, rows in sorted(done.rows.items())]
        console.show_rows(rows, form=form, title=f"Erased on {done.on}: pseudonyms {done.people}")
        _tell(done)
    if not done.is_complete:
        raise typer.Exit(DataIssues.exit_code)


def _tell(done: Certificate) -> None:
    console.talk(f"Files written anew or deleted: {done.files}; snapshots resealed: {len(done.resealed)}.")
    for path, lines in done.cut.items():
        console.talk(f"Cut out of {path}: {lines} lines")
    for key in done.evidence:
        console.talk(f"The evidence of {key} rests on resealed records; its brief says so when it is written again.")
    for name in done.handed:
        console.talk(f"Destroyed the file of handover {name}; its recipient is to destroy theirs.")
    for path in done.remaining:
        console.talk(f"Still holds somebody: {path}")
    if not done.is_complete:
        console.talk(
            "Delete these files or mend them by hand, then erase again; --clean-copies cuts lines out of text."
        )
    console.talk(
        f"Certificate: erasures/{done.number}.json. Backups and files sent elsewhere are not reached from here."
    )
