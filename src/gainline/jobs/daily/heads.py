"""The heads of every audit trail, written where a backup takes them along: a cut-off tail shows against them."""

from __future__ import annotations

from gainline.services import governance


def run() -> None:
    """Write down where every trail stands."""
    governance.write_heads()
