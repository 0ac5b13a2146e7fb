"""The workspace: one folder that holds a district's settings, secret salt, lake, plans, ledger, evidence and briefs."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gainline.engine.core.errors import Conflict, Missing, UserFixable
from gainline.engine.ledger import Ledger
from gainline.engine.ledger.signing import PrivateKey
from gainline.engine.pilots import parse_plan
from gainline.engine.pilots.plan import Plan
from gainline.lake import Lake
from gainline.road.consented import bans_of

SETTINGS = "gainline.toml"
SALT_BYTES = 32
LEDGER_KEY, PUBLIC_KEY = ".ledger-key.pem", "ledger-key.pub.pem"


class District(BaseModel):
    """Who the records belong to, and the time zone of their days."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "Our district"
    time_zone: str = "America/Chicago"


class LakePlace(BaseModel):
    """Where the facts lie: on the workspace's own disk, or at the address of an object store."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    store: str | None = None


class Staying(BaseModel):
    """How long records stay after what they were kept for, in days; the engine's own where nothing is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    appeal_days: int = Field(default=365, ge=30, le=3650)
    after_leaving_days: int = Field(default=365, ge=30, le=3650)
    visits_days: int = Field(default=90, ge=30, le=730)
    notice_days: int = Field(default=14, ge=1, le=90)


class Settings(BaseModel):
    """What `gainline.toml` may say; an unknown key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    district: District = District()
    lake: LakePlace = LakePlace()
    retention: Staying = Field(default_factory=lambda: Staying())
    school_aliases: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Workspace:
    """A district's folder, opened.

    Parameters
    ----------
    root
        The folder.
    settings
        What its `gainline.toml` says.
    clock
        What gives the day in the district, by which consent ends and rights pass; None for the machine's clock.
    """

    root: Path
    settings: Settings
    clock: Callable[[], date] | None = field(default=None, compare=False)

    @classmethod
    def create(
        cls, root: Path, *, settings_text: str | None = None, salt: bytes | None = None, store: str | None = None
    ) -> Workspace:
        """Make a new workspace in an empty or absent folder, with its lake there or in an object store.

        A salt is given only for synthetic districts, so that a demo comes out the same everywhere.

        Raises
        ------
        Conflict
            When the folder already is a workspace, or a lake lies at the store's address.
        UserFixable
            When the given settings cannot be read, no folder can be made there, or the object store will not do
            (LK022, LK023, LK024).
        """
        Lake(root, store)  # what can be refused is refused before anything is made
        if (root / SETTINGS).exists():
            raise Conflict(f"{root} already is a workspace", "use it as it is, or name another folder")
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise UserFixable(f"{root} cannot be made: {fault.strerror}", "name another folder") from fault
        Lake.create(root / "lake", store)
        for name in ("plans", "profiles", "indicators", "evidence", "briefs"):
            (root / name).mkdir(exist_ok=True)
        _write_secret(root / ".salt", salt or secrets.token_bytes(SALT_BYTES))
        write_key(root, hashlib.sha256(b"key of the ledger" + salt).digest() if salt else secrets.token_bytes(32))
        (root / SETTINGS).write_text((settings_text or _default_settings()) + _place(store), encoding="utf-8")
        return cls.open(root)

    @classmethod
    def open(cls, root: Path, *, clock: Callable[[], date] | None = None) -> Workspace:
        """Open an existing workspace.

        Raises
        ------
        Missing
            When the folder is no workspace.
        UserFixable
            When `gainline.toml` cannot be read.
        """
        Lake(root)
        path = root / SETTINGS
        if not path.exists():
            raise Missing(f"{root} is no Gainline workspace (it has no {SETTINGS})", "make one with: gainline init")
        return cls(root, _read_settings(path), clock)

    @property
    def lake(self) -> Lake:
        """The lake of facts, as it may be read: whom families' words bar is left out of every reading."""
        return self.records.guarded(lambda cycle: bans_of(self.root, lambda: self.salt, self.today, cycle))

    @property
    def records(self) -> Lake:
        """The lake with everybody in it: for what keeps the records themselves, and never for a number."""
        return Lake.open(self.root / "lake", self.settings.lake.store)

    def today(self) -> date:
        """The day in the district."""
        return (
            self.clock()
            if self.clock
            else datetime.now(UTC).astimezone(ZoneInfo(self.settings.district.time_zone)).date()
        )

    @property
    def ledger(self) -> Ledger:
        """The append-only ledger of registrations, amendments and evaluations."""
        salt = self.root / ".salt"
        return Ledger(self.root / "ledger.jsonl", secret=salt.read_bytes() if salt.is_file() else None)

    @property
    def salt(self) -> bytes:
        """The secret that pseudonyms are keyed with; without it nobody can go back from a key to an identifier.

        Raises
        ------
        Missing
            When it is gone: with another one, new rows would name other people than the rows in the lake.
        """
        path = self.root / ".salt"
        if not path.is_file():
            raise Missing(
                f"the workspace's secret {path} is gone, and without it no row can be tied to its student",
                "restore it from a backup; if there is none, import the source files into a new workspace",
            )
        return path.read_bytes()

    def snapshot_id(self, beginning: str) -> str:
        """The whole id of the one snapshot whose id begins so.

        Raises
        ------
        Missing
            When no snapshot begins so, or several do.
        """
        known = [*(one.id for one in self.lake.snapshots()), *(stone.id for stone in self.lake.tombstones())]
        found = [one for one in known if one.startswith(beginning)]
        if len(found) != 1:
            many = "several snapshots begin" if found else "no snapshot begins"
            raise Missing(f"{many} with {beginning}", "list them: gainline snapshots")
        return found[0]

    def plan_path(self, named: Path) -> Path:
        """The plan's file: as it is named, or in the workspace's plans by its key.

        Raises
        ------
        Missing
            When there is neither.
        """
        own = self.root / "plans" / f"{named.name.removesuffix('.toml')}.toml"
        for path in (named, own):
            if path.is_file():
                return path
        keys = ", ".join(sorted(path.stem for path in (self.root / "plans").glob("*.toml"))) or "none yet"
        raise Missing(f"there is no plan at {named}", f"name a plan's TOML file, or one of the workspace's: {keys}")

    def folder(self, name: str) -> Path:
        """A sub-folder of the workspace, made when it is missing."""
        path = self.root / name
        path.mkdir(exist_ok=True)
        return path


def read_plan(path: Path) -> Plan:
    """A plan that can be read; what it says is judged by `gainline plan check`.

    Raises
    ------
    UserFixable
        When it cannot be read.
    """
    try:
        plan, issues = parse_plan(path.read_text(encoding="utf-8"), file=path.name)
    except (OSError, UnicodeDecodeError) as fault:
        raise UserFixable(f"{path} cannot be read", "name a plan's TOML file") from fault
    if plan is None:
        raise UserFixable("\n".join(str(issue) for issue in issues), "mend the plan; see: gainline plan check")
    return plan


def _default_settings() -> str:
    return (
        '[district]\nname = "Our district"\ntime_zone = "America/Chicago"\n\n'
        "# How vendors spell your schools: alias -> school id of your roster.\n[school_aliases]\n"
    )


def _place(store: str | None) -> str:
    return f'\n[lake]\nstore = "{store}"\n' if store else ""


def _read_settings(path: Path) -> Settings:
    try:
        return Settings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError, UnicodeDecodeError) as fault:
        raise UserFixable(f"{path.name} cannot be read: {fault}", "mend it; see docs/reference/workspace.md") from fault


def write_key(root: Path, seed: bytes) -> None:
    """Write the pair of keys that heads and bundles are signed with, the private one for its owner only.

    Where two commands make a pair at once, the first one's stands.
    """
    key = PrivateKey(seed)
    draft = root / f"{LEDGER_KEY}.{os.getpid()}"
    _write_secret(draft, key.pem())
    try:
        with contextlib.suppress(FileExistsError):
            os.link(draft, root / LEDGER_KEY)
            (root / PUBLIC_KEY).write_bytes(key.public.pem())
    finally:
        draft.unlink()


def _write_secret(path: Path, secret: bytes) -> None:
    """Write a secret, readable by its owner only."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secret)
