"""Handed: files that were handed over under an agreement and still lie here, of people who are erased."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from gainline.engine.core.ids import person_key
from gainline.engine.ledger import Ledger
from gainline.lake import Whom
from gainline.lake.durable import settle_folder
from gainline.road.destroying import FOLDER, JOURNAL
from gainline.road.workspace import Workspace

ASKED = "destruction_asked"
_TERMS, _WHO = "terms.json", "person_key"


def handed_with(workspace: Workspace, whom: Whom) -> dict[str, str]:
    """Files of handovers that hold one of these people under the agreement's own pseudonym: name -> recipient.

    A file says in its terms under which agreement it was made; where an older one does not, every agreement of the
    workspace is tried. Of whom only some tables go, files with one of these tables count.
    """
    folder = workspace.root / FOLDER
    found = {}
    for path in sorted(folder.glob("*.zip")) if whom.keys and folder.is_dir() else ():
        with zipfile.ZipFile(path) as archive:
            terms = json.loads(archive.read(_TERMS))
            told = {str(person_key(workspace.salt, f"agreement:{label}", str(key)))
                    for label in _labels(workspace, terms) for key in whom.keys}  # fmt: skip
            if any(not told.isdisjoint(people) for people in _people(archive, whom)):
                found[path.stem] = str(terms["recipient"])
    return found


def destroy_handed(workspace: Workspace, files: Mapping[str, str], *, erasure: str, on: date) -> None:
    """Destroy these files, and write down that their recipients are to destroy theirs; twice is as once."""
    if not files:
        return
    journal = Ledger(workspace.root / JOURNAL)
    known = {(one.payload.get("handover"), one.payload.get("erasure")) for one in journal.entries()}
    for name, recipient in files.items():
        (workspace.root / FOLDER / f"{name}.zip").unlink(missing_ok=True)
        if (name, erasure) not in known:
            said = {"handover": name, "erasure": erasure, "recipient": recipient}
            journal.append(ASKED, said, on=on)
    settle_folder(workspace.root / FOLDER)


def _labels(workspace: Workspace, terms: Mapping[str, Any]) -> list[str]:
    own = terms.get("agreement")
    return [str(own)] if own else [path.stem for path in sorted(Path(workspace.root / "agreements").glob("*.toml"))]


def _people(archive: zipfile.ZipFile, whom: Whom) -> Iterator[set[str]]:
    for name in archive.namelist():
        if name.endswith(".csv") and (not whom.only or name.removesuffix(".csv") in whom.only):
            rows = csv.DictReader(io.StringIO(archive.read(name).decode()))
            yield {row[_WHO] for row in rows}
