"""The students of a calibration world: who they are, where they sit, and what moves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gainline.engine.worlds.calibration.spec import CalibrationSpec
from gainline.engine.worlds.draws import Flags, Floats, Ints, logistic, stream

GROUPS = (
    "low_income",
    "learner",
    "disability",
    "female",
    "newcomer",
    "unstable_housing",
    "rural",
    "first_generation",
)
"""Eight groups that overlap; the first four stand in the roster, the others in the district's own list of markers."""
ROSTERED = GROUPS[:4]
_SCHOOL_SD, _CLASS_SD = 0.12**0.5, 0.5 * 0.06**0.5
_MOTIVATION, _ABILITY, _LOW_INCOME = 0.25, 0.70, -0.35


@dataclass(frozen=True, slots=True)
class People:
    """All students, ordered by school and class; every array but the two of rooms has the shape ``(n,)``.

    Parameters
    ----------
    school, room
        Where the student sits on the first day.
    room_school, zeal
        Shape ``(rooms,)``: the school of each class, and what moves its teacher to take a tool up.
    groups
        Key of each of `GROUPS` -> who belongs to it.
    motivation, latent
        What nobody sees: motivation, and what a student could do when the pilot began, in latent SD.
    joiner
        Came at mid-year, after the arms were known.
    moved_to, moved_room
        School and class from mid-year on of those who changed school; -1 for the others.
    """

    school: Ints
    room: Ints
    room_school: Ints
    zeal: Floats
    groups: Mapping[str, Flags]
    motivation: Floats
    latent: Floats
    joiner: Flags
    moved_to: Ints
    moved_room: Ints

    def __len__(self) -> int:
        return len(self.school)


def build_people(spec: CalibrationSpec, seed: int) -> People:
    """Everybody in the district."""
    rng = stream(seed, "calibration people")
    rooms = rng.integers(3, 6, spec.schools)
    room_school = np.repeat(np.arange(spec.schools), rooms)
    room = np.repeat(np.arange(len(room_school)), rng.integers(18, 27, len(room_school)))
    school = room_school[room]
    n = len(school)
    level = rng.normal(0.0, _SCHOOL_SD, spec.schools)[school]
    groups = _groups(level, seed)
    motivation = rng.normal(size=n)
    latent = level + rng.normal(0.0, _CLASS_SD, len(room_school))[room] + _ABILITY * rng.normal(size=n)
    latent += _MOTIVATION * motivation + _LOW_INCOME * groups["low_income"]
    joiner, moved_to, moved_room = _comings(spec, school, room_school, seed)
    return People(
        school=school,
        room=room,
        room_school=room_school,
        zeal=rng.normal(size=len(room_school)),
        groups=groups,
        motivation=motivation,
        latent=latent,
        joiner=joiner,
        moved_to=moved_to,
        moved_room=moved_room,
    )


def _groups(level: Floats, seed: int) -> dict[str, Flags]:
    """Groups that overlap: poorer schools have more low-income students, who are in most other groups more often."""
    rng = stream(seed, "calibration groups")
    low_income = rng.random(len(level)) < logistic(-0.2 - 1.5 * level)
    odds = {
        "learner": -2.6 + 0.9 * low_income,
        "disability": -2.1 + 0.25 * low_income,
        "female": np.zeros(len(level)),
        "newcomer": -3.1 + 0.4 * low_income,
        "unstable_housing": -4.2 + 1.3 * low_income,
        "rural": -1.2 - 0.5 * level,
        "first_generation": -1.0 + 1.1 * low_income,
    }
    drawn = {key: rng.random(len(level)) < logistic(np.asarray(at, np.float64)) for key, at in odds.items()}
    return {"low_income": low_income} | drawn


def _comings(spec: CalibrationSpec, school: Ints, room_school: Ints, seed: int) -> tuple[Flags, Ints, Ints]:
    rng = stream(seed, "calibration comings")
    joiner = rng.random(len(school)) < spec.joiners
    moves = np.flatnonzero((rng.random(len(school)) < spec.transfers) & ~joiner)
    moved_to, moved_room = np.full(len(school), -1), np.full(len(school), -1)
    moved_to[moves] = (school[moves] + rng.integers(1, spec.schools, len(moves))) % spec.schools
    first = np.searchsorted(room_school, moved_to[moves])
    rooms = np.bincount(room_school, minlength=spec.schools)[moved_to[moves]]
    moved_room[moves] = first + (rng.random(len(moves)) * rooms).astype(np.int64)
    return joiner, moved_to, moved_room
