"""What students score before and after a pilot, with the tool and without it, as a test reports it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.worlds.calibration.people import People
from gainline.engine.worlds.calibration.spec import CENTER, POINTS_PER_SD, SD, CalibrationSpec
from gainline.engine.worlds.draws import Floats, stream

POINTS = POINTS_PER_SD / SD  # points for one latent SD
_FLOOR, _CEILING = -3.2, 2.0
_TEST_NOISE, _SPRING_NOISE, _SCHOOL_SHOCK, _CLASS_SHOCK = 0.33, 0.40, 0.12, 0.5 * 0.06**0.5
_PERSISTENCE, _GROWTH, _FASTER = 0.95, 0.30, 0.15
_YEAR_NOISE = 0.20  # what a year changes in a student's place, for the score of the spring before


@dataclass(frozen=True, slots=True)
class Before:
    """What was known before the pilot, shape ``(n,)`` each; NaN where a score is missing.

    ``prior`` is the spring before, ``fall`` the weeks before the pilot, ``chosen_on`` the fall score in latent SD that
    a teacher would go by, present for everybody; ``attendance`` counts days of 180.
    """

    prior: Floats
    fall: Floats
    chosen_on: Floats
    attendance: Floats


def points(latent: Floats, *, ceiling: bool) -> Floats:
    """Whole points on the test's scale, mean about 200 and SD 15; the test has a floor and, by choice, a ceiling."""
    held = np.clip(latent, _FLOOR, _CEILING if ceiling else np.inf)
    return np.asarray(np.round(CENTER + POINTS * held), dtype=np.float64)


def before(spec: CalibrationSpec, people: People, seed: int) -> Before:
    """The scores before the pilot, and attendance, a weak sign of motivation."""
    rng = stream(seed, "calibration before")
    n, latent, m = len(people), people.latent, people.motivation
    fall = points(latent + rng.normal(0.0, _TEST_NOISE, n), ceiling=spec.ceiling)
    grown = _GROWTH + rng.normal(0.0, _YEAR_NOISE, n)
    if spec.arms == "students" and spec.selection == "S3" and spec.growth_before:
        grown += _FASTER * m
    prior = points(latent - grown + rng.normal(0.0, _TEST_NOISE, n), ceiling=spec.ceiling)
    gone = rng.random((2, n)) < spec.missing_before
    attendance = np.clip(np.round(168.0 + 3.0 * m + rng.normal(0.0, 7.0, n)), 60, 180)
    return Before(
        prior=np.where(gone[0] | people.joiner, np.nan, prior),
        fall=np.where(gone[1] | people.joiner, np.nan, fall),
        chosen_on=(fall - CENTER) / POINTS,
        attendance=np.asarray(attendance, dtype=np.float64),
    )


def without_tool(spec: CalibrationSpec, people: People, seed: int) -> tuple[Floats, Floats]:
    """The spring score that nobody has seen: latent, before the test's floor and ceiling, without any tool.

    Second, the part of it that is the year's chance: it has mean 0 and knows nothing of who has the tool.
    """
    rng = stream(seed, "calibration after")
    schools, rooms = spec.schools, len(people.room_school)
    chance = rng.normal(0.0, _SCHOOL_SHOCK, schools)[people.school] + rng.normal(0.0, _CLASS_SHOCK, rooms)[people.room]
    chance += rng.normal(0.0, _SPRING_NOISE, len(people))
    score = _PERSISTENCE * people.latent + _GROWTH + chance
    if spec.arms == "students" and spec.selection == "S3":
        score += _FASTER * people.motivation
    return np.asarray(score, dtype=np.float64), np.asarray(chance, dtype=np.float64)
