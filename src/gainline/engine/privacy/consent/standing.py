"""Standing: whether a person's records may be read on a day for a ground, by what was said until then."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gainline.engine.privacy.consent.entries import Act, Entry, Relation
from gainline.engine.privacy.consent.grounds import Ground
from gainline.engine.privacy.purposes import Basis

MAJORITY = 18
"""Years at which the rights over a student's records pass from the parents to the student (34 CFR 99.5)."""


class Word(StrEnum):
    """How a person stands to a ground; only the first two let their records be read."""

    NOT_NEEDED = "not needed"
    VALID = "valid"
    NEVER_ASKED = "never given"
    REVOKED = "revoked"
    EXPIRED = "expired"
    UNREVIEWED = "given under an unchecked translation"
    PASSED = "given by a parent whose rights have passed to the student"
    OPTED_OUT = "opted out"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands, and the last day on which that holds if nobody says anything; None without end."""

    word: Word
    until: date | None = None

    @property
    def may_read(self) -> bool:
        """Tell whether the records may be read."""
        return self.word in (Word.NOT_NEEDED, Word.VALID)


def majority(born: date) -> date:
    """The day from which the student's own word counts: the eighteenth birthday itself.

    Who was born on February 29 comes of age on March 1.

    Examples
    --------
    >>> majority(date(2008, 2, 29))
    datetime.date(2026, 3, 1)
    """
    year = born.year + MAJORITY
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def standing(entries: Iterable[Entry], ground: Ground, on: date, *, reviewed: Set[str]) -> Standing:
    """How the person whom these entries are about stands to a ground on a day.

    Parameters
    ----------
    entries
        Everything that was said about one person, in the order in which it was written down; what is about other
        grounds, or was said after the day, does not count.
    ground
        What the records are to be read for.
    on
        The day.
    reviewed
        Hashes of notices that a competent person checked.

    Notes
    -----
    Of each rights-holder the last word counts. One holder's no outweighs another's yes. From the day on which the
    rights pass, only the student's own yes counts, while a parent's no to an opt-out stands until the student speaks.
    """
    said = [entry for entry in entries if entry.on <= on]
    passed = next((entry.rights_pass_on for entry in reversed(said) if entry.rights_pass_on), None)
    last = {(entry.relation, entry.holder): entry for entry in said if entry.ground == ground.key}
    is_grown = passed is not None and on >= passed
    if ground.basis is not Basis.CONSENT:
        return _of_opt_out(ground, list(last.values()), is_grown=is_grown)
    if is_grown and (own := [one for one in last.values() if one.relation is Relation.STUDENT]):
        return _of_consent(own, on, None, reviewed)
    if is_grown:
        return Standing(Word.PASSED if last else Word.NEVER_ASKED)
    return _of_consent(list(last.values()), on, passed, reviewed)


def _of_opt_out(ground: Ground, last: list[Entry], *, is_grown: bool) -> Standing:
    own = [one for one in last if one.relation is Relation.STUDENT]
    heard = own if is_grown and own else last
    if ground.may_opt_out and any(one.act is Act.REVOKED for one in heard):
        return Standing(Word.OPTED_OUT)
    return Standing(Word.NOT_NEEDED)


def _of_consent(last: list[Entry], on: date, passed: date | None, reviewed: Set[str]) -> Standing:
    if not last:
        return Standing(Word.NEVER_ASKED)
    if any(one.act is Act.REVOKED for one in last):
        return Standing(Word.REVOKED)
    checked = [one for one in last if one.notice in reviewed]
    if not checked:
        return Standing(Word.UNREVIEWED)
    lasting = [one for one in checked if one.valid_until is None or one.valid_until >= on]
    if not lasting:
        return Standing(Word.EXPIRED)
    ends = [one.valid_until or date.max for one in lasting]
    until = min(max(ends), date.fromordinal(passed.toordinal() - 1) if passed else date.max)
    return Standing(Word.VALID, None if until == date.max else until)
