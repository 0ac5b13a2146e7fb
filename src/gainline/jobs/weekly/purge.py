"""What was deleted in the week goes from the bytes of the files as well."""

from __future__ import annotations

from gainline.services import purging


def run() -> None:
    """Rewrite the database, cut its log and sweep the lakes."""
    purging.purge()
