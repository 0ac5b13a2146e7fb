"""What a look into the lake gave, kept in this process until the lake changes; nothing of it is written anywhere.

A look is taken once, however many people ask for it in the same second. Who asks for a page waits a moment and is then
told that the records are still being looked through; verbs, jobs and programs wait to the end.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

from gainline.engine.core.errors import GainlineError
from gainline.road.workspace import Workspace

T = TypeVar("T")
Key = tuple[str, str, tuple[int, ...], str, date]  # the workspace's folder, its snapshot, its words, what, the day
MOST = 24
AT_ONCE = 2  # looks that pages started and that still go on, in one process
WORDS = ("gainline.toml", "consent/journal.jsonl", "consent/RESTORED")  # what decides beside the lake how it is read
_KEPT: OrderedDict[Key, object] = OrderedDict()
_BEGUN: dict[Key, Future[Any]] = {}
_LOCK = Lock()
_LOOKERS = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="looking")
_PATIENCE: ContextVar[float | None] = ContextVar("patience", default=None)


class StillLookingError(GainlineError):
    """A figure that is still being computed; whoever asks again a little later gets it."""


@contextmanager
def waiting_at_most(seconds: float | None) -> Iterator[None]:
    """Let whoever asks in this block wait so long for a look; None for as long as it takes."""
    token = _PATIENCE.set(seconds)
    try:
        yield
    finally:
        _PATIENCE.reset(token)


def remembered(workspace: Workspace, what: str, day: date, make: Callable[[], T]) -> T:
    """What `make` gives, made once for a snapshot and a day.

    Only what was made from the lake alone may be kept so; a result says the same until a file or a decision comes.

    Raises
    ------
    StillLookingError
        SV160 when it takes longer than `waiting_at_most` allows; it is made all the same.
    """
    key, patience = _key(workspace, what, day), _PATIENCE.get()
    with _LOCK:
        if key in _KEPT:
            _KEPT.move_to_end(key)
            return cast("T", _KEPT[key])
        begun = _BEGUN.get(key)
        look: Future[Any] = begun or _BEGUN.setdefault(key, Future())
    if begun is None and patience is None:
        _make(key, make, look)
    elif begun is None:
        _LOOKERS.submit(copy_context().run, _make, key, make, look)
    try:
        return cast("T", look.result(patience))
    except TimeoutError:
        if look.done():
            raise
    raise StillLookingError("SV160 the records are still being looked through", "look again in a few seconds")


def _make(key: Key, make: Callable[[], object], look: Future[Any]) -> None:
    """Take a look, and let everybody who waits for it have it, or its fault."""
    try:
        made = make()
    except BaseException as fault:  # raised again by everybody who asks for the result
        _end(key)
        look.set_exception(fault)
    else:
        _hold(key, made)
        _end(key)
        look.set_result(made)


def _end(key: Key) -> None:
    with _LOCK:
        _BEGUN.pop(key, None)


def keep(workspace: Workspace, what: str, day: date, made: object) -> None:
    """Keep a result for the snapshot that stands now, in place of those of earlier ones."""
    _hold(_key(workspace, what, day), made)


def _hold(key: Key, made: object) -> None:
    with _LOCK:
        for old in [old for old in _KEPT if (old[0], old[3]) == (key[0], key[3])]:
            del _KEPT[old]
        _KEPT[key] = made
        while len(_KEPT) > MOST:
            _KEPT.popitem(last=False)


def _key(workspace: Workspace, what: str, day: date) -> Key:
    words = tuple(_changed(workspace.root / name) for name in WORDS)
    return str(workspace.root), workspace.lake.head().id, words, what, day


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
