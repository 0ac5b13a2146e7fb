"""Profiles: how vendors' files are read; a first one is proposed from a sample, and the district keeps its own."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gainline.engine.core.errors import DataIssues
from gainline.engine.core.issues import Issue, has_errors
from gainline.engine.intake import Profile, parse_profile
from gainline.lake.durable import write_whole
from gainline.road.importing import profiles_of
from gainline.road.proposing import propose_profile
from gainline.services import desk
from gainline.services.imports import Arriving, keep_one_aside, kept_file
from gainline.services.workspaces import folder_of, open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.imports import Import

FOLDER, BEFORE = "profiles", ".before"


@dataclass(frozen=True, slots=True)
class Checked:
    """A profile's text looked at: its key when it can be read, and what is wrong with it, by line."""

    key: str | None
    issues: tuple[Issue, ...]


@desk.reading("record.read")
def profiles(*, by: Account) -> list[Profile]:
    """Every kind of file that can be read beside OneRoster, the district's own first."""
    return sorted(profiles_of(folder_of(by.district)).values(), key=lambda one: (one.shipped, one.name))


@desk.reading("record.import")
def propose(*, by: Account, sample: Arriving) -> str:
    """The text of a first profile for a sample file: each guess explained, and no value of the file in it.

    The sample is thrown away at once.

    Raises
    ------
    UserFixable
        When no table can be read from it.
    """
    home = folder_of(by.district)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = Path(tempfile.mkdtemp(prefix=".sample-", dir=home))
    try:
        kept = keep_one_aside(sample, aside)
        return propose_profile(aside / str(kept["name"]))
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@desk.reading("record.import")
def propose_kept(*, by: Account, brought: Import, name: str) -> str:
    """As `propose`, for a file that was sent to be looked at and still waits aside.

    Raises
    ------
    Conflict
        SV060 when it is kept no more.
    UserFixable
        When no table can be read from it.
    """
    return propose_profile(kept_file(by=by, brought=brought, name=name))


@desk.reading("record.import")
def check(*, by: Account, text: str) -> Checked:
    """What is wrong with a profile's text."""
    known = profiles_of(folder_of(by.district))
    profile, issues = parse_profile(text, file="profile", known=known)
    if profile is None or has_errors(issues):
        return Checked(None, tuple(issues))
    return Checked(profile.key, tuple(issues))


@desk.reading("record.import")
def text_of(*, by: Account, key: str) -> str:
    """The text of one of the district's own profiles.

    Raises
    ------
    Missing
        SV002 when the district has none of that key.
    """
    path = _path_of(by, key)
    return path.read_text(encoding="utf-8")


@desk.verb("record.import")
def save(*, by: Account, text: str) -> str:
    """Keep a profile as the district's own, and give its key; the text before is kept beside it.

    Raises
    ------
    DataIssues
        SV062 when it cannot be read.
    Conflict
        SV063 when a profile that comes with Gainline has its key.
    """
    checked = check(by=by, text=text)
    if checked.key is None:
        raise DataIssues("SV062 the profile cannot be read yet", "mend what is said below, by line")
    known = profiles_of(folder_of(by.district)).get(checked.key)
    if known is not None and known.shipped:
        raise desk.refuse("SV063", "a profile that comes with Gainline has this key", "give yours another key")
    folder = open_workspace(by.district).folder(FOLDER)
    path = next((path for path in _own(by) if _key_of(path) == checked.key), folder / f"{checked.key}.toml")
    if path.exists():
        path.with_name(path.name + BEFORE).write_bytes(path.read_bytes())
    write_whole(path, text.encode())
    return checked.key


@desk.verb("record.import", words=("key",))
def take_back(*, by: Account, key: str) -> bool:
    """Take back the last saving of a profile: whether an earlier text stands again; else the profile is gone."""
    path = _path_of(by, key)
    before = path.with_name(path.name + BEFORE)
    if before.exists():
        before.replace(path)
        return True
    path.unlink()
    return False


def _own(by: Account) -> list[Path]:
    return sorted((folder_of(by.district) / FOLDER).glob("*.toml"))


def _key_of(path: Path) -> str | None:
    profile, _ = parse_profile(path.read_text(encoding="utf-8"), file=path.name, known=profiles_of(path.parent.parent))
    return profile.key if profile else None


def _path_of(by: Account, key: str) -> Path:
    found = next((path for path in _own(by) if _key_of(path) == key), None)
    if found is None:
        raise desk.nothing_here()
    return found
