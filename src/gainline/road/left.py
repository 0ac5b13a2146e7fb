"""Left: everything that went out at the terminal, from the journals in which it was entered; nobody stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from gainline.engine.ledger import Entry, Ledger
from gainline.engine.ledger.bundle import BUNDLED
from gainline.engine.privacy import Audience
from gainline.road.destroying import JOURNAL
from gainline.road.leaving import DISCLOSED, SMALL_COUNTS, THE_ROSTER, THE_ROWS
from gainline.road.noisy import JOURNAL as NOISY
from gainline.road.noisy import TOLD
from gainline.road.sharing import EXPORTED, STUDY, TABLES
from gainline.road.workspace import Workspace

_FOR = " for "


class Kind(StrEnum):
    """What went out."""

    ROSTER = "roster"
    ROWS = "rows of students"
    COUNTS = "counts of small groups"
    TABLES = "tidy tables"
    STUDY = "Ed-Fi study"
    NOISY = "counts with noise"
    BUNDLE = "evidence bundle"
    OTHER = "something else"


@dataclass(frozen=True, slots=True)
class Left:
    """One thing that went out at the terminal.

    Parameters
    ----------
    on, kind
        The day, and what it was.
    cycle
        Key of the cycle that it tells of, where the journal says one.
    recipient, purpose, under
        Who got it, what for, and the name of the agreement; empty for what passed the exit for an audience.
    audience
        For whom the exit was passed; None for what left under an agreement.
    """

    on: date
    kind: Kind
    cycle: str = ""
    recipient: str = ""
    purpose: str = ""
    under: str = ""
    audience: Audience | None = None


def left_at_terminal(workspace: Workspace) -> tuple[Left, ...]:
    """What went out at the terminal, the latest first; what stayed with an office of the district is not in it.

    Raises
    ------
    Conflict
        When a journal is not intact: nothing is read from one that was altered.
    """
    root = workspace.root
    found = [one for path in (root / JOURNAL, root / NOISY, workspace.ledger.path) for one in _of(path)]
    return tuple(sorted(found, key=lambda one: one.on))[::-1]


def _of(path: Path) -> tuple[Left, ...]:
    if not path.is_file():
        return ()
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int, _size: int) -> tuple[Left, ...]:
    """The journals hold a hash of each student, so they are long; what is kept of them is short."""
    return tuple(one for entry in Ledger(path).entries() if (one := _left(entry)) is not None)


def _left(entry: Entry) -> Left | None:
    said = entry.payload
    if entry.kind == DISCLOSED:
        kind, cycle = _what(str(said["what"]))
        return Left(entry.on, kind, cycle, str(said["recipient"]), str(said["purpose"]), str(said["agreement"]))
    if entry.kind == TOLD and "figures" in said:
        return Left(entry.on, Kind.NOISY, str(said["of"]), audience=Audience.PUBLIC)
    if entry.kind == BUNDLED:
        return Left(entry.on, Kind.BUNDLE, str(said["key"]), audience=Audience.PUBLIC)
    return _shared(entry) if entry.kind == EXPORTED and "to" not in said else None


def _shared(entry: Entry) -> Left | None:
    """Tables or a study for an audience; an analyst's have an entry of disclosure, or stay with the district."""
    what, _, audience = str(entry.payload["what"]).rpartition(_FOR)
    if audience not in (Audience.PUBLIC, Audience.STAFF):
        return None
    kind = {TABLES: Kind.TABLES, STUDY: Kind.STUDY}.get(what, Kind.OTHER)
    return Left(entry.on, kind, str(entry.payload["key"]), audience=Audience(audience))


def _what(words: str) -> tuple[Kind, str]:
    if words.startswith(SMALL_COUNTS):
        return Kind.COUNTS, words.removeprefix(SMALL_COUNTS)
    return {THE_ROSTER: Kind.ROSTER, THE_ROWS: Kind.ROWS}.get(words, Kind.OTHER), ""
