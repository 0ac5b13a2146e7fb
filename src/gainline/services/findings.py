"""Findings: what an evaluation shows, in the briefs' own words and through the exit for numbers."""

from __future__ import annotations

from typing import Any

from gainline.engine.core.errors import GainlineError
from gainline.engine.privacy import Audience, Policy
from gainline.engine.reports import board
from gainline.engine.reports.facts import FORMAT, Facts, facts
from gainline.engine.reports.words import words
from gainline.road.releases import with_releases
from gainline.services.workspaces import open_workspace
from gainline.store.models.cycles import Cycle


def told(
    document: dict[str, Any], *, audience: Audience, language: str = "en", cycle: Cycle | None = None
) -> Facts | None:
    """An evidence document as an audience may read it; None where it is not one of ours.

    Whatever shows its counts names the cycle: they go beside what was released of it before.
    """
    if document.get("format") != FORMAT:
        return None
    try:
        if cycle is not None:
            document = with_releases(open_workspace(cycle.district), cycle.key, document)
        return facts(document, audience=audience, policy=Policy(), words=words(language))
    except GainlineError:
        return None


def headline(document: dict[str, Any], *, language: str = "en") -> str:
    """What the evidence shows, as one sentence without any count; empty where it cannot be read."""
    found = told(document, audience=Audience.PUBLIC, language=language)
    return board.headline(found) if found else ""
