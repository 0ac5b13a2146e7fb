"""The journal of releases: what the public was shown of whom, so that no later page gives anybody away beside it.

Counts, bands and sums stand in it, chained by hashes as the ledger is; who the people were does not. What staff see is
no release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from gainline.engine.ledger import Ledger, digest
from gainline.engine.privacy import Audience, Policy, Released, ReleaseTable, release
from gainline.engine.privacy.kept import FOLLOWS, kept, pasts
from gainline.engine.reports import people
from gainline.road.checking import RELEASES
from gainline.road.workspace import Workspace

_RELEASED = "released"


def with_releases(workspace: Workspace, key: str, evidence: dict[str, Any]) -> dict[str, Any]:
    """An evidence document with the releases that came before it, for whatever shows it to the public.

    The same document is always shown alike: what was released after it was first released does not count.

    Raises
    ------
    Conflict
        When the journal was altered.
    """
    return evidence | {FOLLOWS: _before(workspace, key, _digest(people.table(evidence)))}


def enter_release(workspace: Workspace, key: str, evidence: dict[str, Any], *, on: date) -> None:
    """Write down what the public is shown of an evidence document; once per document.

    It is entered before it goes out, so that nothing goes out of which the journal does not know.

    Raises
    ------
    Conflict
        When the journal was altered.
    """
    table = people.table(evidence)
    sha256 = _digest(table)
    if any(one["table"] == sha256 for one in released_of(workspace, key)):
        return
    earlier = pasts(table, _before(workspace, key, sha256))
    shown = release(table, audience=Audience.PUBLIC, policy=Policy(), earlier=earlier)
    made = evidence["provenance"]
    who = {"population": evidence["plan"].get("population"), "snapshot": made["snapshot"]}
    enter(workspace, {"of": key, "who": who, "table": sha256}, table, shown, on=on)


def enter(workspace: Workspace, what: Mapping[str, Any], table: ReleaseTable, shown: Released, *, on: date) -> None:
    """Write down what the public is shown of a table.

    Parameters
    ----------
    what
        ``of``, under which later releases find it, and what else tells which question it answered.
    """
    payload = {**what, "audience": str(shown.audience), **kept(table, shown)}
    Ledger(workspace.root / RELEASES).append(_RELEASED, payload, on=on)


def released_of(workspace: Workspace, of: str) -> Iterator[dict[str, Any]]:
    """What was released under a name, oldest first, each with its day."""
    for entry in Ledger(workspace.root / RELEASES).entries():
        if entry.payload.get("of") == of:
            yield {**entry.payload, "day": entry.on.isoformat()}


def _before(workspace: Workspace, key: str, sha256: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in released_of(workspace, key):
        if one["table"] == sha256:
            break
        found.append(one)
    return found


def _digest(table: ReleaseTable) -> str:
    return digest([[list(cell.key), cell.count] for cell in table.cells])
