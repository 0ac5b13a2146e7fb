"""The hypothesis checker: which of the six parts is missing, and how to write it."""

from __future__ import annotations

from dataclasses import dataclass

from gainline.engine.pilots.plan import Hypothesis


@dataclass(frozen=True, slots=True)
class Part:
    """One of the six parts of a hypothesis.

    Parameters
    ----------
    name, key
        The part's name for people and its key in the plan's ``[hypothesis]``.
    code
        Code of the issue that says it is missing.
    asks
        The question that the part answers.
    write
        How to write it, as a line of TOML.
    """

    name: str
    key: str
    code: str
    asks: str
    write: str


PARTS = (
    Part("change", "change", "PL010", "Will it go up or down?", 'change = "raise" or change = "lower"'),
    Part("population", "population", "PL011", "For whom?", 'population = "grade 3 to 5 students of the pilot schools"'),
    Part("measure", "measure", "PL012", "In what?", 'measure = "reading", the key of a declared outcome'),
    Part("size", "size", "PL013", "By how much?", "size = 4.0, in the outcome's own unit"),
    Part("date", "by", "PL014", "By when?", "by = 2026-05-29, the day by which the measure is known"),
    Part("reason", "because", "PL015", "Why should it?", 'because = "daily practice with feedback builds fluency"'),
)
"""The six parts, in the order in which the sentence says them."""


def check_hypothesis(hypothesis: Hypothesis) -> tuple[Part, ...]:
    """The parts that are still missing, in the order of `PARTS`; empty when the hypothesis is whole.

    Examples
    --------
    >>> [part.name for part in check_hypothesis(Hypothesis(change="raise", measure="reading", size=4.0))]
    ['population', 'date', 'reason']
    """
    return tuple(part for part in PARTS if getattr(hypothesis, part.key) is None)
