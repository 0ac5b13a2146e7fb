"""Agreements about data as files: what a workspace without an application keeps in its folder ``agreements``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from gainline.engine.core.errors import DataIssues, Missing, UserFixable
from gainline.engine.core.toml_reading import NotToml, read_toml
from gainline.engine.privacy.agreements import DataAgreement, faults
from gainline.engine.privacy.catalog import catalogue
from gainline.engine.privacy.purposes import Basis, Purpose
from gainline.road.workspace import Workspace

FOLDER = "agreements"
MOST = 100_000  # characters; an agreement has a few hundred
_TEXTS = ("holder", "tool", "tool_key", "representative", "document_sha256")
_DAYS = ("starts", "ends", "destroy_by")
_LISTS = ("purposes", "elements", "recipients")
_OPTIONAL = frozenset({"representative", "document_sha256", "recipients", "kind"})


def read_agreements(workspace: Workspace) -> dict[str, DataAgreement]:
    """Every agreement of a workspace by the name of its file, sorted.

    Raises
    ------
    UserFixable, DataIssues
        As `read_agreement`.
    """
    paths = sorted((workspace.root / FOLDER).glob("*.toml"))
    return {path.stem: read_agreement(path) for path in paths}


def agreement_named(workspace: Workspace, name: str) -> DataAgreement:
    """One agreement of a workspace.

    Raises
    ------
    Missing
        When there is no file of this name.
    UserFixable, DataIssues
        As `read_agreement`.
    """
    path = workspace.root / FOLDER / f"{Path(name).name}.toml"
    if not path.is_file():
        known = ", ".join(one.stem for one in sorted(path.parent.glob("*.toml"))) or "none yet"
        raise Missing(f"there is no agreement {Path(name).name}", f"write {FOLDER}/NAME.toml; there are: {known}")
    return read_agreement(path)


def read_agreement(path: Path) -> DataAgreement:
    """An agreement from its TOML file.

    Raises
    ------
    UserFixable
        PR086 when it is not TOML, or a term is missing, unknown or of another kind.
    DataIssues
        PR073 to PR077 when what it says cannot stand.
    """
    read = read_toml(path.read_text(encoding="utf-8-sig"), at_most=MOST, than="agreement")
    if isinstance(read, NotToml):
        where = f"{path.name}:{read.line}" if read.line else path.name
        raise UserFixable(f"PR086 {where} is not TOML: {read.says}", "mend the line")
    agreement = _agreement(read, path.name)
    if found := faults(agreement, catalogue()):
        raise DataIssues("; ".join(f"{one.code} {path.name}: {one.says}" for one in found), found[0].remedy)
    return agreement


def write_agreement(workspace: Workspace, name: str, agreement: DataAgreement) -> Path:
    """Keep an agreement as a file, so that what leaves at the terminal asks the same ones as the application."""
    texts = {key: json.dumps(getattr(agreement, key), ensure_ascii=False) for key in _TEXTS}
    days = {key: getattr(agreement, key).isoformat() for key in _DAYS}
    lists = {key: json.dumps([str(one) for one in getattr(agreement, key)], ensure_ascii=False) for key in _LISTS}
    lines = {"kind": json.dumps(str(agreement.kind)), **texts, **days, **lists}
    path = workspace.folder(FOLDER) / f"{Path(name).name}.toml"
    path.write_text("".join(f"{key} = {value}\n" for key, value in lines.items()), encoding="utf-8")
    return path


def senders_agreed(workspace: Workspace, on: date) -> frozenset[str]:
    """Who may send what students do on a day: names of tools, vendors and their recipients, as senders are named.

    Raises
    ------
    UserFixable, DataIssues
        As `read_agreement`.
    """
    found: set[str] = set()
    for one in read_agreements(workspace).values():
        if one.kind is Basis.SCHOOL_OFFICIAL and one.is_active(on):
            found |= {_as_sender(name) for name in (one.tool_key, one.tool, one.holder, *one.recipients)}
    return frozenset(found - {""})


def _as_sender(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def _agreement(said: Mapping[str, Any], name: str) -> DataAgreement:
    wanted = {*_TEXTS, *_DAYS, *_LISTS, "kind"}
    if wrong := sorted({*(wanted - _OPTIONAL - set(said)), *(set(said) - wanted)}):
        raise UserFixable(f"PR086 {name} lacks these terms, or has them too many: {', '.join(wrong)}", "mend them")
    is_whole = all(isinstance(said.get(key, ""), str) for key in _TEXTS)
    is_whole = is_whole and all(type(said[key]) is date for key in _DAYS)
    if not is_whole or not all(_is_texts(said.get(key, [])) for key in _LISTS):
        raise UserFixable(
            f"PR086 {name} has a term of another kind", "write texts, lists of texts, and days as 2026-07-31"
        )
    try:
        return DataAgreement(
            **{key: said.get(key, "") for key in _TEXTS},
            **{key: said[key] for key in _DAYS},
            kind=Basis(said.get("kind", Basis.SCHOOL_OFFICIAL)),
            purposes=tuple(Purpose(one) for one in said["purposes"]),
            elements=tuple(said["elements"]),
            recipients=tuple(said.get("recipients", ())),
        )
    except ValueError as fault:
        raise UserFixable(f"PR086 {name}: {fault}", f"purposes are: {', '.join(Purpose)}") from fault


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
