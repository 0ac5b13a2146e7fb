"""Progress in a notebook or a script: one line on standard error that is written over, and nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from gainline.engine.core.progress import Progress, silent

_WIDTH = 24


@contextmanager
def bar() -> Iterator[Progress]:
    """Give a progress that draws itself, where somebody can see it."""
    if not sys.stderr.isatty():
        yield silent
        return
    try:
        yield _draw
    finally:
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()


def _draw(stage: str, done: int, total: int) -> None:
    filled = round(_WIDTH * done / max(total, 1))
    sys.stderr.write(f"\r\033[K{stage:<28} {'#' * filled}{'.' * (_WIDTH - filled)}")
    sys.stderr.flush()
