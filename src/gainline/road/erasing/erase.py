"""Erase: from the lake, from recorded draws and from copies, in an order that can be taken up again after a stop."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from gainline.engine.core.errors import Conflict, Missing, UserFixable
from gainline.lake import Erased, Eraser, Whom
from gainline.road.destroying import FOLDER
from gainline.road.erasing.certificate import ENTRY, Certificate, write_certificate
from gainline.road.erasing.copies import Copy, Needles, copies, cut_lines, lines_with
from gainline.road.erasing.draws import cut_draws
from gainline.road.erasing.handed import destroy_handed, handed_with
from gainline.road.erasing.kept import kept_by, said_of
from gainline.road.workspace import Workspace

THE_LAKE = "lake"
_KEPT = frozenset({".salt", "gainline.toml", "ledger.jsonl"})
"""Files out of which no line is ever cut: the workspace could not be read without them, or they vouch for it."""


@dataclass(frozen=True, slots=True)
class Order:
    """Who ordered the erasure, why, and on which day; ``clean_copies`` cuts lines out of text files as well.

    ``people`` is how many it is about, where it names rows and not people.
    """

    by: str
    because: str
    on: date
    clean_copies: bool = False
    people: int | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be erased: people, what the lake holds of them, and the files outside it that do."""

    people: int
    lake: Erased
    copies: tuple[Copy, ...]


def would_name(whom: Whom, text: str) -> bool:
    """Tell whether a text holds a name, a pseudonym or an identifier of these people."""
    return bool(Needles(whom).count(text))


def preview(workspace: Workspace, whom: Whom) -> Preview:
    """What an erasure of these people would touch; nothing is changed."""
    return Preview(len(whom.keys), workspace.lake.finding().find(whom), tuple(copies(workspace.root, whom)))


def erase(workspace: Workspace, whom: Whom, order: Order) -> Certificate:
    """Erase these people, and write and enter the certificate.

    Raises
    ------
    UserFixable
        When nobody stands for the order, no reason is given, or it names the person.
    Conflict
        When another process is writing (LK005), an earlier erasure was stopped midway (LK006), or a legal hold keeps
        rows of one of them (PR090).
    """
    if not order.by.strip() or not order.because.strip():
        raise UserFixable("an erasure needs somebody who stands for it, and a reason", "give --by and --because")
    if would_name(whom, f"{order.by}\n{order.because}"):
        raise UserFixable(
            "the certificate would name the person: the reason or the name of who orders it holds theirs",
            "say why without saying whom, with the number of a letter for instance",
        )
    if kept := kept_by(workspace, whom, order.on):
        raise Conflict(
            f"PR090 a legal hold keeps the records of somebody who was named: {said_of(kept)}",
            "have the hold lifted first, or leave them out",
        )
    with workspace.lake.erasing() as eraser:
        if eraser.begun() is not None:
            raise Conflict(
                "LK006: an earlier erasure was stopped midway, and no other one begins before it is finished",
                "finish it: gainline erase --resume",
            )
        number = f"{len(list((workspace.root / 'erasures').glob('*.json'))) + 1:04d}-{secrets.token_hex(4)}"
        says = {"number": number, "on": order.on.isoformat(), "by": order.by, "because": order.because}
        people = len(whom.keys) if order.people is None else order.people
        eraser.begin(whom, {**says, "people": people, "clean_copies": order.clean_copies})
        return _finish(workspace, eraser)


def resume(workspace: Workspace) -> Certificate:
    """Finish the erasure that was stopped midway.

    Raises
    ------
    Missing
        When none was.
    """
    with workspace.lake.erasing() as eraser:
        if eraser.begun() is None:
            raise Missing("no erasure was stopped midway", "there is nothing to resume")
        return _finish(workspace, eraser)


def _finish(workspace: Workspace, eraser: Eraser) -> Certificate:
    """Every step can be done again: what an earlier try finished is found finished."""
    says, whom = eraser.begun() or {}, eraser.whom()
    erased = eraser.apply()
    on = date.fromisoformat(says["on"])
    draws = [] if whom.is_limited else cut_draws(workspace, whom, number=says["number"], on=on)
    handed: dict[str, str] = eraser.recall("handed", handed_with(workspace, whom))
    waiting = destroy_handed(workspace, handed, erasure=says["number"], on=on)
    cut = _cut(workspace, eraser, whom) if says["clean_copies"] else {}
    remaining = [copy.path for copy in copies(workspace.root, whom) if not _may_stay(copy, whom)]
    remaining += [f"{FOLDER}/{name}.zip" for name in waiting]
    if eraser.left(whom):
        remaining.append(THE_LAKE)
    certificate = Certificate(
        number=says["number"],
        on=says["on"],
        by=says["by"],
        because=says["because"],
        people=says["people"],
        rows=erased.rows,
        rows_now=erased.rows_now,
        cells=erased.cells,
        files=erased.files,
        resealed=erased.resealed,
        evidence=tuple(_resting_on(workspace, erased)),
        draws=tuple(draws),
        cut=cut,
        remaining=tuple(sorted(remaining)),
        handed=tuple(sorted(set(handed) - set(waiting))),
    )
    _enter(workspace, certificate, write_certificate(workspace, certificate), on=on)
    eraser.close()
    return certificate


def _may_stay(copy: Copy, whom: Whom) -> bool:
    """A recorded draw keeps the place of somebody of whom only some rows go: they were assigned all the same."""
    return whom.is_limited and copy.path.startswith("pilots/")


def _cut(workspace: Workspace, eraser: Eraser, whom: Whom) -> dict[str, int]:
    """Cut their lines out of text files; how many is written down before, so that a stop does not lose the count."""
    found = (copy.path for copy in copies(workspace.root, whom) if copy.has_lines and copy.path not in _KEPT)
    cut: dict[str, int] = eraser.recall("cut", {path: lines_with(workspace.root / path, whom) for path in found})
    for path in cut:
        cut_lines(workspace.root / path, whom)
    return cut


def _resting_on(workspace: Workspace, erased: Erased) -> list[str]:
    """Cycles whose evidence names a snapshot that was resealed, now or before."""
    stones = {stone.id for stone in workspace.lake.tombstones()} | set(erased.resealed)
    found = []
    for path in sorted((workspace.root / "evidence").glob("*.json")):
        try:
            value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            snapshot = value["provenance"]["snapshot"]
        except (ValueError, KeyError, TypeError):
            continue  # `gainline verify` says what is wrong with it
        if snapshot in stones:
            found.append(path.stem)
    return found


def _enter(workspace: Workspace, certificate: Certificate, sha256: str, *, on: date) -> None:
    """Tell the ledger once; a certificate that was written again after a stop is entered as it is now."""
    entries = (e for e in workspace.ledger.entries() if e.kind == ENTRY)
    if any(e.payload.get("sha256") == sha256 for e in entries):
        return
    payload = {
        "number": certificate.number,
        "sha256": sha256,
        "people": certificate.people,
        "rows": sum(certificate.rows.values()),
        "resealed": dict(certificate.resealed),
        "is_complete": certificate.is_complete,
    }
    workspace.ledger.append(ENTRY, payload, on=on)
