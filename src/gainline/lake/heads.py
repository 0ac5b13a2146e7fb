"""Heads: the line of a store's heads, which decides what is published there and who may publish next."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gainline.engine.core.errors import Conflict, Missing, UserFixable
from gainline.lake.durable import write_whole
from gainline.lake.objects import ObjectStore

HEADS = "heads"
_WAIT = "wait until it has ended; if it was stopped for good, let go of its hold: gainline release-lake"


@dataclass(frozen=True, slots=True)
class Head:
    """An entry of the store's line of heads.

    Parameters
    ----------
    number, snapshot
        Its place in the line, and the id of the snapshot that is current from here on.
    by
        The writer that holds the lake; None while nobody does.
    staged
        The folder with the Delta commits of this publish, until they lie in their tables.
    """

    number: int
    snapshot: str
    by: str | None = None
    staged: str | None = None

    def says(self) -> dict[str, Any]:
        """What the entry says in the store."""
        return {"head": self.snapshot, "by": self.by, "staged": self.staged}


class Heads:
    """The line of heads, and this copy's place in it; ``token`` is the file with what this copy last held it by."""

    def __init__(self, store: ObjectStore, token: Path) -> None:
        self._store = store
        self._token = token
        self.held: Head | None = None

    def begin(self, first: Head) -> bool:
        """Begin the line; False where there is one."""
        return self._store.latest(HEADS) is None and self._store.begin(HEADS, first.says())

    def latest(self) -> Head:
        """The entry that counts.

        Raises
        ------
        Missing
            When there is no line.
        """
        found = self._store.latest(HEADS)
        if found is None or "head" not in found[1]:
            raise Missing("there is no lake at this address of the object store", "make one: gainline init --lake")
        number, says = found
        return Head(number, says["head"], says.get("by"), says.get("staged"))

    def hold(self) -> Head:
        """Take the lake for writing: from here on nobody else's publish is taken.

        Raises
        ------
        Conflict
            When another copy holds it (LK020), or took it in this moment (LK021).
        """
        last = self.latest()
        own = self._token.read_text(encoding="ascii") if self._token.is_file() else None
        if last.by is not None and last.by != own:
            raise Conflict("LK020: another copy of this lake is writing to it", _WAIT)
        token = secrets.token_hex(8)
        write_whole(self._token, token.encode())
        self.held = self._enter(replace(last, number=last.number + 1, by=token))
        return self.held

    def publish(self, snapshot: str, staged: str) -> Head:
        """Make this snapshot the head.

        Raises
        ------
        Conflict
            When the hold was lost (LK021).
        """
        held = self.holding()
        self.held = self._enter(Head(held.number + 1, snapshot, held.by, staged))
        return self.held

    def holding(self) -> Head:
        """The entry by which this copy holds the lake.

        Raises
        ------
        Conflict
            When it does not (LK021).
        """
        if self.held is None:
            raise _taken()
        return self.held

    def check(self) -> None:
        """Ask the store whether this copy still holds the lake.

        Raises
        ------
        Conflict
            When it does not (LK021).
        """
        if self.latest() != self.held:
            raise _taken()

    def let_go(self) -> None:
        """Give the lake back, if it is still held; a store that does not answer now is told by the next writer."""
        held, self.held = self.held, None
        if held is None:
            return
        try:
            self._enter(replace(held, number=held.number + 1, by=None))
        except (Conflict, UserFixable):
            return  # taken over, or out of reach: the token stays, and lets this copy take the lake again
        self._token.unlink(missing_ok=True)

    def release(self) -> bool:
        """Take the lake from whoever holds it; what they have not published is never visible. False: nobody did."""
        last = self.latest()
        if last.by is None:
            return False
        self._enter(replace(last, number=last.number + 1, by=None))
        return True

    def _enter(self, head: Head) -> Head:
        if not self._store.enter(HEADS, head.number, head.says()):
            raise _taken()
        return head


def _taken() -> Conflict:
    return Conflict(
        "LK021: another copy of this lake took it meanwhile; nothing of this is visible",
        "see what the other one published, then do this again",
    )
