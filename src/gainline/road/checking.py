"""Check: that nobody changed the ledger or the snapshot behind our back."""

from __future__ import annotations

from gainline.engine.core.issues import Issue
from gainline.road.workspace import Workspace


def verify_workspace(workspace: Workspace) -> list[Issue]:
    """Every break in the ledger's chain and every altered or missing file of the snapshot that stands now."""
    with workspace.lake.reading() as reading:
        return [*workspace.ledger.verify(), *reading.verify()]
