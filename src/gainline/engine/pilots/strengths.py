"""What each kind of design can show, what it cannot, and how high it can be rated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal[
    "randomized",
    "matched",
    "differences",
    "stepped_wedge",
    "interrupted_series",
    "cutoff",
    "synthetic_control",
    "describe only",
]

WITHOUT = "meets standards without reservations"
WITH = "meets standards with reservations"
NOT = "does not meet standards"


@dataclass(frozen=True, slots=True)
class Strength:
    """One design in plain words.

    Parameters
    ----------
    because
        Why it is taken, as the end of a sentence.
    shows, cannot
        What it can show, and what it cannot.
    rating
        The highest rating that it could reach, with its condition. Source: WWC Handbook 5.0; for designs that the
        handbook's group-design standards do not cover, the reason.
    stronger
        What makes it stronger.
    as_second
        What it means where it is the next best design.
    """

    because: str
    shows: str
    cannot: str
    rating: str
    stronger: tuple[str, ...]
    as_second: str


KINDS: Final[dict[Kind, Strength]] = {
    "randomized": Strength(
        because="what else differs between the two groups then differs by chance alone",
        shows="the effect of being given the tool, with an interval that chance itself justifies",
        cannot="what happens in schools unlike those in the draw, or after the window",
        rating=f"{WITHOUT}, with low attrition and at least two units in each arm",
        stronger=(
            "draw within blocks of alike units and record the seed",
            "use the same measure before the start as a covariate",
            "agree beforehand how scores of those who leave are collected",
        ),
        as_second="compare the first wave with those who wait until they begin: simpler, with less information",
    ),
    "stepped_wedge": Strength(
        because="everyone gets the tool in the end while those who wait show what would have happened without it",
        shows="the effect of having the tool, each group compared with itself and with those who still wait",
        cannot="an effect that needs longer than the last wave has the tool, or one that fades",
        rating=f"{WITHOUT}, with low attrition and at least two units in each wave",
        stronger=(
            "have at least three waves and measure everyone in every period",
            "draw the order by lot and record the seed",
            "keep two units or more in each wave",
        ),
        as_second="draw the order of begin instead: everyone gets the tool, and it takes longer to know",
    ),
    "cutoff": Strength(
        because="students just below and just above it are alike but for the tool",
        shows="the effect on those close to the cutoff",
        cannot="the effect on those far from the cutoff, and small effects: it needs about three times the students",
        rating=f"{WITHOUT}, if the score cannot be steered and enough students lie near the cutoff",
        stronger=(
            "fix score, cutoff and side before anyone knows the scores, and let no exception in",
            "have at least a few hundred students near the cutoff",
        ),
        as_second="compare students near the cutoff only",
    ),
    "differences": Strength(
        because="those who begin later or never show how the outcome would have moved",
        shows="whether the outcome turned where and when the tool began, beyond what moved everywhere",
        cannot="the effect, if those who began earlier were on another path anyway",
        rating=f"{WITH}, if the groups were alike before",
        stronger=(
            "measure the outcome in at least three periods before the first begin",
            "have several groups begin at each time, and keep some that wait to the end",
            "let a lot draw the order",
        ),
        as_second="follow the same measure before and after in both groups, and compare how much it moved",
    ),
    "matched": Strength(
        because="students with the same scores and circumstances before can be compared with those who use it",
        shows="the difference between those with the tool and others like them in everything that was recorded",
        cannot="whether what was not recorded, such as zeal or support at home, made the difference",
        rating=f"{WITH}, if baseline scores differ by at most 0.25 SD and are adjusted for",
        stronger=(
            "have the same measure before the start for everyone: it matters more than any other covariate",
            "match within schools and grades",
            "add a placebo: a score that the tool cannot have changed",
        ),
        as_second="compare those with the tool with others like them in what was recorded",
    ),
    "synthetic_control": Strength(
        because="a mixture of other schools that moved like it before shows where it would have gone",
        shows="whether the school left the path of schools that moved like it",
        cannot="the tool's effect apart from anything else that happened in that one school",
        rating=f"{NOT}: one school alone cannot be told from its tool (confounding factor)",
        stronger=(
            "win at least one more school, better three, and wait with comparable ones",
            "have eight or more periods before the start and ten or more other schools",
        ),
        as_second="compare the school with a mixture of others that moved like it before",
    ),
    "interrupted_series": Strength(
        because="a long enough series of the same measure shows where it would have gone on",
        shows="whether the series changed its level or slope when the tool began",
        cannot="whether anything else that began at the same time changed it",
        rating=f"{NOT}: there is no comparison group",
        stronger=(
            "keep some sections or schools waiting, in an order drawn by lot",
            "have eight or more periods before the start, all measured in the same way",
            "add a series that the tool cannot change",
        ),
        as_second="follow the same measure over at least eight periods before and several after, without a comparison",
    ),
    "describe only": Strength(
        because="no comparison is left that could say what would have happened without it",
        shows="who uses the tool, how much, at what cost, and how scores stand",
        cannot="whether the tool changed anything",
        rating="none: nothing is claimed that could be rated",
        stronger=(
            "look whether the same measure was taken at least eight times before the start: then use a series",
            "plan the next tool, or the next grade, with some who wait",
        ),
        as_second="say who uses it and how scores stand, without a claim about its effect",
    ),
}
