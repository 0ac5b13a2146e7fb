"""The pace of a token: so many requests a minute, counted by each server process in its memory."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic

REMEMBERED = 10_000  # tokens; the one that was silent longest is forgotten first, and begins anew


class Pace:
    """A bucket per token that holds a minute's requests and fills up steadily."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def wait_of(self, key: str, per_minute: int) -> int:
        """Take one request out of a token's bucket: 0, or the seconds until there is one again."""
        with self._lock:
            now = self._clock()
            left, at = self._buckets.pop(key, (float(per_minute), now))
            left = min(float(per_minute), left + (now - at) * per_minute / 60.0)
            has_one = left >= 1.0
            self._buckets[key] = (left - 1.0 if has_one else left, now)
            if len(self._buckets) > REMEMBERED:
                self._buckets.popitem(last=False)
            return 0 if has_one else max(1, math.ceil((1.0 - left) * 60.0 / per_minute))
