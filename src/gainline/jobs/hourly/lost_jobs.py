"""Jobs whose worker died are ended, so that nobody waits for them."""

from __future__ import annotations

from gainline.services import queue


def run() -> None:
    """End what has been silent for an hour."""
    queue.give_up_lost()
