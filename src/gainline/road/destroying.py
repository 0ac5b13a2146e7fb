"""Destroying: files of rows that were handed over are kept private, swept, and destroyed with a certificate."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gainline.engine.ledger import digest, settle
from gainline.lake.durable import file_digest, settle_folder, write_whole
from gainline.road.workspace import Workspace

FOLDER, CERTIFICATES = "handovers", "destructions"
JOURNAL = "disclosures.jsonl"  # what left at the terminal, and what recipients are to destroy
FORMAT, ENTRY = "gainline-destruction/1", "destroyed"


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What a destruction certifies, and the digest of that."""

    certificate: dict[str, Any]
    sha256: str


def keep_file(root: Path, name: str, content: bytes) -> Path:
    """Keep the file of a handover, whole or not at all, for its owner's eyes only."""
    folder = root / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{name}.zip"
    write_whole(path, content, private=True)
    return path


def handed_file(root: Path, name: str, *, sha256: str) -> bytes | None:
    """The bytes of a handover's file; None when it is gone or is not what it was."""
    path = root / FOLDER / f"{name}.zip"
    content = path.read_bytes() if path.is_file() else b""
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def sweep(root: Path, known: Collection[str]) -> int:
    """Take away files that no handover stands for, which a stop has left: how many.

    Only while nobody else makes one: the desk lets one verb at a time run in a district.
    """
    left = [path for path in _files(root / FOLDER) if path.name.partition(".")[0] not in known]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def destroy_files(workspace: Workspace, files: Mapping[str, str], counted: Mapping[str, Any]) -> Destroyed:
    """Delete the files of handovers and every copy of them in the workspace, and certify it.

    The certificate says how many students, rows and files, and the digest of the list of students; it names nobody.
    It is written as ``destructions/<agreement>.json`` and entered in the ledger. Doing it again after a stop finds
    nothing left to delete and certifies the same counts, because they come from the rows and not from the files.

    Parameters
    ----------
    files
        Name and digest of each handover's file.
    counted
        What is certified: agreement, holder, days, handovers, rows, students and the digest of their list.
    """
    for name in files:
        (workspace.root / FOLDER / f"{name}.zip").unlink(missing_ok=True)
    for path in _copies(workspace.root, frozenset(files.values())):
        path.unlink(missing_ok=True)
        settle_folder(path.parent)
    if (workspace.root / FOLDER).is_dir():
        settle_folder(workspace.root / FOLDER)
    left = [path.relative_to(workspace.root).as_posix() for path in _copies(workspace.root, frozenset(files.values()))]
    certificate: dict[str, Any] = settle(
        {"format": FORMAT, **counted, "files": len(files), "files_sha256": sorted(files.values()), "remaining": left}
    )
    path = workspace.folder(CERTIFICATES) / f"{counted['agreement']}.json"
    path.write_text(json.dumps(certificate, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    done = Destroyed(certificate, digest(certificate))
    _enter(workspace, done)
    return done


def _enter(workspace: Workspace, done: Destroyed) -> None:
    """Tell the ledger once, whatever was begun before."""
    said = {entry.payload.get("sha256") for entry in workspace.ledger.entries() if entry.kind == ENTRY}
    if done.sha256 not in said:
        names = ("agreement", "students", "rows", "handovers", "people_sha256")
        payload = {name: done.certificate[name] for name in names} | {"sha256": done.sha256}
        workspace.ledger.append(ENTRY, payload, on=date.fromisoformat(done.certificate["on"]))


def _copies(root: Path, digests: Collection[str]) -> Iterator[Path]:
    """Files outside the lake whose bytes are those of a handover."""
    if digests:
        found = (path for path in _files(root) if path.relative_to(root).parts[0] != "lake")
        yield from [path for path in found if file_digest(path) in digests]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
