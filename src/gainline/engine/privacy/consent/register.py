"""The register: everything a district declared, told and heard about consent, as its journal replays it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gainline.engine.core.errors import Missing, UserFixable
from gainline.engine.privacy.consent.entries import Act, Entry, Relation
from gainline.engine.privacy.consent.grounds import Ground, refuse_swap
from gainline.engine.privacy.consent.notices import Notice
from gainline.engine.privacy.consent.standing import Standing, standing
from gainline.engine.privacy.consent.surveys import Survey
from gainline.engine.privacy.purposes import Basis

GROUND, NOTICE, ENTRY, RAN = "consent_ground", "consent_notice", "consent_entry", "consent_ran"
SURVEY = "consent_survey"
Record = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Register:
    """The state of consent after some records of the journal.

    Parameters
    ----------
    grounds, notices
        By key, and by hash; of a notice the latest record counts, because a review comes after the text.
    entries
        Everything that was said, by person, in its order.
    used
        Keys of grounds on which somebody's word or a run rests.
    surveys
        Surveys of students that were announced, by key; of one that was announced again, the latest.
    """

    grounds: Mapping[str, Ground] = field(default_factory=dict)
    notices: Mapping[str, Notice] = field(default_factory=dict)
    entries: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    used: frozenset[str] = frozenset()
    surveys: Mapping[str, Survey] = field(default_factory=dict)

    @classmethod
    def replay(cls, records: Iterable[Record]) -> Register:
        """The register after these records, each a kind and its payload; other kinds are passed over."""
        return cls().after(*records)

    def after(self, *records: Record) -> Register:
        """The register as it is when these records came in as well."""
        grounds, notices, surveys = dict(self.grounds), dict(self.notices), dict(self.surveys)
        entries, used = dict(self.entries), set(self.used)
        for kind, payload in records:
            if kind == GROUND:
                grounds[payload["key"]] = Ground.from_json_value(payload)
            elif kind == NOTICE:
                notices[payload["hash"]] = Notice.from_json_value(payload)
            elif kind == ENTRY:
                entry = Entry.from_json_value(payload)
                entries[entry.person] = (*entries.get(entry.person, ()), entry)
                used.add(entry.ground)
            elif kind == SURVEY:
                surveys[payload["key"]] = Survey.from_json_value(payload)
            elif kind == RAN:
                used.update(payload["grounds"])
        return Register(grounds, notices, entries, frozenset(used), surveys)

    def declare(self, ground: Ground) -> Record:
        """The record of a new or changed ground.

        Raises
        ------
        Conflict
            PR040 when it was used under another basis, or would grow.
        """
        before = self.grounds.get(ground.key)
        if before is not None and ground.key in self.used:
            refuse_swap(before, ground)
        return GROUND, ground.to_json_value()

    def tell(self, notice: Notice) -> Record:
        """The record of a notice, or of its review.

        Raises
        ------
        Missing
            PR043 when there is no such ground.
        """
        self.ground(notice.ground)
        return NOTICE, notice.to_json_value()

    def announce(self, survey: Survey) -> Record:
        """The record of a survey that opens, or is open: its protected topics, and when families were told."""
        return SURVEY, survey.to_json_value()

    def hear(self, entry: Entry) -> Record:
        """The record of what somebody said; a no is always heard from whoever has the right to speak.

        Raises
        ------
        Missing
            PR043 when there is no such ground.
        UserFixable
            PR044 for a yes under a text that is unknown, replaced or of another ground; PR041 under one that nobody
            checked; PR046 when the rights have passed to the student; PR056 when a family's word does not decide.
        """
        ground = self.ground(entry.ground)
        if not ground.asks_families:
            raise UserFixable(
                f"PR056: {ground.key} rests on {ground.basis}, and nobody can opt out of it",
                "tell the family what it rests on; their word is not asked for",
            )
        self._check_right(entry)
        if entry.act is Act.GIVEN and ground.basis is Basis.CONSENT:
            self._check_notice(entry)
        return ENTRY, entry.to_json_value()

    def ground(self, key: str) -> Ground:
        """One ground.

        Raises
        ------
        Missing
            PR043 when there is none under this key.
        """
        if key not in self.grounds:
            known = ", ".join(sorted(self.grounds)) or "none yet"
            raise Missing("PR043: no ground is declared under this key", f"declared are: {known}")
        return self.grounds[key]

    def notice(self, ground: str, language: str) -> Notice | None:
        """The text that stands for a ground in a language: the one that was told last."""
        found = [one for one in self.notices.values() if one.ground == ground and one.language == language]
        return found[-1] if found else None

    @property
    def reviewed(self) -> frozenset[str]:
        """Hashes of notices that a competent person checked."""
        return frozenset(key for key, notice in self.notices.items() if notice.is_reviewed)

    def asked(self, cycle: str | None = None) -> tuple[Ground, ...]:
        """Grounds on which a family's word decides, as far as a run is held to them."""
        return tuple(one for one in self.grounds.values() if one.asks_families and one.holds_in(cycle))

    def standing(self, person: str, key: str, on: date) -> Standing:
        """How a person stands to a ground on a day.

        Raises
        ------
        Missing
            PR043 when there is no such ground.
        """
        return standing(self.entries.get(person, ()), self.ground(key), on, reviewed=self.reviewed)

    def agreed(self, person: str, key: str) -> bool:
        """Tell whether somebody ever said yes for a person: who takes that back is lost to a set, not outside of it."""
        return any(one.ground == key and one.act is Act.GIVEN for one in self.entries.get(person, ()))

    def speaks(self, person: str, on: date) -> Relation:
        """Who has the right to speak for a person on a day."""
        passed = self.rights_pass_on(person)
        return Relation.STUDENT if passed is not None and on >= passed else Relation.PARENT

    def rights_pass_on(self, person: str) -> date | None:
        """The day on which the rights pass to a person, as it was said last; None where nobody did."""
        said = reversed(self.entries.get(person, ()))
        return next((one.rights_pass_on for one in said if one.rights_pass_on), None)

    def sole_basis(self, table: str) -> bool:
        """Tell whether nothing but consent carries a table's rows: it is covered, and by no other ground."""
        over = [one for one in self.grounds.values() if table in one.covers]
        return bool(over) and all(one.basis is Basis.CONSENT for one in over)

    def _check_right(self, entry: Entry) -> None:
        passed = entry.rights_pass_on or self.rights_pass_on(entry.person)
        if entry.relation is Relation.PARENT and passed is not None and entry.on >= passed:
            raise UserFixable(
                "PR046: the rights over these records have passed to the student", "ask the student, who is of age"
            )

    def _check_notice(self, entry: Entry) -> None:
        notice = self.notices.get(entry.notice)
        if notice is None or notice.ground != entry.ground or notice != self.notice(entry.ground, notice.language):
            raise UserFixable(
                "PR044: this is not the notice that stands for the ground in this language",
                "show the family the notice as it stands now, and ask again",
            )
        if not notice.is_reviewed:
            raise UserFixable(
                "PR041: nobody has checked this text, and consent given under it would not be valid",
                "have a competent person check the translation, and write down who did",
            )
