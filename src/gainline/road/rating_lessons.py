"""Rating lessons: how far the raters of a rubric agree, by element and over all of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from gainline.engine.core.errors import UserFixable
from gainline.engine.core.refusals import Refusal
from gainline.engine.monitoring import Scale, krippendorff_alpha
from gainline.road.workspace import Workspace

ALL = "all elements"


def rater_agreement(
    workspace: Workspace, rubric: str, *, scale: Scale, seed: int, days: tuple[date, date] | None = None
) -> list[dict[str, Any]]:
    """One row per element and one over all: alpha with its interval, lessons, raters, or why there is no alpha.

    The unit is one element of one lesson; the interval draws whole lessons, because the elements of a lesson share it.
    Over all elements, chance is that of any two ratings with the rubric, whichever element they are for.
    Raters and lessons are counted, never named.

    Raises
    ------
    UserFixable
        When no lesson was observed with this rubric.
    """
    with workspace.lake.reading() as reading:
        rows = reading.current("observations")
        rubrics = reading.arrow(rows.select("rubric").distinct())["rubric"].to_pylist()
        rows = rows.filter(rows.rubric == rubric, rows.level.notnull())
        if days is not None:
            rows = rows.filter(rows.observed_on >= days[0], rows.observed_on <= days[1])
        found = reading.arrow(rows.select("observation_id", "element", "person_key", "level")).to_pylist()
    if not found:
        known = ", ".join(sorted(filter(None, rubrics))) or "none yet"
        raise UserFixable(f"no lesson was rated with the rubric {rubric} in these days", f"the lake has: {known}")
    elements = sorted({row["element"] for row in found})
    parts = {element: [row for row in found if row["element"] == element] for element in elements}
    if len(elements) > 1:
        parts[ALL] = found
    return [_row(name, part, scale, seed) for name, part in parts.items()]


def _row(name: str, rows: list[dict[str, Any]], scale: Scale, seed: int) -> dict[str, Any]:
    units = sorted({(row["observation_id"], row["element"]) for row in rows})
    raters = sorted({row["person_key"] for row in rows})
    unit_of, rater_of = ({key: place for place, key in enumerate(keys)} for keys in (units, raters))
    ratings = np.full((len(raters), len(units)), np.nan)
    for row in rows:
        ratings[rater_of[row["person_key"]], unit_of[row["observation_id"], row["element"]]] = row["level"]
    lessons = np.unique([lesson for lesson, _ in units], return_inverse=True)[1]
    found = krippendorff_alpha(ratings, scale, seed=seed, groups=np.asarray(lessons, dtype=np.int64))
    if isinstance(found, Refusal):
        return {
            "element": name,
            "alpha": None,
            "low": None,
            "high": None,
            "lessons": 0,
            "raters": 0,
            "note": str(found),
        }
    paired = np.sum(~np.isnan(ratings), axis=0) >= 2
    note = "" if found.low is not None else "too few lessons for an interval"
    return {
        "element": name,
        "alpha": found.alpha,
        "low": found.low,
        "high": found.high,
        "lessons": len(np.unique(lessons[paired])),
        "raters": found.raters,
        "note": note,
    }
