"""Restoring: a backup knows nothing of what was taken back since; nobody is read before that is applied."""

from __future__ import annotations

import os
from pathlib import Path

from gainline.engine.core.errors import Conflict
from gainline.engine.ledger import Ledger
from gainline.road.consented import PATH, RESTORED


def mark_restored(root: Path) -> bool:
    """Bar every reading of a workspace that came from a backup; False where no family was ever asked."""
    if not (root / PATH).is_file():
        return False
    (root / RESTORED).touch()
    return True


def reapply(root: Path, latest: Path) -> int:
    """Put the copy of the journal that was kept apart in place of the backup's older one: how many entries it adds.

    Readings are let in again after it stands; doing it again after a stop ends in the same state.

    Raises
    ------
    Conflict
        PR053 when it is altered, or does not hold everything that the journal here does.
    """
    own, given = Ledger(root / PATH).entries(), Ledger(latest).entries()
    if [one.hash for one in given[: len(own)]] != [one.hash for one in own]:
        raise Conflict(
            "PR053: this journal does not go on from the one in the workspace",
            "give the latest copy of this district's own journal: consent/journal.jsonl",
        )
    draft = root / f"{PATH}.draft"
    with draft.open("wb") as file:
        file.write(b"".join(line + b"\n" for line in latest.read_bytes().split(b"\n")[: len(given)]))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(root / PATH)
    (root / RESTORED).unlink(missing_ok=True)
    return len(given) - len(own)
