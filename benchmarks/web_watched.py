"""The application's settings with a watch around every request: how many queries, the slowest, and the seconds spent.

`web_load.py` starts the application with this module; nothing of it is in the application itself. What a request cost
comes back in three headers, so that nothing has to be collected between processes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from gainline.config.settings import *  # noqa: F403 - the same settings, and one more around them
from gainline.config.settings import MIDDLEWARE as STANDING

MIDDLEWARE = ["web_watched.Watch", *STANDING]
GAINLINE_MFA = "off"  # the benchmark's people have no second factor
PAGE, COST, SLOWEST = "x-bench-page", "x-bench-cost", "x-bench-slowest"  # small letters: the server writes them so


class Watch:
    """The outermost step: counts and times what the request asked of the database."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:  # noqa: ANN401 - Django's own
        """Answer, and say in headers what it took."""
        from django.db import connection  # the settings must stand first

        asked: list[tuple[float, str]] = []

        def timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: ANN401
            at = time.perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                asked.append((time.perf_counter() - at, sql))

        at, turned = time.perf_counter(), time.thread_time()
        with connection.execute_wrapper(timed):
            answer = self.get_response(request)
        took, slowest = time.perf_counter() - at, max(asked, default=(0.0, ""))
        turned = time.thread_time() - turned  # of this thread alone: the same however busy the machine is
        found = getattr(request, "resolver_match", None)
        answer[PAGE] = f"/{found.route}" if found else "(none)"
        answer[COST] = f"{took:.6f} {len(asked)} {turned:.6f} {slowest[0]:.6f}"
        answer[SLOWEST] = " ".join(slowest[1].split())[:300].encode("ascii", "replace").decode()
        return answer
