"""What follows after families took their word back: rows are purged, results made again, bands noted."""

from __future__ import annotations

from gainline.services import consents


def run() -> None:
    """Carry out what is due; who said no is out of every reading already."""
    consents.follow_all()
