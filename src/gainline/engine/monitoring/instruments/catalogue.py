"""Questionnaires: how many items they have, from where to where, and how one filled-in sheet becomes its scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gainline.engine.core.refusals import Refusal

Scores = dict[str, float]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire.

    Parameters
    ----------
    key, name
        As responses name it, and as people do.
    items, lowest, highest
        How many items, numbered from 1, and the ends of their scale.
    scores
        From whole answers, by item from 1, to named scores.
    reads, source, terms
        How to read a score, where the scoring was published, and on what terms the instrument may be used.
    """

    key: str
    name: str
    items: int
    lowest: int
    highest: int
    scores: Callable[[Mapping[int, float]], Scores]
    reads: str
    source: str
    terms: str


def score_sheet(instrument: Instrument, answers: Mapping[int, float | None]) -> Scores | Refusal:
    """The scores of one filled-in questionnaire.

    Parameters
    ----------
    answers
        Item from 1 -> the number that was ticked, not turned around; None or absent where it was left out.

    Refuses
    -------
    RK034 an item was left out or an answer lies outside the scale: a score of the rest would be of another instrument.
    """
    whole = {item: answer for item in range(1, instrument.items + 1) if (answer := answers.get(item)) is not None}
    if len(whole) < instrument.items:
        because = f"{instrument.items - len(whole)} of {instrument.items} items of {instrument.key} were left out"
        return Refusal("RK034", because, "score whole questionnaires only, and report how many were not")
    if not all(instrument.lowest <= answer <= instrument.highest for answer in whole.values()):
        because = f"answers to {instrument.key} run from {instrument.lowest} to {instrument.highest}"
        return Refusal("RK034", f"{because}, and one lies outside", "mend the import's coding; do not rescale by hand")
    return instrument.scores(whole)


def _sus(answers: Mapping[int, float]) -> Scores:
    odd = sum(answers[item] - 1 for item in range(1, 11, 2))
    even = sum(5 - answers[item] for item in range(2, 11, 2))
    return {"usability": 2.5 * (odd + even)}


def _umux_lite(answers: Mapping[int, float]) -> Scores:
    score = (answers[1] + answers[2] - 2) / 12 * 100
    return {"usability": score, "usability_as_sus": 0.65 * score + 22.9}


_TSES = {"engagement": (2, 3, 4, 11), "instruction": (5, 9, 10, 12), "management": (1, 6, 7, 8)}


def _tses_short(answers: Mapping[int, float]) -> Scores:
    parts = {part: sum(answers[item] for item in items) / len(items) for part, items in _TSES.items()}
    return {**parts, "efficacy": sum(answers.values()) / len(answers)}


_ALL = (
    Instrument(
        "sus",
        "System Usability Scale",
        10,
        1,
        5,
        _sus,
        "0 to 100, no percentage; about 68 is average",
        "Brooke (1996), SUS: a quick and dirty usability scale; odd items minus 1, 5 minus even items, times 2.5",
        "free to use with attribution",
    ),
    Instrument(
        "umux-lite",
        "UMUX-Lite",
        2,
        1,
        7,
        _umux_lite,
        "0 to 100; usability_as_sus is the regression on SUS, 22.9 to 87.9",
        "Lewis, Utesch and Maher (2013), UMUX-LITE: when there's no time for the SUS, CHI 2013:2099-2102",
        "free to use",
    ),
    Instrument(
        "tses-short",
        "Teachers' Sense of Efficacy Scale, short form",
        12,
        1,
        9,
        _tses_short,
        "1 to 9: unweighted means of four items each, and of all twelve",
        "Tschannen-Moran and Woolfolk Hoy (2001), Teaching and Teacher Education 17:783-805, and the authors' key",
        "ask the authors for permission; the items are not shipped",
    ),
)

INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType({instrument.key: instrument for instrument in _ALL})
"""The questionnaires that can be scored, by key."""
