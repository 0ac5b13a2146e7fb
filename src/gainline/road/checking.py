"""Check: that nobody changed the ledger, the snapshot or the evidence behind our back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gainline.engine.core.errors import Conflict, DataIssues
from gainline.engine.core.issues import Issue, Level, has_errors
from gainline.engine.ledger import Entry, Head, Ledger, NotCanonical, digest
from gainline.lake import Tombstone
from gainline.road.consented import PATH as CONSENT
from gainline.road.piloting.records import DRAWN, FILES
from gainline.road.piloting.records import read as read_record
from gainline.road.risking.journal import PATH as RISKS
from gainline.road.signing import verify_heads
from gainline.road.workspace import Workspace

EVALUATED, ERASED = "evaluated", "erased"
LOOKS = "looks.jsonl"  # the journal of looks
RELEASES = "releases.jsonl"  # the journal of releases


def verify_workspace(workspace: Workspace, *, against: Head | None = None) -> list[Issue]:
    """Every break in the ledger's chain, altered file of the snapshot, and evidence that is not what was evaluated.

    Parameters
    ----------
    workspace
        What is checked.
    against
        A head of the ledger that was kept outside; with it, a ledger that was cut off or written anew is found, too.
    """
    with workspace.records.reading() as reading:
        facts = reading.verify()
    chain = workspace.ledger.verify(against=against)
    if has_errors(chain):  # nothing is read from an altered ledger, so that it cannot vouch for the evidence
        return [*chain, *facts]
    return [
        *chain,
        *facts,
        *verify_heads(workspace, workspace.ledger.entries()),
        *_verify_evidence(workspace),
        *_verify_draws(workspace),
        *_verify_tombstones(workspace),
        *Ledger(workspace.root / RISKS).verify(),
        *Ledger(workspace.root / CONSENT).verify(),
        *Ledger(workspace.root / LOOKS).verify(),
        *Ledger(workspace.root / RELEASES).verify(),
    ]


def recorded_evidence(entries: Iterable[Entry], key: str) -> frozenset[str]:
    """Digests of every evidence document that the ledger knows for a cycle."""
    return frozenset(
        str(entry.payload["sha256"]) for entry in entries if entry.kind == EVALUATED and entry.payload.get("key") == key
    )


def evidence_digest(path: Path) -> str | None:
    """Digest of an evidence file's canonical form; None when it holds no document at all."""
    try:
        return digest(json.loads(path.read_text(encoding="utf-8")))
    except (UnicodeDecodeError, json.JSONDecodeError, NotCanonical):
        return None


def _verify_draws(workspace: Workspace) -> Iterator[Issue]:
    """Samples and assignments whose record is gone or is not the one that the ledger vouches for."""
    drawn = {path.parent.name for path in (workspace.root / "pilots").glob("*/*.json")}
    drawn |= {str(e.payload.get("pilot")) for e in workspace.ledger.entries() if e.kind in DRAWN}
    for pilot in sorted(drawn):
        for name in FILES:
            try:
                read_record(workspace, pilot, name)
            except DataIssues as fault:
                code, _, says = fault.says.partition(": ")
                yield Issue(code, Level.ERROR, says, fault.remedy, file=f"pilots/{pilot}/{name}.json")


def resealed_since(workspace: Workspace, evidence: Mapping[str, Any]) -> Tombstone | None:
    """The tombstone of the snapshot that evidence rests on; None while that one is as it was."""
    snapshot = evidence["provenance"]["snapshot"]
    return next((stone for stone in workspace.lake.tombstones() if stone.id == snapshot), None)


def _verify_tombstones(workspace: Workspace) -> Iterator[Issue]:
    """Snapshots that were resealed without an erasure, and evidence that rests on one that was resealed with one."""
    known: dict[str, str] = {}
    for entry in workspace.ledger.entries():
        if entry.kind == ERASED:
            known |= entry.payload["resealed"]
    stones = workspace.lake.tombstones()
    for stone in stones:
        if known.get(stone.id) != stone.resealed_as:
            says = "a snapshot was put in another one's place, and the ledger knows of no erasure that did it"
            remedy = "finish the erasure, gainline erase --resume; where none is under way, restore the lake"
            yield Issue("LK009", Level.ERROR, says, remedy, file=f"lake/snapshots/{stone.id[:12]}")
    days = {stone.id: stone.on for stone in stones}
    for path in sorted(workspace.folder("evidence").glob("*.json")):
        try:
            snapshot = json.loads(path.read_text(encoding="utf-8"))["provenance"]["snapshot"]
        except (ValueError, KeyError, TypeError):
            continue  # said above
        if snapshot in days:
            says = f"the records behind it were resealed on {days[snapshot]}, after an erasure; its figures are older"
            remedy = "keep them as what was decided on, or evaluate again, which may give slightly other figures"
            yield Issue("LK007", Level.NOTE, says, remedy, file=f"evidence/{path.name}")


def _verify_evidence(workspace: Workspace) -> Iterator[Issue]:
    try:
        entries = workspace.ledger.entries()
    except Conflict:
        return
    for path in sorted(workspace.folder("evidence").glob("*.json")):
        known = recorded_evidence(entries, path.stem)
        if evidence_digest(path) not in known:
            says = "the file is not what was evaluated" if known else "the ledger holds no evaluation with this result"
            remedy = "evaluate the plan again, and ask who changed the file"
            yield Issue("LG009", Level.ERROR, says, remedy, file=f"evidence/{path.name}")
    for key in sorted({str(e.payload.get("key")) for e in entries if e.kind == EVALUATED}):
        if not (workspace.root / "evidence" / f"{key}.json").is_file():
            says = "the ledger holds an evaluation of this cycle, and its evidence file is gone"
            yield Issue("LG010", Level.WARNING, says, "evaluate the plan again", file=f"evidence/{key}.json")
