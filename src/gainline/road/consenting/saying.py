"""Saying: grounds, notices and families' words go into the journal, on the disk before anything returns."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from gainline.engine.core.errors import Missing, UserFixable
from gainline.engine.ledger import Ledger
from gainline.engine.privacy.consent import Act, Entry, Ground, Notice, Register, Relation
from gainline.engine.privacy.consent.effects import in_bands
from gainline.engine.privacy.consent.register import Record
from gainline.engine.privacy.consent.surveys import Survey, may_open
from gainline.engine.reports.readability import grade, is_plain
from gainline.road.consented import FOLDER, PATH, effective_day, register_of, token
from gainline.road.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Said:
    """What a family said, as whoever writes it down has it.

    Parameters
    ----------
    person
        The keyed hash that stands for the student in the journal; see `person_of`.
    ground, act, relation
        About what, yes or no, and who spoke.
    holder, method, reference, because
        As `Entry`: which of two parents, how it came, its number in the office's files, and the office's code for why.
    language
        Language of the notice that was read.
    notice
        Its hash; empty for the one that stands now.
    valid_until, rights_pass_on
        As `Entry`.
    """

    person: str
    ground: str
    act: Act
    relation: Relation = Relation.PARENT
    holder: str = ""
    method: str = "paper"
    reference: str = ""
    because: str = ""
    language: str = "en"
    notice: str = ""
    valid_until: date | None = None
    rights_pass_on: date | None = None


def journal_of(workspace: Workspace) -> Ledger:
    """The append-only journal of consent; a line that a killed writer left half is no word of anybody's."""
    workspace.folder(FOLDER)
    return Ledger(workspace.root / PATH)


def declare(workspace: Workspace, ground: Ground) -> Ground:
    """Declare what the district does with records, and on what ground.

    Raises
    ------
    Conflict
        PR040 when somebody relied on it and its basis would change or its records grow.
    """
    _append(workspace, lambda register, _: register.declare(ground))
    return ground


def tell(
    workspace: Workspace,
    ground: str,
    language: str,
    text: str,
    *,
    reviewed_by: str = "",
    reviewed_on: date | None = None,
) -> Notice:
    """Keep a notice's exact words, or who checked them; English is graded here, other languages by whoever checks.

    Raises
    ------
    Missing
        PR043 without such a ground.
    UserFixable
        PR042 when it is empty or too hard for families.
    """
    notice = worded(workspace, ground, language, text, reviewed_by=reviewed_by, reviewed_on=reviewed_on)
    _append(workspace, lambda register, _: register.tell(notice))
    return notice


def announce(workspace: Workspace, survey: Survey, notices: Sequence[Notice]) -> None:
    """Write down a survey of students, what its answers rest on, and what families are told of it.

    Raises
    ------
    Conflict
        PR050 when it has a protected question and the window to opt out is too short; PR040 when its ground was used
        and would change.
    """
    ground = survey.ground
    may_open(survey, ground, survey.opens_on or workspace.today())
    if ground is not None:
        _append(workspace, lambda register, _: register.declare(ground))
        for notice in notices:
            _append(workspace, lambda register, _, one=notice: register.tell(one))  # type: ignore[misc]
    _append(workspace, lambda register, _: register.announce(survey))


def worded(
    workspace: Workspace,
    ground: str,
    language: str,
    text: str,
    *,
    reviewed_by: str = "",
    reviewed_on: date | None = None,
) -> Notice:
    """A notice's exact words, graded, and kept nowhere yet.

    Raises
    ------
    UserFixable
        PR042 when it is empty or too hard for families.
    """
    text = text.strip()
    level = round(grade(text), 1) if language == "en" and any(letter.isalpha() for letter in text) else None
    if language == "es" and any(letter.isalpha() for letter in text) and not is_plain(text, "es"):
        raise UserFixable("PR042: the notice is too hard for families", "use short words and sentences")
    checked = reviewed_on if reviewed_by else None
    return Notice(ground, language, text, level, reviewed_by, checked or (workspace.today() if reviewed_by else None))


def say(workspace: Workspace, said: Said, *, now: datetime | None = None) -> Entry:
    """Write down what a family said; from here on no reading that starts holds somebody who took it back.

    Raises
    ------
    Missing, UserFixable
        As `Register.hear`: PR043, PR044, PR041, PR046, PR056; PR047 and PR055 for what the entry itself may hold.
    """
    at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    receipt = f"R-{secrets.token_hex(5)}"
    made: list[Entry] = []

    def record(register: Register, today: date) -> Record:
        entry = _entry(register, said, effective_day(register, today), at=at, receipt=receipt)
        made[:] = [entry]
        return register.hear(entry)

    _append(workspace, record)
    return made[0]


def person_of(workspace: Workspace, key: int) -> str:
    """What stands for a student of the roster in the journal.

    Raises
    ------
    Missing
        PR057 when the pseudonym is of nobody in the roster.
    """
    with workspace.records.reading() as reading:
        students = reading.current("students")
        known = reading.arrow(students.filter(students.person_key == key).select("person_key")).num_rows
    if not known:
        raise Missing("PR057: the pseudonym is of no student of the roster", "give one that the roster has")
    return token(workspace.salt, key)


def one_key(keys: frozenset[int], rostered: Callable[[int], bool]) -> int:
    """The one student among pseudonyms that lead to the same person.

    Raises
    ------
    UserFixable
        PR057 when the roster knows none or several of them.
    """
    found = [key for key in sorted(keys) if rostered(key)]
    if len(found) != 1:
        raise UserFixable("PR057: this names no one student of the roster", "give an identifier that one student has")
    return found[0]


def counted(workspace: Workspace, ground: str) -> dict[str, str]:
    """How many stand how to a ground, in bands of ten that tell nobody's doing.

    Raises
    ------
    Missing
        PR043 without such a ground.
    """
    register = register_of(workspace.root)
    on = effective_day(register, workspace.today())
    found: Counter[str] = Counter()
    for person, said in register.entries.items():
        if any(one.ground == ground for one in said):
            found[str(register.standing(person, ground, on).word)] += 1
    register.ground(ground)
    return {word: in_bands(many) for word, many in sorted(found.items())}


def _entry(register: Register, said: Said, on: date, *, at: str, receipt: str) -> Entry:
    notice = said.notice
    stands = register.notice(said.ground, said.language)
    if said.act is Act.GIVEN and not notice and stands is not None:
        notice = stands.hash
    return Entry(
        person=said.person,
        ground=said.ground,
        act=said.act,
        relation=said.relation,
        on=on,
        at=at,
        holder=said.holder,
        notice=notice if said.act is Act.GIVEN else "",
        language=said.language,
        method=said.method,
        reference=said.reference,
        valid_until=said.valid_until if said.act is Act.GIVEN else None,
        rights_pass_on=said.rights_pass_on or register.rights_pass_on(said.person),
        receipt=receipt,
        because=said.because,
    )


def _append(workspace: Workspace, make: Callable[[Register, date], Record]) -> None:
    journal = journal_of(workspace)
    register = register_of(workspace.root)
    kind, payload = make(register, workspace.today())
    journal.append(kind, payload, on=effective_day(register, workspace.today()))
