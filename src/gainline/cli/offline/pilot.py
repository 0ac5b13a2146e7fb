"""`gainline pilot design | power`: which design a pilot can have, and how small an effect it could show."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated, Any, NoReturn, get_args

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import FormatOption
from gainline.engine.core.errors import UserFixable
from gainline.engine.pilots.picker import Answers, Assignable, Chance, Choice, Chooser, Stagger, pick

app = typer.Typer(help="Before a pilot: its design and its size.", no_args_is_help=True)

WHO = "Who could be told to use the tool, or to wait"
CHANCE = "Does a draw decide who uses it first; if not, may it still"
CHOOSER = "Who decides it where no draw does; or one school goes alone; or everyone gets the tool"
CUTOFF = "Does a score alone decide, at a cutoff known beforehand"
STAGGER = "Do groups begin at different times, in an order drawn by lot or by choice"
STARTED = "Has the tool's use begun"


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
    """Choose the strongest design that your situation allows, from six plain questions.

    Without any answer a terminal asks all six. Otherwise --who, --chance and --chooser are needed; the rest means no.

    Example: gainline pilot design --who schools --chance may --chooser district
    """
    given = (who, chance, chooser, cutoff, stagger, started)
    if all(answer is None for answer in given) and sys.stdin.isatty():
        answers = _asked()
    else:
        answers = Answers(
            assignable=who or _missing("--who", WHO, Assignable),
            chance=chance or _missing("--chance", CHANCE, Chance),
            chooser=chooser or _missing("--chooser", CHOOSER, Chooser),
            cutoff=bool(cutoff),
            stagger=stagger or "no",
            started=bool(started),
        )
    choice = pick(answers)
    if form is Format.JSON:
        console.show_json(asdict(choice))
    else:
        _show_choice(choice, form)


def _missing(option: str, question: str, words: object) -> NoReturn:
    raise UserFixable(f"{option} is missing. {question}?", f"give {option} {'|'.join(get_args(words))}")


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
        {"": "design", "in words": choice.kind.replace("_", " ")},
        {"": "because", "in words": choice.because},
        {"": "it can show", "in words": choice.shows},
        {"": "it cannot show", "in words": choice.cannot},
        {"": "rating it could reach", "in words": choice.rating},
        *({"": "" if place else "what makes it stronger", "in words": a} for place, a in enumerate(choice.stronger)),
    ]
    if choice.second:
        says = f"{choice.second.replace('_', ' ')}: {choice.second_because}"
        rows.append({"": "second best", "in words": says})
    console.show_rows(rows, form=form)
    for doubt in choice.doubts:
        console.talk(f"Note: {doubt}.")
    if choice.kind != "describe only":
        console.talk(f'\nIn the plan, under design: kind = "{choice.kind}", unit = "{choice.unit}"')
        console.talk("Next: how small an effect it could show: gainline pilot power PLAN")
