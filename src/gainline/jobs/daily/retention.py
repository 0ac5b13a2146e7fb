"""What has stayed as long as its class allows, and for the time of notice after that, goes for good."""

from __future__ import annotations

from gainline.services import retention


def run() -> None:
    """Take out of every district what is due and not held."""
    retention.carry_out_noticed()
