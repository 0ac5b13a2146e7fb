"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.engine.core.errors import UserFixable
from gainline.engine.privacy.purposes import Purpose
from gainline.road.workspace import Workspace

WorkspaceOption = Annotated[
    Path,
    typer.Option("--workspace", "-w", help="The workspace folder (has gainline.toml).", envvar="GAINLINE_WORKSPACE"),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How results are printed.", case_sensitive=False)]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="The day that counts as today, YYYY-MM-DD.")]
PlanArgument = Annotated[Path, typer.Argument(help="The plan's TOML file, or the key of one in the workspace's plans.")]
UnderOption = Annotated[
    str, typer.Option("--under", metavar="NAME", help="The agreement that it leaves under: agreements/NAME.toml.")
]
PurposeOption = Annotated[
    Purpose, typer.Option("--purpose", help="What for: one of the agreement's purposes.", case_sensitive=False)
]
WithinOption = Annotated[
    str, typer.Option("--within", metavar="OFFICE", help="Or the district's own office that keeps it in the house.")
]
HERE = Path()


def tell_head(workspace: Workspace) -> None:
    """Say where the ledger stands, so that somebody can keep it outside."""
    console.talk(f"Ledger head {workspace.ledger.head()}")
    console.talk("Keep it outside, in minutes or a mail: with it, gainline verify --head finds a ledger written anew.")


def day(text: str | None) -> date:
    """The day an option names, or today; the only place in Gainline that looks at the clock.

    Raises
    ------
    UserFixable
        When the text is no date.
    """
    if text is None:
        return datetime.now(tz=UTC).astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise UserFixable(f"{text!r} is no date", "write it as YYYY-MM-DD, e.g. 2026-06-01") from fault
