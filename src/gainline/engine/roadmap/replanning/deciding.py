"""What a decision about a tool does to the rest of its rollout: stop it, or let it wait until it is adapted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum

from gainline.engine.roadmap.model import Roadmap


class Verdict(StrEnum):
    """What was decided about a tool; to scale it or to go on changes no date."""

    STOP = "stop"
    ADAPT = "adapt"


def after_decision(
    roadmap: Roadmap, initiative: str, verdict: Verdict, *, as_of: date, started: Collection[str], weeks: int = 6
) -> Roadmap:
    """The roadmap with the rest of an initiative taken out, or waiting so many weeks for its adaptation.

    Only what has not started changes. Where other initiatives waited for something that is taken out, they no longer
    do; whether they can stand without it is for people to say.
    """
    rest = {a.key for a in roadmap.activities if a.initiative == initiative and a.key not in started}
    if verdict is Verdict.STOP:
        left = tuple(a for a in roadmap.activities if a.key not in rest)
        ties = tuple(t for t in roadmap.dependencies if t.before not in rest and t.after not in rest)
        return replace(roadmap, activities=left, dependencies=ties)
    day = as_of + timedelta(weeks=weeks)
    waiting = (replace(a, not_before=max(day, a.not_before or day)) if a.key in rest else a for a in roadmap.activities)
    return replace(roadmap, activities=tuple(waiting))
