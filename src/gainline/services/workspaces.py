"""Where a district's facts, plans, ledger, evidence and briefs stand: one workspace folder per district."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from gainline.road.workspace import Workspace
from gainline.services import clock, desk
from gainline.store.models.accounts import Account
from gainline.store.models.districts import District

MODE = 0o700


def folder_of(district: District) -> Path:
    """The district's folder; it need not exist."""
    return Path(settings.GAINLINE_HOME) / "districts" / str(district.public_id)


def open_workspace(district: District) -> Workspace:
    """The district's workspace.

    Raises
    ------
    Missing
        When its folder is gone.
    """
    return Workspace.open(folder_of(district), clock=lambda: clock.today(district))


def make_workspace(district: District) -> Workspace:
    """A new workspace for a district that was just founded."""
    root = folder_of(district)
    root.parent.mkdir(parents=True, exist_ok=True, mode=MODE)
    text = (
        f"[district]\nname = {_quoted(district.name)}\ntime_zone = {_quoted(district.time_zone)}\n\n[school_aliases]\n"
    )
    return Workspace.create(root, settings_text=text)


def plan_file(district: District, key: str, text: str) -> Path:
    """Write a plan's text where the workspace keeps its plans."""
    path = open_workspace(district).folder("plans") / f"{key}.toml"
    path.write_text(text, encoding="utf-8")
    return path


@desk.reading("district.read")
def ledger_head(*, by: Account) -> tuple[int, str]:
    """Where the district's ledger stands: its length and last hash, to be kept outside."""
    head = open_workspace(by.district).ledger.head()
    return head.seq, head.hash


def _quoted(text: str) -> str:
    cleaned = "".join(letter for letter in text if letter.isprintable())
    return '"' + cleaned.replace("\\", "\\\\").replace('"', '\\"') + '"'
