"""What moved between two plans of one roadmap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gainline.engine.core.calendar import DAYS_PER_WEEK
from gainline.engine.roadmap.model import Activity, Dates, Kind, Roadmap

FACING = frozenset({Kind.TRAINING, Kind.COACHING, Kind.GO_LIVE, Kind.EVALUATION, Kind.COMMUNICATION, Kind.DECISION})
"""Kinds whose dates teachers, students or families have been told."""


@dataclass(frozen=True, slots=True)
class Change:
    """One step that moved, came or went; `weeks` counts calendar weeks from the old start to the new one."""

    key: str
    activity: Activity | None
    before: Dates | None
    after: Dates | None
    weeks: int
    faces_people: bool


def changes(roadmap: Roadmap, before: Mapping[str, Dates], after: Mapping[str, Dates]) -> list[Change]:
    """What differs between two plans: what faces people first, then by start; nothing that stayed."""
    known = {activity.key: activity for activity in roadmap.activities}
    found = []
    for key in dict.fromkeys([*after, *before]):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        weeks = (new.start - old.start).days // DAYS_PER_WEEK if old and new else 0
        activity = known.get(key)
        faces = activity is not None and activity.kind in FACING
        found.append(Change(key, activity, old, new, weeks, faces))
    return sorted(found, key=_order)


def _order(change: Change) -> tuple[bool, date, str]:
    dates = change.after or change.before
    return not change.faces_people, dates.start if dates else date.max, change.key
