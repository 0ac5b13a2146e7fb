"""A tiny district's records, built once a run, and put into the workspace of a district of the store."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from functools import cache
from pathlib import Path

from gainline.engine.worlds import INCOMING, build, tiny, write
from gainline.road.importing import import_files
from gainline.road.workspace import Workspace
from gainline.services.workspaces import folder_of

SEED = 5
AUTUMN = date(2025, 9, 29)


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="gainline-tiny-"))


@cache
def files() -> Path:
    """The folder of the tiny district: incoming files, plans, settings."""
    folder = _folder() / "files"
    write(build(tiny(), seed=SEED), folder)
    return folder


def incoming() -> Path:
    """Where its files are that come in."""
    return files() / INCOMING


@cache
def _rostered() -> Path:
    """A workspace with the roster; its profiles know every other file."""
    home = _folder() / "rostered"
    workspace = Workspace.create(home, settings_text=(files() / "gainline.toml").read_text(encoding="utf-8"))
    for profile in (files() / "profiles").glob("*.toml"):
        shutil.copy(profile, workspace.folder("profiles") / profile.name)
    import_files(workspace, [incoming() / "oneroster"], as_of=AUTUMN)
    return home


def give_records(district) -> Path:
    """Put the roster of the tiny district into a district's workspace; its plans' texts are in `files`."""
    folder = folder_of(district)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(_rostered(), folder)
    return folder


def plan_text(key: str = "lumen-reading") -> str:
    """The text of one of its plans."""
    return (files() / "plans" / f"{key}.toml").read_text(encoding="utf-8")
