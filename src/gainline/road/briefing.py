"""Brief: the evidence document as a page that a board member reads in two minutes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gainline.engine.core.errors import Conflict, Missing
from gainline.engine.privacy import Audience
from gainline.engine.reports import brief_html, index_html
from gainline.engine.reports.pinned import Pinned
from gainline.road.auditing import with_audit
from gainline.road.checking import evidence_digest, recorded_evidence, resealed_since
from gainline.road.releases import enter_release, with_releases
from gainline.road.signing import handed_out, issue_head
from gainline.road.workspace import Workspace


def write_brief(
    workspace: Workspace,
    key: str,
    *,
    audience: Audience = Audience.PUBLIC,
    language: str = "en",
    notes: Sequence[Pinned] = (),
) -> Path:
    """Write the brief of an evaluated cycle as one self-contained HTML file.

    A brief for others than the public has its audience in its name, so that it never takes the public one's place. The
    ledger's signed head goes out with every brief, on its page and beside it as ``KEY.head.json``: whoever keeps it can
    find out later that the ledger was cut off or written anew. `notes` go along, those on a figure in its margin.

    Raises
    ------
    Missing
        When the cycle has not been evaluated.
    Conflict
        When its evidence is not what was evaluated; AU002 when it was not audited.
    """
    evidence = with_audit(workspace, key, read_evidence(workspace, key))
    if stone := resealed_since(workspace, evidence):
        evidence["resealed_on"] = stone.on.isoformat()
    head = issue_head(workspace)
    evidence["ledger"] = handed_out(head)
    kept = workspace.folder("briefs") / f"{key}.head.json"
    kept.write_text(json.dumps(head.to_json_value(), indent=1) + "\n", encoding="utf-8")
    suffix = "" if audience is Audience.PUBLIC else f".{audience}"
    suffix += "" if language == "en" else f".{language}"
    path = workspace.folder("briefs") / f"{key}{suffix}.html"
    district = workspace.settings.district.name
    if audience is Audience.PUBLIC:
        enter_release(workspace, key, evidence, on=workspace.today())
    shown = with_releases(workspace, key, evidence)
    page = brief_html(shown, audience=audience, lang=language, district=district, notes=notes)
    path.write_text(page, encoding="utf-8")
    return path


def write_index(workspace: Workspace) -> Path:
    """Write the page that lists the workspace's briefs: what is due, at risk and learned."""
    keys = sorted(path.stem for path in workspace.folder("evidence").glob("*.json"))
    written = [key for key in keys if (workspace.folder("briefs") / f"{key}.html").is_file()]
    entries = [(f"{key}.html", with_releases(workspace, key, read_evidence(workspace, key))) for key in written]
    path = workspace.folder("briefs") / "index.html"
    path.write_text(index_html(entries, district=workspace.settings.district.name), encoding="utf-8")
    return path


def read_evidence(workspace: Workspace, key: str) -> dict[str, Any]:
    """The evidence document of a cycle, as it was evaluated and recorded in the ledger.

    Raises
    ------
    Missing
        When the cycle has not been evaluated.
    Conflict
        When the file is not one that an evaluation wrote.
    """
    path = workspace.folder("evidence") / f"{key}.json"
    if not path.is_file():
        raise Missing(f"the cycle {key} has no evidence yet", "evaluate it first: gainline evaluate PLAN")
    sha256 = evidence_digest(path)
    if sha256 is None or sha256 not in recorded_evidence(workspace.ledger.entries(), key):
        raise Conflict(f"evidence/{key}.json is not what was evaluated: it was changed", "evaluate the plan again")
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return value
