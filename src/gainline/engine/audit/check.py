"""One check of the audit: what was looked at, the figure with its interval, the null, and the word that follows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Word(StrEnum):
    """What a check says; "cannot tell" is an answer, and so is that there was nothing to ask."""

    CLEAR = "clear"
    FLAG = "flag"
    CANNOT = "cannot tell"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """One row of the audit page.

    Parameters
    ----------
    key
        Which check; its title, its question, its rule and its remedy stand in the catalogue of sentences under it.
    about
        What was looked at: an outcome, a covariate, a split by group, a tool.
    word
        What follows.
    figure, low, high
        The figure and its 95 % interval; None where there is none.
    unit
        What the figure is counted in: ``points`` of a percentage, ``SD``, ``share``, ``delta``, ``r``, ``count``, or
        the outcome's own unit.
    n
        Of what there are so many behind it, where those are not students: schools, looks, decisions, cycles. Counts of
        students stand in the audit's sides and leave through the exit.
    null
        What the figure would be, or at most be, if nothing were wrong.
    limit
        Beyond which the flag is raised.
    split
        Key of the registered split whose groups the figure tells apart; empty for a figure about no group.
    why
        Which sentence says why nothing can be told; empty otherwise.
    """

    key: str
    about: str
    word: Word
    figure: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    n: int | None = None
    null: float | None = None
    limit: float | None = None
    split: str = ""
    why: str = ""


def judged(figure: float, low: float, high: float, *, limit: float, null: float = 0.0) -> Word:
    """Flag a figure beyond its limit that chance does not explain; say when only one of both holds.

    A figure within the limit whose interval reaches past twice the limit is no all-clear: nobody could have seen it.

    Parameters
    ----------
    low, high
        The 95 % interval of the figure.
    limit
        Largest tolerable distance from the null, above zero.
    """
    if abs(figure - null) > limit:
        return Word.CANNOT if low <= null <= high else Word.FLAG
    return Word.CLEAR if max(abs(low - null), abs(high - null)) <= 2.0 * limit else Word.CANNOT


def not_asked(key: str, why: str, about: str = "") -> AuditCheck:
    """A check that does not apply, with the sentence that says why."""
    return AuditCheck(key, about, Word.NOT_ASKED, why=why)


def cannot_tell(key: str, why: str, about: str = "", split: str = "") -> AuditCheck:
    """A check that was asked and has no honest answer."""
    return AuditCheck(key, about, Word.CANNOT, why=why, split=split)
