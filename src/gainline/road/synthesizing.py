"""Synthesize: what the evidence documents of several cycles or districts say together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gainline.engine.core.errors import Conflict, Missing, Refused, UserFixable
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.document import FORMAT
from gainline.engine.evidence.rating import DOES_NOT
from gainline.engine.evidence.synthesis import Study, Synthesis, synthesize
from gainline.road.briefing import read_evidence
from gainline.road.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Pooled:
    """A synthesis with the studies in it and those left out, each with the reason."""

    domain: str
    studies: tuple[Study, ...]
    left_out: tuple[tuple[str, str], ...]
    synthesis: Synthesis


def synthesize_cycles(workspace: Workspace | None, named: Sequence[str]) -> Pooled:
    """Pool the primary effects, as Hedges' g counted so that up is good, of evaluated cycles.

    Parameters
    ----------
    workspace
        Where keys are looked up; ``None`` when only files are named.
    named
        Keys of evaluated cycles, or paths of evidence documents of other districts.

    Raises
    ------
    Refused
        EV200 to EV202 of the synthesis.
    Conflict
        When one and the same registration is named twice: it would count double.
    """
    documents = [_read(workspace, name) for name in named]
    _no_double(documents)
    fit = [one for one in documents if one["rating"]["label"] != DOES_NOT]
    left = tuple((_title(one), one["rating"]["label"]) for one in documents if one["rating"]["label"] == DOES_NOT)
    studies = tuple(_study(one) for one in fit)
    found = synthesize(studies)
    if isinstance(found, Refusal):
        out = f" ({len(left)} of {len(documents)} do not meet the standards)" if left else ""
        raise Refused(f"{found.code} {found.because}{out}", found.remedy)
    return Pooled(studies[0].domain, studies, left, found)


def _read(workspace: Workspace | None, name: str) -> dict[str, Any]:
    path = Path(name)
    if not path.is_file():
        if workspace is None or path.suffix == ".json" or len(path.parts) > 1:
            raise Missing(f"there is no evidence document at {name}", "name a file, or a key inside a workspace (-w)")
        return read_evidence(workspace, name)
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as fault:
        raise UserFixable(f"{path.name} cannot be read as JSON", "name an evidence document") from fault
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise UserFixable(f"{path.name} is no evidence document of the format {FORMAT}", "name another file")
    return value


def _no_double(documents: Sequence[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for one in documents:
        registration = one["provenance"]["registration"]
        if registration in seen:
            raise Conflict(f"{_title(one)} is named twice, so that it would count double", "name each cycle once")
        seen.add(registration)


def _study(one: dict[str, Any]) -> Study:
    primary = one["estimates"][0]
    sign = 1.0 if primary["favorable"] else -1.0
    students = sum(count["analyzed"] for count in primary["counts"])
    return Study(_title(one), sign * primary["g"], primary["g_std_error"], students, str(primary["domain"]))


def _title(one: dict[str, Any]) -> str:
    return str(one["plan"]["title"])
