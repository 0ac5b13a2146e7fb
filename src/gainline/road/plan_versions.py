"""Plans as versions that never change: one file each, named by its number and digest, holding the digest before it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from gainline.engine.core.errors import Missing, UserFixable
from gainline.engine.ledger.canonical import canonical
from gainline.engine.roadmap import Dates

SHORT = 12  # characters of the digest in a file's name


@dataclass(frozen=True, slots=True)
class Version:
    """One kept plan: its number from 1, its digest, and the dates by activity."""

    number: int
    digest: str
    dates: Mapping[str, Dates]


def keep_version(roadmap: Path, dates: Mapping[str, Dates], made: Mapping[str, Any]) -> Version:
    """Write a plan as the next version beside its roadmap's file; versions are never written over.

    Parameters
    ----------
    roadmap
        The roadmap's file; versions stand in the folder ``<name>.plans`` beside it.
    dates
        By activity.
    made
        What makes the plan again: seed, effort, solver, and for a replan its day.
    """
    files = _files(roadmap)
    last = _read(files[-1]) if files else None
    body = {
        "number": last.number + 1 if last else 1,
        "previous": last.digest if last else None,
        "roadmap": sha256(roadmap.read_bytes()).hexdigest(),
        "made": dict(made),
        "dates": {key: [d.start.isoformat(), d.finish.isoformat()] for key, d in dates.items()},
    }
    text = canonical(body)
    digest = sha256(text).hexdigest()
    folder = _folder(roadmap)
    folder.mkdir(exist_ok=True)
    with (folder / f"{body['number']:04d}-{digest[:SHORT]}.json").open("xb") as file:
        file.write(text)
    return Version(int(str(body["number"])), digest, dict(dates))


def last_version(roadmap: Path) -> Version:
    """The latest plan that was kept for a roadmap.

    Raises
    ------
    Missing
        When none was kept.
    UserFixable
        RM048 when its content is not what its name's digest was made of.
    """
    files = _files(roadmap)
    if not files:
        raise Missing(f"no plan of {roadmap.name} was kept", f"keep one with: gainline roadmap solve {roadmap} --keep")
    return _read(files[-1])


def versions(roadmap: Path, *, latest: int) -> list[Version]:
    """The latest plans that were kept for a roadmap, so many of them, the oldest first.

    Raises
    ------
    UserFixable
        RM048 when one is not what its name's digest was made of.
    """
    return [_read(path) for path in _files(roadmap)[-latest:]]


def _folder(roadmap: Path) -> Path:
    return roadmap.with_suffix(".plans")


def _files(roadmap: Path) -> list[Path]:
    return sorted(_folder(roadmap).glob("[0-9]*-*.json"))


def _read(path: Path) -> Version:
    text = path.read_bytes()
    digest = sha256(text).hexdigest()
    if path.stem.split("-")[1] != digest[:SHORT]:
        raise UserFixable(f"RM048: {path.name} was changed after it was kept", "bring back the kept file from a backup")
    body = json.loads(text)
    dates = {key: Dates(date.fromisoformat(a), date.fromisoformat(b)) for key, (a, b) in body["dates"].items()}
    return Version(body["number"], digest, dates)
