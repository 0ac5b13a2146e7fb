"""The registry: which function compiles which shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ibis

from gainline.engine.indicators import said, scores, service, shapes
from gainline.engine.indicators.request import Request

_OF_STUDENTS: Mapping[str, Callable[[Request, Any], ibis.Table]] = {
    "amount": shapes.amount,
    "at_least": shapes.at_least,
    "weeks_at_least": shapes.weeks_at_least,
    "daily_minutes": shapes.daily_minutes,
    "sessions": shapes.sessions,
    "any_use": shapes.any_use,
    "still_active": shapes.still_active,
    "days_with_use": shapes.days_with_use,
    "weeks_with_use": shapes.weeks_with_use,
    "share_of_use": shapes.share_of_use,
    "score": scores.score,
    "mastery": scores.mastery,
    "gain": scores.gain,
    "standardized_gain": scores.standardized_gain,
    "growth_percentile": scores.growth_percentile,
    "access": said.access,
    "incidents": said.incidents,
    "voice": said.voice,
    "responded": said.responded,
}
_OF_GROUPS: Mapping[str, Callable[[Request, Any], ibis.Table]] = {
    "opinion": said.opinion,
    "observed": said.observed,
    "ticket_rate": service.ticket_rate,
    "ticket_hours": service.ticket_hours,
    "outage_minutes": service.outage_minutes,
    "license_use": service.license_use,
    "cost_per_dosed": service.cost_per_dosed,
    "trained": service.trained,
}


def student_values(request: Request) -> ibis.Table:
    """One value per student with rows, and per axis of the request: columns `request.keys` and `value` (float64)."""
    compute = request.indicator.compute
    return _OF_STUDENTS[compute.shape](request, compute)


def group_values(request: Request) -> ibis.Table | None:
    """The grain columns, `value` and `n`, for a shape that is not about students one by one; else None."""
    compute = request.indicator.compute
    build = _OF_GROUPS.get(compute.shape)
    return None if build is None else build(request, compute)
