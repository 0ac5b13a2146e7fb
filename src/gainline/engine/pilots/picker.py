"""The design picker: six plain questions about who gets the tool, and the strongest design that the answers allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gainline.engine.pilots.strengths import KINDS, Kind, Strength

Assignable = Literal["nobody", "students", "sections", "schools"]
Chance = Literal["decides", "may", "no"]
Chooser = Literal["district", "teachers", "students", "one-school", "everyone"]
Stagger = Literal["no", "by-lot", "by-choice"]


@dataclass(frozen=True, slots=True)
class Answers:
    """The six answers.

    Parameters
    ----------
    assignable
        Who could be told to use the tool, or to wait.
    chance
        Whether a draw decides who uses it first, could still do so, or cannot.
    chooser
        Who decides it where no draw does: the district, teachers and principals who volunteer, the students
        themselves; or one school goes ahead alone; or everyone gets the tool, so that nobody stays without.
    cutoff
        Whether a score alone decides, at a cutoff that is known beforehand.
    stagger
        Whether groups begin at different times, and whether a lot drew their order.
    started
        Whether the tool's use has begun.
    """

    assignable: Assignable
    chance: Chance
    chooser: Chooser
    cutoff: bool = False
    stagger: Stagger = "no"
    started: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What the answers lead to.

    Parameters
    ----------
    kind, unit
        The design, as a plan names it, and what is assigned; ``describe only`` is no design of a plan.
    because
        Why this one, in plain words.
    shows, cannot
        What it can show, and what it cannot.
    rating
        The highest rating by the What Works Clearinghouse that it could reach.
    stronger
        What would make it stronger, most helpful first.
    second, second_because
        The next best design and why it comes second; ``None`` where nothing comes after.
    doubts
        Answers that do not go together, and how they were read.
    """

    kind: Kind
    unit: Literal["student", "section", "school"]
    because: str
    shows: str
    cannot: str
    rating: str
    stronger: tuple[str, ...]
    second: Kind | None
    second_because: str
    doubts: tuple[str, ...]


def pick(answers: Answers) -> Choice:
    """The strongest design that the answers allow, with its reason and the next best one.

    Every combination of answers has an answer; where two of them contradict each other, the cautious reading counts
    and `doubts` says so.

    Examples
    --------
    >>> choice = pick(Answers(assignable="schools", chance="may", chooser="district"))
    >>> choice.kind, choice.unit, choice.second
    ('randomized', 'school', 'matched')
    >>> pick(Answers(assignable="nobody", chance="no", chooser="everyone", started=True)).kind
    'describe only'
    """
    possible = [kind for kind in _order(answers) if _allows(kind, answers)]
    first = possible[0]
    second = possible[1] if len(possible) > 1 else None
    strength = KINDS[first]
    return Choice(
        kind=first,
        unit=_unit(first, answers),
        because=_because(first, answers, strength),
        shows=strength.shows,
        cannot=strength.cannot,
        rating=strength.rating,
        stronger=_stronger(first, answers, strength),
        second=second,
        second_because=KINDS[second].as_second if second else "",
        doubts=_doubts(answers),
    )


def _order(answers: Answers) -> tuple[Kind, ...]:
    """From the strongest to the weakest; a rollout in waves prefers the designs that use all its waves."""
    by_lot: tuple[Kind, ...] = ("randomized", "stepped_wedge")
    if answers.stagger != "no" or answers.chooser == "everyone":
        by_lot = ("stepped_wedge", "randomized")
    compared: tuple[Kind, ...] = ("matched", "differences")
    if answers.stagger != "no":
        compared = ("differences", "matched")
    alone: tuple[Kind, ...] = ("synthetic_control", "interrupted_series", "describe only")
    if answers.chooser == "everyone" and answers.stagger == "no" and answers.started:
        alone = ("describe only", "interrupted_series")  # nobody planned the series, and nobody can any more
    return (*by_lot, "cutoff", *compared, *alone)


def _allows(kind: Kind, answers: Answers) -> bool:
    """Tell whether the answers leave room for a design."""
    alone, everyone = answers.chooser == "one-school", answers.chooser == "everyone"
    rules = {
        "randomized": _may_draw(answers) and not everyone,
        "stepped_wedge": _waves_by_lot(answers),
        "cutoff": answers.cutoff and not everyone and not (alone and answers.assignable == "schools"),
        "differences": not alone and (answers.stagger != "no" or answers.chooser in {"district", "teachers"}),
        "matched": not alone and not everyone,
        "synthetic_control": alone,
    }
    return rules.get(kind, True)


def _may_draw(answers: Answers) -> bool:
    """Whether chance decided, or still can, with more than one unit to draw among."""
    drawn = answers.chance == "decides" or (answers.chance == "may" and not answers.started)
    lone = answers.chooser == "one-school" and answers.assignable == "schools"
    return answers.assignable != "nobody" and drawn and not lone


def _waves_by_lot(answers: Answers) -> bool:
    """Whether the order of waves was drawn, or the draw can still be about who begins first."""
    if answers.assignable == "nobody" or answers.chooser == "one-school":
        return False
    open_still = answers.chance != "no" and not answers.started
    return answers.stagger == "by-lot" or (open_still and (answers.stagger != "no" or answers.chooser == "everyone"))


def _unit(kind: Kind, answers: Answers) -> Literal["student", "section", "school"]:
    if kind in {"synthetic_control", "interrupted_series"}:
        return "school"
    if answers.assignable == "nobody":
        chosen: dict[str, Literal["student", "section", "school"]] = {"students": "student", "teachers": "section"}
        return chosen.get(answers.chooser, "school")
    named: dict[str, Literal["student", "section", "school"]]
    named = {"students": "student", "sections": "section", "schools": "school"}
    return named[answers.assignable]


_WHO = {
    "district": "the district chose who uses it",
    "teachers": "those who volunteered use it",
    "students": "students chose for themselves",
    "one-school": "one school goes ahead alone",
    "everyone": "everyone gets the tool",
}


def _because(kind: Kind, answers: Answers, strength: Strength) -> str:
    drawn = kind in {"randomized", "stepped_wedge"}
    if drawn and answers.chance == "may" and answers.stagger != "by-lot":
        return f"chance may still decide among {answers.assignable}, and {strength.because}"
    if drawn:
        return f"chance decides among {answers.assignable}, and {strength.because}"
    why_not = "chance can no longer decide" if answers.chance == "may" and answers.started else "chance does not decide"
    if kind == "cutoff":
        return f"{why_not}, but a score alone does, and {strength.because}"
    return f"{why_not} and {_WHO[answers.chooser]}; {strength.because}"


def _stronger(kind: Kind, answers: Answers, strength: Strength) -> tuple[str, ...]:
    advice: list[str] = []
    drawn = kind in {"randomized", "stepped_wedge"}
    if not drawn and answers.started and answers.assignable != "nobody":
        advice.append("draw by lot among those who have not begun yet, and compare within them")
    elif not drawn and answers.assignable != "nobody" and answers.chance == "no":
        advice.append(f"let a lot decide which {answers.assignable} begin first; the others follow later")
    elif not drawn and answers.assignable == "nobody":
        advice.append("ask whether at least sections could begin at different times, in an order drawn by lot")
    if kind == "randomized" and answers.assignable == "schools":
        advice.append("assign sections within schools where teachers can keep the tool apart: many more draws")
    if drawn and answers.assignable == "students":
        advice.append("write down who used the tool without being assigned to it")
    return (*advice, *strength.stronger)


def _doubts(answers: Answers) -> tuple[str, ...]:
    found: list[str] = []
    if answers.assignable == "nobody" and (answers.chance != "no" or answers.stagger == "by-lot"):
        found.append("nobody can be assigned, so chance cannot decide; it was read as if chance did not")
    if answers.chooser == "one-school" and answers.assignable == "schools" and answers.chance != "no":
        found.append("one school alone leaves nothing to draw among; draw among several, or within the school")
    if answers.chooser == "one-school" and answers.stagger != "no":
        found.append("one school alone has no waves; it was read as if all begin together")
    if answers.chooser == "everyone" and answers.cutoff:
        found.append("where everyone gets the tool no cutoff keeps anyone without it; the cutoff was left aside")
    if answers.stagger == "by-lot" and answers.chance == "no" and answers.assignable != "nobody":
        found.append("a lot that draws the order is chance; the lot counts")
    if answers.chooser == "everyone" and answers.chance == "decides" and answers.stagger == "no" and answers.started:
        found.append("where everyone has begun at once chance decided nothing; it was read as if it did not")
    return tuple(found)
