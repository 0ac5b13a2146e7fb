"""Which day it is in a district; the one place that looks at a clock for the services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from gainline.store.models.districts import District

DEMO_DAY = date(2026, 6, 9)  # the made-up records of the demo end here, so its days do, too
_STOPPED: ContextVar[date | None] = ContextVar("stopped_clock", default=None)


def now() -> datetime:
    """The moment, in UTC."""
    return timezone.now()


def today(district: District) -> date:
    """The day in the district's own time zone; in the demo district it is always the same one."""
    if stopped := _STOPPED.get():
        return stopped
    return DEMO_DAY if district.is_demo else now().astimezone(ZoneInfo(district.time_zone)).date()


@contextmanager
def stopped_at(day: date) -> Iterator[None]:
    """Let it be another day, for the demo district's past and for tests; no page reaches this."""
    token = _STOPPED.set(day)
    try:
        yield
    finally:
        _STOPPED.reset(token)
