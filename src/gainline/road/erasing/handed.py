"""Handed: files that were handed over under an agreement and still lie here, of people who are erased."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from gainline.engine.core.errors import GainlineError
from gainline.engine.core.ids import person_key
from gainline.engine.ledger import Ledger
from gainline.engine.privacy.catalog import catalogue
from gainline.engine.privacy.retention import HandedFile, Hold, classes_of
from gainline.lake import Whom
from gainline.lake.durable import settle_folder
from gainline.road.agreeing import agreement_named
from gainline.road.consented import token
from gainline.road.destroying import FOLDER, JOURNAL
from gainline.road.erasing.lookup import pseudonyms
from gainline.road.holding import holds, named_in_holds
from gainline.road.workspace import Workspace

ASKED, WAITS = "destruction_asked", "destruction_waits"
_TERMS, _WHO, _TABLE = "terms.json", "person_key", ".csv"


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
            told = _told(workspace, _labels(workspace, terms), whom.keys)
            if any(not told.isdisjoint(people) for people in _people(archive, whom)):
                found[path.stem] = str(terms["recipient"])
    return found


def destroy_handed(workspace: Workspace, files: Mapping[str, str], *, erasure: str, on: date) -> list[str]:
    """Destroy these files and write down that their recipients are to destroy theirs; twice is as once.

    A file that a legal hold keeps stays until the hold ends, and is handed to nobody any more; the names of those.
    """
    if not files:
        return []
    held = keeping(workspace, files, on)
    journal = Ledger(workspace.root / JOURNAL)
    known = {(one.kind, one.payload.get("handover"), one.payload.get("erasure")) for one in journal.entries()}
    for name, recipient in files.items():
        kind = WAITS if name in held else ASKED
        if kind == ASKED:
            (workspace.root / FOLDER / f"{name}.zip").unlink(missing_ok=True)
        if (kind, name, erasure) not in known:
            said = {"handover": name, "erasure": erasure, "recipient": recipient}
            journal.append(kind, said, on=on)
    settle_folder(workspace.root / FOLDER)
    return sorted(held)


def destroy_released(workspace: Workspace, on: date) -> int:
    """Destroy the files that waited for a legal hold which keeps them no more: how many."""
    if not (workspace.root / JOURNAL).is_file():
        return 0
    waiting: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for entry in Ledger(workspace.root / JOURNAL).entries():
        if entry.kind == WAITS:
            waiting[entry.payload["erasure"]][entry.payload["handover"]] = str(entry.payload["recipient"])
        elif entry.kind == ASKED:
            waiting[entry.payload["erasure"]].pop(entry.payload["handover"], None)
    gone: set[str] = set()
    for erasure, files in waiting.items():
        gone |= files.keys() - set(destroy_handed(workspace, files, erasure=erasure, on=on))
    return len(gone)


def keeping(workspace: Workspace, names: Iterable[str], on: date) -> dict[str, tuple[Hold, ...]]:
    """Files of handovers that legal holds keep on a day, with the holds; those that lie here no more are not kept."""
    standing = holds(workspace, on)
    paths = [workspace.root / FOLDER / f"{name}.zip" for name in names] if standing else []
    lying = [path for path in paths if path.is_file()]
    if not lying:
        return {}
    named = _named(workspace, on) if any(one.person for one in standing) else frozenset()
    files = {path.stem: _asked_of(workspace, path, named) for path in lying}
    found = {name: tuple(one for one in standing if one.keeps_file(file)) for name, file in files.items()}
    return {name: kept for name, kept in found.items() if kept}


def _named(workspace: Workspace, on: date) -> frozenset[int]:
    """Pseudonyms of the students whom holds name; nobody erases them, so the lake knows them all."""
    with workspace.records.reading() as reading:
        keys = pseudonyms(reading)
    return named_in_holds(workspace, keys, on)


def _asked_of(workspace: Workspace, path: Path, named: Collection[int]) -> HandedFile:
    """What holds ask of a file; a copy whose agreement nobody knows any more may be any tool's."""
    with zipfile.ZipFile(path) as archive:
        terms = json.loads(archive.read(_TERMS))
        people = set().union(*_people(archive, Whom(frozenset())))
        tables = [name.removesuffix(_TABLE) for name in archive.namelist() if name.endswith(_TABLE)]
    labels = _labels(workspace, terms)
    inside = {key for key in named if not people.isdisjoint(_told(workspace, labels, [key]))}
    return HandedFile(
        _tool(workspace, str(terms.get("agreement", ""))),
        classes_of(catalogue(), tables),
        frozenset(token(workspace.salt, key) for key in inside),
    )


def _tool(workspace: Workspace, label: str) -> str:
    try:
        return agreement_named(workspace, label).tool_key if label else ""
    except GainlineError:
        return ""


def _told(workspace: Workspace, labels: Iterable[str], keys: Collection[int]) -> set[str]:
    """What stands for people in files made under these agreements."""
    return {str(person_key(workspace.salt, f"agreement:{label}", str(key))) for label in labels for key in keys}


def _labels(workspace: Workspace, terms: Mapping[str, Any]) -> list[str]:
    own = terms.get("agreement")
    return [str(own)] if own else [path.stem for path in sorted(Path(workspace.root / "agreements").glob("*.toml"))]


def _people(archive: zipfile.ZipFile, whom: Whom) -> Iterator[set[str]]:
    for name in archive.namelist():
        if name.endswith(_TABLE) and (not whom.only or name.removesuffix(_TABLE) in whom.only):
            rows = csv.DictReader(io.StringIO(archive.read(name).decode()))
            yield {row[_WHO] for row in rows}
