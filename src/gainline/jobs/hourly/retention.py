"""What somebody ordered on the page of retention is taken out."""

from __future__ import annotations

from gainline.services import retention


def run() -> None:
    """Carry out the orders that wait."""
    retention.carry_out_ordered()
