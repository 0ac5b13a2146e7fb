"""`gainline pilot`: which design a pilot can have, how small an effect it could show, and who takes part by chance."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NoReturn, get_args

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.offline import drawing
from gainline.cli.options import HERE, FormatOption, WorkspaceOption
from gainline.engine.core.errors import GainlineError, UserFixable
from gainline.engine.pilots.picker import Answers, Assignable, Chance, Choice, Chooser, Stagger, pick
from gainline.engine.pilots.power.curves import Point, odds
from gainline.engine.pilots.power.layout import Unit
from gainline.road.piloting.laying import Given
from gainline.road.piloting.power import Sized, size_numbers, size_plan
from gainline.road.workspace import Workspace

app = typer.Typer(help="Before a pilot: its design, its size, who takes part, and who begins.", no_args_is_help=True)

WHO = "Who could be told to use the tool, or to wait"
CHANCE = "Does a draw decide who uses it first; if not, may it still"
CHOOSER = "Who decides it where no draw does; or one school goes alone; or everyone gets the tool"
CUTOFF = "Does a score alone decide, at a cutoff known beforehand"
STAGGER = "Do groups begin at different times, in an order drawn by lot or by choice"
STARTED = "Has the tool's use begun"
NEEDED = {"--who": (WHO, Assignable), "--chance": (CHANCE, Chance), "--chooser": (CHOOSER, Chooser)}


@app.command()
def design(
    who: Annotated[Assignable | None, typer.Option(help=f"{WHO}?")] = None,
    chance: Annotated[Chance | None, typer.Option(help=f"{CHANCE}?")] = None,
    chooser: Annotated[Chooser | None, typer.Option(help=f"{CHOOSER}?")] = None,
    cutoff: Annotated[bool | None, typer.Option("--cutoff/--no-cutoff", help=f"{CUTOFF}?")] = None,
    stagger: Annotated[Stagger | None, typer.Option(help=f"{STAGGER}?")] = None,
    started: Annotated[bool | None, typer.Option("--started/--not-started", help=f"{STARTED}?")] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Choose the strongest design, from six plain questions.

    The strongest that your situation allows, and why, what it can show, and what would make it stronger. Without any
    answer a terminal asks all six. Otherwise --who, --chance and --chooser are needed; the rest means no.

    Example: gainline pilot design --who schools --chance may --chooser district
    """
    given = (who, chance, chooser, cutoff, stagger, started)
    if all(answer is None for answer in given) and sys.stdin.isatty():
        answers = _asked()
    else:
        if who is None or chance is None or chooser is None:
            _refuse_missing({"--who": who, "--chance": chance, "--chooser": chooser})
        answers = Answers(
            assignable=who,
            chance=chance,
            chooser=chooser,
            cutoff=bool(cutoff),
            stagger=stagger or "no",
            started=bool(started),
        )
    choice = pick(answers)
    if form is Format.JSON:
        console.show_json(asdict(choice))
    else:
        _show_choice(choice, form)


def _refuse_missing(given: dict[str, object]) -> NoReturn:
    """Name all that is missing at once, each with its question and its words."""
    missing = {option: asked for option, asked in NEEDED.items() if given[option] is None}
    says = " ".join(f"{option} is missing: {question}?" for option, (question, _) in missing.items())
    raise UserFixable(says, "give " + " ".join(f"{o} {'|'.join(get_args(words))}" for o, (_, words) in missing.items()))


def _asked() -> Answers:
    """The six answers of a person at a terminal."""
    return Answers(
        assignable=_ask(WHO, Assignable),
        chance=_ask(CHANCE, Chance),
        chooser=_ask(CHOOSER, Chooser),
        cutoff=typer.confirm(f"{CUTOFF}?", default=False, err=True),
        stagger=_ask(STAGGER, Stagger),
        started=typer.confirm(f"{STARTED}?", default=False, err=True),
    )


def _ask(question: str, words: object) -> Any:  # noqa: ANN401 - one of the words, which the question knows
    """Ask until the answer is one of the words."""
    known = get_args(words)
    while True:
        answer = str(typer.prompt(f"{question}? ({', '.join(known)})", err=True)).strip().lower()
        if answer in known:
            return answer
        console.talk(f"Please answer with one of: {', '.join(known)}.")


def _show_choice(choice: Choice, form: Format) -> None:
    rows: list[dict[str, Any]] = [
        {"part": "design", "in words": choice.kind.replace("_", " ")},
        {"part": "because", "in words": choice.because},
        {"part": "it can show", "in words": choice.shows},
        {"part": "it cannot show", "in words": choice.cannot},
        {"part": "rating it could reach", "in words": choice.rating},
        *(
            {"part": "" if place else "what makes it stronger", "in words": a}
            for place, a in enumerate(choice.stronger)
        ),
    ]
    if choice.second:
        says = f"{choice.second.replace('_', ' ')}: {choice.second_because}"
        rows.append({"part": "second best", "in words": says})
    console.show_rows(rows, form=form)
    for doubt in choice.doubts:
        console.talk(f"Note: {doubt}.")
    if choice.kind != "describe only":
        console.talk(f'\nIn the plan, under design: kind = "{choice.kind}", unit = "{choice.unit}"')
        console.talk("Next: how small an effect it could show: gainline pilot power PLAN")


@app.command("power")
def power_(
    path: Annotated[Path | None, typer.Argument(metavar="PLAN", help="A plan's TOML file, or the key of one.")] = None,
    workspace: WorkspaceOption = HERE,
    unit: Annotated[Unit, typer.Option(help="What is assigned; a plan says it itself.")] = "school",
    schools: Annotated[int | None, typer.Option(min=1, help="How many schools.")] = None,
    sections: Annotated[float | None, typer.Option(min=1.0, help="Sections in each school.")] = None,
    students: Annotated[float | None, typer.Option(min=1.0, help="Students in each school.")] = None,
    share: Annotated[float | None, typer.Option(help="Share of the units with the tool, 0 to 1.")] = None,
    groups: Annotated[int | None, typer.Option(min=1, help="Draw within so many groups of alike schools.")] = None,
    waves: Annotated[int | None, typer.Option(min=2, help="Units begin in so many waves.")] = None,
    icc: Annotated[float | None, typer.Option(help="Share of the variance between schools, 0 to 1.")] = None,
    icc_section: Annotated[float | None, typer.Option(help="The same between sections of a school.")] = None,
    r2: Annotated[float | None, typer.Option(help="Share that the baseline explains, 0 to 1.")] = None,
    sd: Annotated[float | None, typer.Option(help="Standard deviation of the outcome, in its unit.")] = None,
    effect: Annotated[float | None, typer.Option(help="Effect worth having; in SDs without --sd.")] = None,
    lost: Annotated[float, typer.Option(min=0.0, max=0.95, help="Share of students without a score in the end.")] = 0.0,
    kept: Annotated[float | None, typer.Option(help="Share of a matched design's users who find a match.")] = None,
    power: Annotated[float, typer.Option(min=0.5, max=0.99, help="How often the effect should be seen.")] = 0.80,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say how small an effect the pilot could show.

    And what would help most. With a plan and its workspace, schools and students are counted in the roster and the
    spread is taken from past scores; each number that you give takes their place. Without a plan --schools and
    --students are needed.

    Example: gainline pilot power --schools 12 --students 60 --sections 3 --r2 0.6 --sd 15
    """
    given = Given(
        unit=unit,
        schools=schools,
        sections=sections,
        students=students,
        share=share,
        groups=groups,
        icc=icc,
        icc_section=icc_section,
        r2=r2,
        sd=sd,
        effect=effect,
        lost=lost,
        kept=kept,
        waves=waves,
        power=power,
    )
    _size_and_show(path, workspace, given, form)


def _size_and_show(path: Path | None, workspace: Path, given: Given, form: Format) -> None:
    if path is None:
        sized = size_numbers(given)
    else:
        home = _optional(workspace)
        sized = size_plan(home.plan_path(path) if home else path, given, workspace=home)
    if form is Format.JSON:
        console.show_json(asdict(sized))
    else:
        _show_sized(sized, form, given.power)


def _optional(root: Path) -> Workspace | None:
    """The workspace; none only where none was named."""
    try:
        return Workspace.open(root)
    except GainlineError:
        if root != HERE:
            raise
        return None


def _show_sized(sized: Sized, form: Format, power: float) -> None:
    points = sized.curve.points
    rows = [_row(point, sized) for point in points]
    console.show_rows(rows, form=form, title=sized.sentence, cells=[_cells(point, sized) for point in points])
    if form is not Format.TABLE:
        return
    levers = [
        {
            "what would help": lever.change,
            "smallest effect": _size(lever.smallest_effect, sized),
            "supposed": lever.supposes,
        }
        for lever in sized.levers
    ]
    if levers:
        console.show_text("")
        console.show_rows(levers, form=form, title="What would help most")
    _tell_sized(sized, power)


def _tell_sized(sized: Sized, power: float) -> None:
    console.talk()
    if sized.power is not None:
        says = f"The effect worth having ({sized.effect:g} {sized.unit}) would be seen {100 * sized.power:.0f} times"
        enough = sized.schools_needed
        more = f"; {odds(power)} it takes {enough:,} schools like these" if enough else ""
        console.talk(f"{says} out of 100{more}.")
    spread = sized.spread
    parts = (spread.r2_school, spread.r2_section, spread.r2_student)
    explained = ", ".join(f"{100 * part:.0f}%" for part in parts)
    console.talk(
        f"Spread: {100 * spread.school:.0f}% of the variance lies between schools, {100 * spread.section:.0f}% between"
        " their sections; "
        + (
            f"the baseline explains {explained} of schools, sections, students."
            if any(parts)
            else "no baseline counts."
        )
    )
    if sized.band:
        low, high = (_size(end, sized) for end in sized.band)
        console.talk(f"As far as past scores tell how schools differ, that is between {low} and {high}.")
    for note in sized.notes:
        console.talk(f"Note: {note}.")


def _row(point: Point, sized: Sized) -> dict[str, Any]:
    size, sd = point.smallest_effect, sized.sd
    return {
        "schools": point.count,
        "students": round(point.students),
        "smallest_effect": None if size is None else size * (sd or 1.0),
        "unit": sized.unit,
        "smallest_effect_sd": size,
    }


def _cells(point: Point, sized: Sized) -> dict[str, Any]:
    """A row of the curve as a person reads it; the row of what is planned is marked."""
    size = point.smallest_effect
    return {
        "schools": f"{point.count:,}",
        "students": f"{point.students:,.0f}",
        "smallest effect": "too few" if size is None else _size(size, sized),
        "": "<- as planned" if point.count == sized.layout.schools else "",
    }


def _size(size: float, sized: Sized) -> str:
    return f"{size:.2f} SD" if sized.sd is None else f"{size * sized.sd:.1f} {sized.unit} ({size:.2f} SD)"


app.command()(drawing.sample)
app.command()(drawing.decline)
app.command()(drawing.assign)
