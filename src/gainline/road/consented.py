"""Consented: whom a reading leaves out, by what families said until now; asked anew by every reading that starts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TypeVar

from gainline.engine.core.errors import Conflict, UserFixable
from gainline.engine.ledger import Ledger
from gainline.engine.ledger.chain import NOTHING_READ
from gainline.engine.privacy.consent import Ground, Register
from gainline.engine.privacy.consent.surveys import Survey
from gainline.lake import Ban, Reading
from gainline.lake.guarding import Bars

FOLDER = "consent"
PATH = f"{FOLDER}/journal.jsonl"
RESTORED = f"{FOLDER}/RESTORED"
"""Stands in a workspace that came from a backup, until what was withdrawn since is applied."""

T = TypeVar("T")


def token(salt: bytes, person: int) -> str:
    """What stands for a person in the journal of consent: 128 bits, keyed with the workspace's secret.

    It is no pseudonym of the lake's: whoever is erased from the lake leaves a word here that leads to nobody, and holds
    should the same person's files ever come in again.

    Source: keyed BLAKE2b (RFC 7693, section 2.9).
    """
    said = f"consent\x1f{person}".encode()
    return hashlib.blake2b(said, digest_size=16, key=salt[:64]).hexdigest()


def register_of(root: Path) -> Register:
    """Everything that the workspace's journal of consent says now; empty where there is none.

    Raises
    ------
    Conflict
        When the journal is not intact: then nobody's word is known.
    """
    path = root / PATH
    return _journal(path).register() if path.is_file() else Register()


class _Journal:
    """One journal as this process read it last: of a word that comes in, only its own line is read."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, Lock()
        self._forget()

    def _forget(self) -> None:
        self._seen, self._read, self._register = (0, 0), NOTHING_READ, Register()

    def register(self) -> Register:
        """What it says now."""
        with self._lock:
            found = self._path.stat()
            if (found.st_mtime_ns, found.st_size) != self._seen:
                self._read_on()
                self._seen = (found.st_mtime_ns, found.st_size)
            return self._register

    def _read_on(self) -> None:
        ledger = Ledger(self._path)
        try:
            entries, self._read = ledger.entries_after(self._read)
        except Conflict:  # another file stands in its place, such as a backup's; or it is not intact, which shows then
            self._forget()
            entries, self._read = ledger.entries_after(NOTHING_READ)
        self._register = self._register.after(*((entry.kind, entry.payload) for entry in entries))


@lru_cache(maxsize=32)
def _journal(path: Path) -> _Journal:
    return _Journal(path)


def effective_day(register: Register, today: date) -> date:
    """The day on which words count: today, or the day of the latest word where the clock was set back."""
    return max([today, *(said[-1].on for said in register.entries.values())])


def bans_of(root: Path, salt: Callable[[], bytes], today: Callable[[], date], cycle: str | None) -> Sequence[Ban]:
    """Whom a reading that starts now must leave out, of which rows; nothing where no family's word decides.

    Parameters
    ----------
    root, salt
        The workspace's folder, and what gives its secret.
    today
        What gives the day in the district.
    cycle
        What the reading is for; None holds it to every ground.

    Raises
    ------
    Conflict
        PR052 in a workspace that was restored, before what was withdrawn since is applied.
    """
    if (root / RESTORED).is_file():
        raise Conflict(
            "PR052: these records came from a backup, and what families took back since is not applied yet",
            "apply it first: gainline consent reapply JOURNAL, the copy of the journal that was kept apart",
        )
    register = register_of(root)
    asked = register.asked(cycle)
    if not asked:
        return ()
    day = effective_day(register, today())
    return [Ban(one.covers, _asking(register, one, salt(), day), one.where) for one in asked]


def dated_surveys(root: Path) -> list[Survey]:
    """Surveys with a first day, before which an import takes nobody's answers: families have time to opt out."""
    return [one for one in register_of(root).surveys.values() if one.opens_on is not None]


def _asking(register: Register, ground: Ground, salt: bytes, today: date) -> Bars:
    def of(keys: Iterable[int], on: date | None) -> frozenset[int]:
        if on is None:
            return barred(register, ground, keys, on=today, salt=salt)
        out = barred(register, ground, keys, on=on, salt=salt)
        return frozenset(key for key in out if not register.agreed(token(salt, key), ground.key))

    return of


def barred(register: Register, ground: Ground, keys: Iterable[int], *, on: date, salt: bytes) -> frozenset[int]:
    """Which of these pseudonyms have no valid basis for a ground on a day."""
    silent = register.standing("", ground.key, on).may_read
    found = set()
    for key in keys:
        person = token(salt, key)
        may = register.standing(person, ground.key, on).may_read if person in register.entries else silent
        if not may:
            found.add(key)
    return frozenset(found)


def over_whom_may(reading: Reading, make: Callable[[], T], tools: Collection[str] = ()) -> T:
    """A number over everybody whose facts it needs may be read for it.

    Whoever is barred from a table that it turns out to open is left out of every table about people, so that nobody
    counts as a person without use; then it is made again.
    """
    left_out: frozenset[str] = frozenset()
    while True:
        try:
            made = make()
        except UserFixable:
            if reading.governed <= left_out:
                raise
        else:
            if reading.governed <= left_out:
                return made
        left_out |= reading.governed
        reading.leave_out(left_out, tools)
