"""`gainline quality`: once a day, what of the district's files needs a person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, AsOfOption, FormatOption, WorkspaceOption, day
from gainline.engine.core.errors import DataIssues, UserFixable
from gainline.engine.core.issues import has_errors
from gainline.road.looking import needs_a_person, quality_page
from gainline.road.workspace import Workspace


def quality(
    as_of: AsOfOption = None,
    html: Annotated[Path | None, typer.Option(help="Write it as one page to this file, too.")] = None,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say what of the district's files needs a person today: late, cut short, drifting, impossible, unmatched, unused.

    Every source is held against its own past. Exits with 10 when something of level error is among it.

    Example: gainline quality --html today.html
    """
    home, today = Workspace.open(workspace), day(as_of)
    found = needs_a_person(home, as_of=today)
    if html is not None:
        _write(html, quality_page(home, found, as_of=today))
    if form is not Format.TABLE:
        console.show_rows([issue.to_json_value() for issue in found], form=form)
    elif not found:
        console.talk("Nothing needs a person.")
    else:
        rows = [
            {"code": one.code, "source": one.file, "says": one.says, "times": one.rows, "do": one.remedy}
            for one in found
        ]
        console.show_rows(rows, form=form, title=f"{len(rows)} things need a person")
    if has_errors(found):
        raise typer.Exit(DataIssues.exit_code)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise UserFixable(
            f"{path} cannot be written: {fault.strerror}", "name a file in a folder that exists"
        ) from fault
    console.talk(f"The page is in {path}.")
