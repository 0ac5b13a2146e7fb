"""Watching: a run under way ends at its next checkpoint when somebody whose facts it may hold takes their word back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date

from gainline.engine.core.progress import Progress
from gainline.engine.privacy.consent import Act
from gainline.engine.privacy.consent.register import RAN
from gainline.road.consented import FOLDER, effective_day, register_of, token
from gainline.road.consenting.saying import journal_of
from gainline.road.workspace import Workspace


class Withdrawn(Exception):
    """Somebody took their word back while the run was under way."""


class Watch:
    """What families had said when a run for a cycle began, and whether somebody has said no since."""

    def __init__(self, workspace: Workspace, cycle: str) -> None:
        self._workspace, self._cycle = workspace, cycle
        self._grounds = [one.key for one in register_of(workspace.root).asked(cycle)]
        self._before = self._noes()

    def check(self) -> None:
        """A checkpoint.

        Raises
        ------
        Withdrawn
            When somebody has said no since the run began.
        """
        if self._noes() != self._before:
            raise Withdrawn

    def over(self, progress: Progress) -> Progress:
        """Progress whose every word is a checkpoint, too."""

        def tell(stage: str, done: int, total: int) -> None:
            self.check()
            progress(stage, done, total)

        return tell

    def ran(self, sha256: str, people: Iterable[int]) -> None:
        """Write down on whose words a result rests, before the result itself; then look once more.

        A withdrawal is in the journal before anybody looks for results that rest on it. So either it is seen here, or
        whoever carries it out finds this run.

        Raises
        ------
        Withdrawn
            As `check`.
        """
        if not self._grounds:
            return
        salt = self._workspace.salt
        listed = sorted(token(salt, person) for person in people)
        folder = self._workspace.folder(FOLDER) / "ran"
        folder.mkdir(exist_ok=True)
        (folder / f"{sha256}.json").write_text(json.dumps(listed), encoding="utf-8")
        register = register_of(self._workspace.root)
        payload = {"cycle": self._cycle, "grounds": self._grounds, "sha256": sha256}
        journal_of(self._workspace).append(RAN, payload, on=effective_day(register, self._workspace.today()))
        self.check()

    def _noes(self) -> int:
        register = register_of(self._workspace.root)
        asked = {one.key for one in register.asked(self._cycle)}
        return sum(
            entry.act is Act.REVOKED and entry.ground in asked for said in register.entries.values() for entry in said
        )


def rests_on(workspace: Workspace, sha256: str, person: str) -> bool:
    """Tell whether a result rests on the facts of a person."""
    path = workspace.root / FOLDER / "ran" / f"{sha256}.json"
    return path.is_file() and person in json.loads(path.read_text(encoding="utf-8"))


def runs_of(workspace: Workspace) -> Sequence[tuple[date, str, str]]:
    """Every run under families' words: its day, cycle and digest, oldest first."""
    entries = journal_of(workspace).entries()
    return [(one.on, one.payload["cycle"], one.payload["sha256"]) for one in entries if one.kind == RAN]
