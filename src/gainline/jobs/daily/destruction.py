"""Agreements whose day of destruction has come: our copies of what was handed over go, with a certificate."""

from __future__ import annotations

from gainline.services import handovers


def run() -> None:
    """Destroy what is due in every district."""
    handovers.destroy_due()
