"""Ctrl-C that no library can swallow: it is remembered, and raised again at the next sign of progress."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_stopped = threading.Event()


def stop_if_asked() -> None:
    """Raise the Ctrl-C again that came since `heeding` began; called where work says how far it is.

    Raises
    ------
    KeyboardInterrupt
        Somebody pressed Ctrl-C, and whatever ran at that moment dropped it.
    """
    if _stopped.is_set() and threading.current_thread() is threading.main_thread():
        raise KeyboardInterrupt


@contextmanager
def heeding() -> Iterator[None]:
    """Remember each Ctrl-C of the block; outside the main thread, where no signal arrives, nothing changes."""
    _stopped.clear()
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, _remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        _stopped.clear()


def _remember(_signal: int, _frame: FrameType | None) -> None:
    # Some compiled code clears every exception of a callback that it runs; a KeyboardInterrupt goes with it.
    _stopped.set()
    raise KeyboardInterrupt
