"""Files that were kept aside for a preview which nobody imported: copies of records do not lie about."""

from __future__ import annotations

from gainline.services import imports


def run() -> None:
    """Throw away what was kept aside for too long."""
    imports.clear_aside()
