"""`gainline audit`: what could mislead whoever reads the evidence, of one cycle or of the district."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, AsOfOption, FormatOption, WorkspaceOption, day
from gainline.engine.audit import DistrictAudit
from gainline.engine.privacy import Audience
from gainline.engine.reports.audit import AuditBlocks, audit_blocks, check_title, district_lines
from gainline.road.auditing import audit_of, audit_workspace
from gainline.road.briefing import read_evidence
from gainline.road.releases import with_releases
from gainline.road.workspace import Workspace


def audit(
    key: Annotated[str, typer.Argument(metavar="[PLAN]", help="The plan's key; the whole district without one.")] = "",
    audience: Annotated[Audience, typer.Option(help="Who reads it; decides what may show.")] = Audience.STAFF,
    language: Annotated[str, typer.Option(help="en or es.")] = "en",
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show the audit that was made with an evaluation, or what stands flagged over all cycles.

    Nobody has to ask for it: no brief is written without it. Looks that no registration asked for are listed, each.

    Example: gainline audit lumen-reading --format json
    """
    home = Workspace.open(workspace)
    if key:
        _show_cycle(home, key.removesuffix(".toml"), audience, language, form)
    else:
        _show_district(audit_workspace(home, as_of=day(as_of).isoformat()), language, form)


def _show_cycle(home: Workspace, key: str, audience: Audience, language: str, form: Format) -> None:
    evidence = with_releases(home, key, read_evidence(home, key))
    told = audit_blocks(audit_of(home, key), evidence, audience=audience, lang=language)
    console.show_rows([_row(told, place) for place in range(len(told.rows))], form=form, title=told.headline)
    if form is not Format.TABLE:
        return
    for row in told.rows:
        if row.does:
            console.talk(f"{row.title}: {row.does}")
    console.talk(told.looks_line)
    for when, what, by in told.looks:
        console.talk(f"  {when}: {what} ({by})")


def _row(told: AuditBlocks, place: int) -> dict[str, Any]:
    row = told.rows[place]
    return {"check": row.title, "about": row.about, "says": row.word, "figure": row.figure, "people": row.people}


def _show_district(found: DistrictAudit, language: str, form: Format) -> None:
    rows = [
        {
            "cycle": one.cycle,
            "as_of": one.as_of,
            "flagged": ", ".join(check_title(key, language) for key in one.flags) or "–",
            "looks_since": len(one.since),
        }
        for one in found.cycles
    ]
    if rows or form is not Format.TABLE:
        console.show_rows(rows, form=form, title=f"{len(found.at_risk)} of {len(rows)} cycles need a look")
    else:
        console.talk("No cycle was evaluated yet.")
    for line in district_lines(found, language):
        console.talk(line)
