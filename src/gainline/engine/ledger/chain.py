"""The ledger file: one canonical JSON object a line, each holding the hash of the one before it."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

from gainline.engine.core.errors import Conflict
from gainline.engine.core.issues import Issue, Level
from gainline.engine.ledger.canonical import canonical
from gainline.engine.ledger.lines import FIRST_PREVIOUS, Entry, Fault, read_line, sealed

TORN = "torn_line"
"""Kind of the entry that records what a killed writer left behind."""

_REMEDY = "restore the ledger from a backup that agrees with a head kept outside; do not edit the file"


@dataclass(frozen=True, slots=True)
class Head:
    """Where a ledger stood at one moment; kept outside (in a brief, a mail), it shows a cut or rewritten tail.

    ``seq`` is the number of the last entry, 0 for an empty ledger, and ``hash`` that entry's hash.
    """

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Read:
    """How far a ledger was read and found intact: its bytes until there, their SHA-256, and the head they end with."""

    size: int
    sha256: str
    head: Head


NOTHING_READ = Read(0, hashlib.sha256().hexdigest(), Head(0, FIRST_PREVIOUS))


class Ledger:
    """The append-only record of what was registered, amended and concluded.

    Every append is one line, written whole under an exclusive lock and on the disk before the call returns. The chain
    shows edits, deletions and reordering by itself; that the *end* was cut off, or everything after a point written
    anew, only a `Head` that was kept outside can show.

    A line that a killed writer left without its line end was never confirmed to anybody: readers skip it, `verify`
    reports it, and the next append takes it out of the file and records its text in an entry of kind ``torn_line``.

    With a ``secret``, what is appended is blinded: its hashes may go out in proofs without being tried against guesses.
    """

    def __init__(self, path: Path, *, secret: bytes | None = None) -> None:
        self.path = path
        self._secret = secret  # blinds what is appended; reading needs none

    def append(self, kind: str, payload: Mapping[str, Any], *, on: date) -> Entry:
        """Write one entry at the end.

        Raises
        ------
        NotCanonical
            When the payload has no canonical JSON.
        Conflict
            When the last entry of the file is not intact, so that nothing may be built on it.
        """
        canonical(payload)  # refuse before the file is touched
        with self._locked() as file:
            file.seek(0)
            whole, line_end, torn = file.read().rpartition(b"\n")
            last = self._last_of(whole) if line_end else None
            if torn:
                file.truncate(len(whole + line_end))
                last = _write(file, _record_of(torn, after=last, on=on, secret=self._secret))
            return _write(file, sealed(kind, payload, on=on, after=last, secret=self._secret))

    def entries(self) -> tuple[Entry, ...]:
        """Every entry in order, each checked against the chain.

        Raises
        ------
        Conflict
            At the first line that is not what was appended: nothing is read from an altered ledger.
        """
        return self.entries_after(NOTHING_READ)[0]

    def entries_after(self, before: Read) -> tuple[tuple[Entry, ...], Read]:
        """The entries that came since the ledger was read last, each checked, and how far that is now.

        What was read before is not checked line by line again: its bytes have the digest that they had.

        Parameters
        ----------
        before
            What the last reading of this ledger returned, or `NOTHING_READ`.

        Raises
        ------
        Conflict
            As `entries`; also when what was read before is not in the file any more.
        """
        content = self._bytes()
        content = content[: content.rfind(b"\n") + 1]
        known, new = content[: before.size], content[before.size :]
        read = hashlib.sha256(known)
        if read.hexdigest() != before.sha256:
            raise Conflict(f"the ledger {self.path.name} is not the one that was read before", _REMEDY)
        found = []
        for one in _lines(new, after=before.head):
            if isinstance(one, Fault):
                raise Conflict(f"the ledger {self.path.name} is not intact at line {one.line}: {one.says}", _REMEDY)
            found.append(one)
        read.update(new)
        head = Head(found[-1].seq, found[-1].hash) if found else before.head
        return tuple(found), Read(len(content), read.hexdigest(), head)

    def head(self) -> Head:
        """Where the ledger stands now; write it down somewhere else.

        Raises
        ------
        Conflict
            When the ledger is not intact.
        """
        return self.entries_after(NOTHING_READ)[1].head

    def verify(self, *, against: Head | None = None) -> list[Issue]:
        """What is wrong with the ledger, line by line; empty when nothing is.

        Parameters
        ----------
        against
            A head that was kept outside. With it, a tail that was cut off or written anew is found as well.
        """
        reads = list(_lines(self._bytes(), after=NOTHING_READ.head))
        faults = [self._issue(read.code, read.says, read.line) for read in reads if isinstance(read, Fault)]
        claims = [read if isinstance(read, Entry) else read.entry for read in reads]
        entries = [claim for claim in claims if claim]
        if self._torn():
            faults.append(self._torn_issue(len(reads) + 1))
        if against is not None:
            faults.extend(self._against(entries, against))
        return [*faults, *self._backdated(entries)]

    def _bytes(self) -> bytes:
        return self.path.read_bytes() if self.path.exists() else b""

    def _last_of(self, whole: bytes) -> Entry:
        read = read_line(whole.rpartition(b"\n")[-1], number=whole.count(b"\n") + 1)
        if isinstance(read, Fault):
            at = f"{self.path.name} is not intact at line {read.line}, its last entry"
            raise Conflict(f"the ledger {at}: {read.says}", _REMEDY)
        return read

    @contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        is_new = not self.path.exists()
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # released when the file closes, also when the process is killed
            yield file
        if is_new:
            _sync_folder(self.path.parent)

    def _torn(self) -> bool:
        content = self._bytes()
        return bool(content) and not content.endswith(b"\n")

    def _issue(self, code: str, says: str, line: int | None, level: Level = Level.ERROR) -> Issue:
        return Issue(code, level, says, _REMEDY, file=self.path.name, line=line)

    def _torn_issue(self, line: int) -> Issue:
        says = "the last line has no line end: a writer was stopped before it could confirm the entry"
        remedy = "nothing that was confirmed is lost; the next append records the fragment and goes on"
        return Issue("LG005", Level.WARNING, says, remedy, file=self.path.name, line=line)

    def _against(self, entries: list[Entry], head: Head) -> Iterator[Issue]:
        if head.seq == 0:
            return
        hashes = {entry.hash for entry in entries if entry.seq == head.seq}
        if not hashes:
            says = f"the ledger once held {head.seq} entries and now ends before that one: its tail was cut off"
            yield self._issue("LG006", says, None)
        elif head.hash not in hashes:
            says = f"entry {head.seq} is not the one that stood there when the head was taken: the chain was rewritten"
            yield self._issue("LG007", says, None)

    def _backdated(self, entries: list[Entry]) -> Iterator[Issue]:
        for line, (before, after) in enumerate(pairwise(entries), start=2):
            if after.on < before.on:
                says = f"the entry is dated {after.on}, before its predecessor of {before.on}"
                yield self._issue("LG008", says, line, Level.NOTE)


def _lines(content: bytes, *, after: Head) -> Iterator[Entry | Fault]:
    """What each whole line holds; numbers count from the first line of the file."""
    expected_seq, expected_previous = after.seq + 1, after.hash
    for number, line in enumerate(content.split(b"\n")[:-1], start=expected_seq):
        read = read_line(line, number=number, seq=expected_seq, previous=expected_previous)
        yield read
        # go on from what the line says, so that one deletion is one fault and not a fault on every later line
        says = read if isinstance(read, Entry) else read.entry
        expected_seq = says.seq + 1 if says else expected_seq + 1
        expected_previous = says.hash if says else ""


def _record_of(torn: bytes, *, after: Entry | None, on: date, secret: bytes | None) -> Entry:
    payload = {"bytes": len(torn), "text": torn.decode(errors="replace"), "because": "a writer was stopped midway"}
    return sealed(TORN, payload, on=on, after=after, secret=secret)


def _write(file: IO[bytes], entry: Entry) -> Entry:
    """Put the entry at the end and on the disk."""
    file.write(entry.line())  # the file is open for appending, so this is its end
    file.flush()
    os.fsync(file.fileno())
    return entry


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
