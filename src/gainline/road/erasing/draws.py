"""Draws: a student who was drawn stays in the record of the draw as a place without a person."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from gainline.engine.ledger import digest
from gainline.lake import Whom
from gainline.road.piloting import records
from gainline.road.workspace import Workspace


def cut_draws(workspace: Workspace, whom: Whom, *, number: str, on: date) -> list[str]:
    """Put a name that names nobody in the place of each pseudonym in recorded draws; the pilots that had one.

    The arms stay, because what chance could have drawn is counted over all places. The ledger vouches for the new
    record. Doing it again finds nothing left to do.
    """
    pilots = []
    for path in sorted((workspace.root / "pilots").glob("*/assignment.json")):
        pilot = path.parent.name
        text = path.read_text(encoding="utf-8")
        if f"erased-{number}-" in text and not any(f'"{key}"' in text for key in whom.texts):
            pilots.append(pilot)
            _vouch(workspace, pilot, json.loads(text), number=number, on=on)
            continue
        if not any(f'"{key}"' in text for key in whom.texts):
            continue
        value = records.read(workspace, pilot, "assignment")
        if value is None:
            continue
        units = value["assignment"]["units"]
        places = {unit: f"erased-{number}-{place}" for place, unit in enumerate(units, 1) if unit in whom.texts}
        _rename_sheet(workspace, pilot, places)
        entry = (records.ERASED, {"erasure": number, "units": len(places)})
        records.write(workspace, pilot, "assignment", _renamed(value, places), entry=entry, on=on)
        pilots.append(pilot)
    return pilots


def _vouch(workspace: Workspace, pilot: str, value: dict[str, Any], *, number: str, on: date) -> None:
    """Let the ledger vouch for a record that was changed just before the erasure was stopped."""
    known = records.vouched(workspace, pilot, "assignment")
    if known[-1]["sha256"] != digest(value):
        entry = (records.ERASED, {"erasure": number})
        records.write(workspace, pilot, "assignment", value, entry=entry, on=on)


def _rename_sheet(workspace: Workspace, pilot: str, places: dict[str, str]) -> None:
    path = workspace.root / "pilots" / pilot / "assignments.csv"
    if not path.is_file():
        return
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    text = "".join(",".join(places.get(cell, cell) for cell in row) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8", newline="")


def _renamed(value: Any, places: dict[str, str]) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {places.get(key, key): _renamed(part, places) for key, part in value.items()}
    if isinstance(value, list):
        return [_renamed(part, places) for part in value]
    return places.get(value, value) if isinstance(value, str) else value
