"""The certificate: what was erased, when, by whom and how much; nobody is named in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from gainline.engine.ledger import digest, settle
from gainline.road.checking import ERASED as ENTRY
from gainline.road.workspace import Workspace

FORMAT = "gainline-erasure/1"

__all__ = ["ENTRY", "Certificate", "write_certificate"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What an erasure did.

    Parameters
    ----------
    number, on, by, because
        Its own number, the day, who ordered it and why.
    people
        How many were erased.
    rows, rows_now
        Rows per table that went, of all published states and of the current one.
    cells
        Cells of other people's free text from which a name was taken.
    files
        Files of the lake that were written anew or deleted.
    resealed
        Snapshot ids before -> after.
    evidence
        Cycles whose evidence was evaluated on a snapshot that was resealed.
    draws
        Pilots in whose recorded draw a place lost its person.
    cut
        Files outside the lake -> lines that were cut out.
    handed
        Handovers whose file held them and was destroyed; their recipients are to destroy theirs.
    remaining
        Files that still hold them, for a person to look at; empty when the erasure is complete.
    """

    number: str
    on: str
    by: str
    because: str
    people: int
    rows: Mapping[str, int]
    rows_now: Mapping[str, int]
    cells: int
    files: int
    resealed: Mapping[str, str]
    evidence: tuple[str, ...] = ()
    draws: tuple[str, ...] = ()
    cut: Mapping[str, int] = field(default_factory=dict)
    remaining: tuple[str, ...] = ()
    handed: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Tell whether nothing of them was found any more."""
        return not self.remaining

    def to_json_value(self) -> dict[str, Any]:
        """The certificate as plain JSON values."""
        value: dict[str, Any] = settle({"format": FORMAT, **asdict(self), "is_complete": self.is_complete})
        return value


def write_certificate(workspace: Workspace, certificate: Certificate) -> str:
    """Write ``erasures/<number>.json`` and enter it in the ledger, once; the digest of its canonical form."""
    value = certificate.to_json_value()
    path = workspace.folder("erasures") / f"{certificate.number}.json"
    path.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return digest(value)
