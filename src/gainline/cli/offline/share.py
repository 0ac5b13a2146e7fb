"""`gainline share`: an evaluated cycle for others' systems."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from gainline.cli import console
from gainline.cli.options import HERE, AsOfOption, PurposeOption, UnderOption, WithinOption, WorkspaceOption, day
from gainline.engine.core.errors import UserFixable
from gainline.engine.privacy import Audience
from gainline.engine.privacy.purposes import Purpose
from gainline.road.leaving import SMALL_COUNTS, Gone, Leave, ask, enter
from gainline.road.noisy import share_noisy
from gainline.road.sharing import share_study, share_tables
from gainline.road.workspace import Workspace


class Shape(StrEnum):
    """What is written."""

    CSV = "csv"
    PARQUET = "parquet"
    ED_FI = "ed-fi"


class Delivery(StrEnum):
    """How the tool reaches students, in Ed-Fi's three words."""

    INDIVIDUAL = "individual"
    SMALL_GROUP = "small-group"
    WHOLE_CLASS = "whole-class"


def share(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The plan's key.")],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Folder for tables, file for ed-fi and --noisy.")],
    audience: Annotated[Audience, typer.Option("--for", help="Who gets it.")],
    shape: Annotated[Shape, typer.Option("--as", help="Tidy tables, or Ed-Fi's study resources.")] = Shape.CSV,
    organization: Annotated[
        int | None, typer.Option(help="ed-fi: the district's education organization id.", min=1)
    ] = None,
    delivery: Annotated[Delivery | None, typer.Option(help="ed-fi: how the tool reaches students.")] = None,
    name_space: Annotated[
        str | None, typer.Option(help="ed-fi: the district's own URI for values that Ed-Fi lacks.")
    ] = None,
    noisy: Annotated[bool, typer.Option("--noisy", help="For another district: counts of use with noise.")] = False,
    epsilon: Annotated[
        float, typer.Option(help="noisy: privacy loss; a school year has 1.", min=0.001, max=1.0)
    ] = 0.25,
    under: UnderOption = "",
    purpose: PurposeOption = Purpose.EVALUATION,
    within: WithinOption = "",
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Write an evaluated cycle as tidy tables with a data dictionary, or as Ed-Fi intervention study JSON.

    Every count passes the exit for the audience: small ones are hidden, and what would give them away becomes a range.
    The export is entered in the ledger. What is for an analyst holds small counts: it leaves under an agreement, with
    an entry of disclosure, or stays with an office of the district.

    With --noisy a file for another district: how many used the tool and reached the dose, with noise from a budget of
    epsilon 1 for a school year; what is spent is refused.

    Example: gainline share lumen-reading out --for public --as parquet
    """
    home, on = Workspace.open(workspace), day(as_of)
    if noisy:
        _share_noisy(home, key, path, epsilon, on)
        return
    if audience is Audience.ANALYST:
        _ask(home, key, Leave(under, purpose, within), on)
    if shape is Shape.ED_FI:
        done = share_study(home, key, path, audience=audience, on=on, **_ed_fi(organization, delivery, name_space))
    else:
        done = share_tables(home, key, path, audience=audience, parquet=shape is Shape.PARQUET, on=on)
    console.talk(f"For {done.audience}; every count passed the exit.")
    if shape is not Shape.ED_FI:
        console.talk("dictionary.csv explains every column.")
    for file in done.files:
        console.show_text(str(file))


def _ed_fi(organization: int | None, delivery: Delivery | None, name_space: str | None) -> dict[str, Any]:
    """The three things that Ed-Fi asks for, or what is missing."""
    if organization is None or delivery is None or name_space is None:
        raise UserFixable(
            "Ed-Fi asks for three things that no plan says",
            "give --organization, --delivery and --name-space, e.g. 255901 individual uri://district.example",
        )
    return {"organization": organization, "delivery": str(delivery), "name_space": name_space}


def _ask(home: Workspace, key: str, leave: Leave, on: date) -> None:
    """Counts of small groups are about students, though no row is: the agreement is asked, and what leaves entered."""
    to = ask(home, leave, (), on=on)
    enter(home, leave, to, Gone(f"{SMALL_COUNTS}{key}", ()), on=on)


def _share_noisy(home: Workspace, key: str, path: Path, epsilon: float, on: date) -> None:
    told = share_noisy(home, key, path, epsilon=epsilon, on=on)
    spent = told.spending
    console.talk(f"Each figure is {told.says}, paid from the budget of {spent.year} for {spent.family}.")
    console.show_text(str(path))
