"""Records: what chance gave a pilot, in a file of the workspace that the ledger vouches for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from gainline.engine.core.errors import Conflict, DataIssues, UserFixable
from gainline.engine.core.ids import is_slug
from gainline.engine.ledger import NotCanonical, digest, settle
from gainline.engine.pilots import find_registration
from gainline.road.workspace import Workspace

ASSIGNED, SAMPLED, DECLINED, ERASED = "assigned", "sampled", "declined", "erased_from_draw"
FILES = {"assignment": (ASSIGNED, ERASED), "sample": (SAMPLED, DECLINED)}
"""Each record's name and the kinds of the ledger's entries that vouch for it."""


DRAWN = frozenset(kind for kinds in FILES.values() for kind in kinds)


def folder(workspace: Workspace, pilot: str) -> Path:
    """The pilot's folder, made when it is missing.

    Raises
    ------
    UserFixable
        When the key may not name a pilot.
    """
    if not is_slug(pilot):
        raise UserFixable(
            f"{pilot!r} cannot name a pilot", "use lower case letters, digits and hyphens, a letter first"
        )
    path = workspace.folder("pilots") / pilot
    path.mkdir(exist_ok=True)
    return path


def vouched(workspace: Workspace, pilot: str, name: str) -> list[Mapping[str, Any]]:
    """What the ledger says of this record, oldest first."""
    kinds = FILES[name]
    return [e.payload for e in workspace.ledger.entries() if e.kind in kinds and e.payload.get("pilot") == pilot]


def read(workspace: Workspace, pilot: str, name: str) -> dict[str, Any] | None:
    """The record as it was drawn; None where nothing was.

    Raises
    ------
    DataIssues
        When the ledger holds a draw whose record is gone (PL140), or the record is not the one that the ledger vouches
        for (PL141).
    """
    path = workspace.root / "pilots" / pilot / f"{name}.json"
    known = vouched(workspace, pilot, name)
    if not known and not path.is_file():
        return None
    where = f"pilots/{pilot}/{name}.json"
    if not path.is_file():
        raise DataIssues(f"PL140: the ledger holds a draw, and its record {where} is gone", "restore it from a backup")
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found = digest(value)
    except (UnicodeDecodeError, json.JSONDecodeError, NotCanonical):
        found, value = "", {}
    if not known or found != known[-1]["sha256"]:
        raise DataIssues(
            f"PL141: {where} is not the record that the ledger vouches for",
            "restore it from a backup, and ask who changed it; a draw is made with gainline pilot, not by hand",
        )
    return value


def may_draw_again(workspace: Workspace, pilot: str, name: str, *, reason: str | None) -> None:
    """Let a second draw pass only with a reason.

    Raises
    ------
    Conflict
        When something was drawn already and no reason is given.
    """
    known = vouched(workspace, pilot, name)
    if known and not (reason or "").strip():
        raise Conflict(
            f"the {name} of {pilot} was drawn already, and drawing until one likes it is not chance",
            "keep it; or draw again with --reason, which the ledger keeps beside the first draw for every reader",
        )


def seed_for(workspace: Workspace, pilot: str, name: str, given: int | None) -> int:
    """The seed that was given, or one that nobody can choose: from the registration, else from the ledger's head.

    A later draw for the same pilot has another one.
    """
    if given is not None:
        return given
    entries = workspace.ledger.entries()
    registered = find_registration(entries, pilot)
    basis = registered.sha256 if registered else str(workspace.ledger.head())
    drawn = len(vouched(workspace, pilot, name))
    hashed = hashlib.sha256(f"{name}/{pilot}/{basis}/{drawn}".encode()).digest()
    return int.from_bytes(hashed[:6], "big")


def write(
    workspace: Workspace,
    pilot: str,
    name: str,
    value: Mapping[str, Any],
    *,
    entry: tuple[str, Mapping[str, Any]],
    on: date,
) -> dict[str, Any]:
    """Write the record and the ledger's entry about it, which holds its digest beside what `entry` says."""
    settled: dict[str, Any] = settle(value)
    path = folder(workspace, pilot) / f"{name}.json"
    kind, says = entry
    follows = [one["sha256"] for one in vouched(workspace, pilot, name)][-1:]
    payload = {"pilot": pilot, "sha256": digest(settled), "follows": follows[0] if follows else None, **says}
    text = json.dumps(settled, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")
    workspace.ledger.append(kind, payload, on=on)
    return settled
