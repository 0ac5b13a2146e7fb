"""Arrived: of the students in each arm, how many have what the locked plan waits for; nothing of what it says.

A result that comes from one arm alone, or mostly, cannot be mended at the end; while the pilot runs somebody can ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gainline.engine.core.errors import UserFixable
from gainline.engine.pilots.plan import Plan
from gainline.engine.privacy import Audience, Count, Policy, join, release, two_way
from gainline.engine.privacy.tables import TOTAL
from gainline.lake import Reading
from gainline.road.framing.population import Population, population
from gainline.road.framing.sources import values_of
from gainline.road.framing.use import tool_use
from gainline.road.workspace import Workspace

HERE, AWAITED = "here", "awaited"
RESULT, USE = "result", "use"


@dataclass(frozen=True, slots=True)
class Arrived:
    """How far the rows of one kind have come in.

    Parameters
    ----------
    kind
        ``result`` of the primary outcome, or ``use`` of the tool.
    arms
        Arm, its students with a row, and all of its students, as the audience may see them; the tool's arms first.
    """

    kind: str
    arms: tuple[tuple[str, Count, Count], ...]


def arrived(workspace: Workspace, plan: Plan, *, audience: Audience) -> tuple[Arrived, ...]:
    """How many students of each arm have a result, and how many a row of use, as the records stand.

    Every student who was assigned is counted, so that who is missing shows; no score and no minute is read.

    Raises
    ------
    UserFixable
        When use decides who has the tool, or the records hold no assignment.
    """
    if plan.comparison.assigned_by == "use" or plan.design.kind == "interrupted_series":
        raise UserFixable("nobody was assigned, so that there are no arms yet", "have the plan evaluated at its end")
    with workspace.lake.reading() as reading:
        who = population(plan, reading)
        seen = {RESULT: _with_result(plan, reading, who), USE: _with_use(plan, reading, who)}
    return _released(plan, who, {kind: has for kind, has in seen.items() if has is not None}, audience)


def _with_result(plan: Plan, reading: Reading, who: Population) -> NDArray[np.bool_] | None:
    """Who has a result of the primary outcome; None where it is no result of a test."""
    if not plan.primary.source.result:
        return None
    own = plan.primary.source.model_copy(update={"absent_as": None})  # a score that is set for a missing one is none
    values = values_of(own, plan, reading, {}, who.keys)
    return np.array([value is not None for value in values], dtype=bool)


def _with_use(plan: Plan, reading: Reading, who: Population) -> NDArray[np.bool_]:
    used = reading.arrow(tool_use(plan, reading).select("person_key").distinct())["person_key"].to_numpy()
    return np.isin(who.keys, used)


def _released(
    plan: Plan, who: Population, seen: Mapping[str, NDArray[np.bool_]], audience: Audience
) -> tuple[Arrived, ...]:
    named = np.array([str(arm) for arm in who.arm], dtype=object)
    arms = [arm for arm in (*plan.comparison.tool_arms, *plan.comparison.usual_arms) if (named == arm).any()]
    tables = [
        two_way(kind, arms, (HERE, AWAITED), [[int((has & (named == arm)).sum()), int((~has & (named == arm)).sum())]
                                              for arm in arms])
        for kind, has in seen.items()
    ]  # fmt: skip
    out = release(join(*tables), audience=audience, policy=Policy())
    return tuple(
        Arrived(kind, tuple((arm, out.count(kind, arm, HERE), out.count(kind, arm, TOTAL)) for arm in arms))
        for kind in seen
    )
