"""Progress: how long work tells how far it is, without knowing who listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called as work goes on; the terminal draws a bar from it, a test records it, most callers pass `silent`."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say that `done` of `total` steps of the named stage are finished."""


def silent(stage: str, done: int, total: int) -> None:
    """Take progress and say nothing."""
