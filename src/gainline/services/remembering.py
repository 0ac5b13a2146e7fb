"""What a look into the lake gave, kept in this process until the lake changes; nothing of it is written anywhere."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from threading import Lock
from typing import TypeVar, cast

from gainline.road.workspace import Workspace

T = TypeVar("T")
Key = tuple[str, str, str, date]  # the workspace's folder, its snapshot, what, the day
MOST = 24
_KEPT: OrderedDict[Key, object] = OrderedDict()
_LOCK = Lock()


def remembered(workspace: Workspace, what: str, day: date, make: Callable[[], T]) -> T:
    """What `make` gives, made once for a snapshot and a day.

    Only what was made from the lake alone may be kept so; a result says the same until a file or a decision comes.
    """
    key = _key(workspace, what, day)
    with _LOCK:
        if key in _KEPT:
            _KEPT.move_to_end(key)
            return cast("T", _KEPT[key])
    made = make()
    keep(workspace, what, day, made)
    return made


def keep(workspace: Workspace, what: str, day: date, made: object) -> None:
    """Keep a result for the snapshot that stands now, in place of those of earlier ones."""
    key = _key(workspace, what, day)
    with _LOCK:
        for old in [old for old in _KEPT if (old[0], old[2]) == (key[0], what)]:
            del _KEPT[old]
        _KEPT[key] = made
        while len(_KEPT) > MOST:
            _KEPT.popitem(last=False)


def _key(workspace: Workspace, what: str, day: date) -> Key:
    return str(workspace.root), workspace.lake.head().id, what, day
