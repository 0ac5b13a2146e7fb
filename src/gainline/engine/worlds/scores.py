"""What students score, and what each would have scored with and without the tools: the potential outcomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.worlds.draws import Flags, Floats, Ints, day, logistic, stream
from gainline.engine.worlds.people import Students
from gainline.engine.worlds.spec import LumenEffect, WorldSpec


@dataclass(frozen=True, slots=True)
class Scale:
    """A reporting scale: points = center + per_grade * (grade - first grade) + spread * ability, held in its range."""

    center: float
    per_grade: float
    spread: float  # points for one SD of ability
    lowest: float
    highest: float
    first_grade: int
    places: int = 0

    def points(self, ability: Floats, grade: Ints) -> Floats:
        """Scores as the test reports them; the range makes a floor and a ceiling."""
        raw = self.center + self.per_grade * (grade - self.first_grade) + self.spread * ability
        return np.asarray(np.round(np.clip(raw, self.lowest, self.highest), self.places), dtype=np.float64)


READING_FALL = Scale(192.0, 6.0, 19.0, 120.0, 245.0, 3)
READING_SPRING = Scale(200.0, 6.0, 19.0, 120.0, 245.0, 3)
FLUENCY_FALL = Scale(88.0, 17.0, 26.0, 0.0, 220.0, 3)
FLUENCY_SPRING = Scale(112.0, 17.0, 28.0, 0.0, 220.0, 3)
MATH_PRIOR = Scale(212.0, 6.0, 19.0, 130.0, 270.0, 6)
MATH_FALL = Scale(214.0, 6.0, 19.0, 130.0, 270.0, 6)
MATH_SPRING = Scale(221.0, 6.0, 19.0, 130.0, 270.0, 6)
SURVEY = Scale(62.0, 0.0, 16.0, 0.0, 100.0, 6)


@dataclass(frozen=True, slots=True)
class Potential:
    """One outcome's two possible scores of every student of a pilot; both of shape (n_students,), NaN outside it."""

    without: Floats
    with_tool: Floats


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores before the pilots as they were taken, and potential outcomes after; all of shape (n_students,)."""

    reading_fall: Floats
    fluency_fall: Floats
    math_prior: Floats
    math_fall: Floats
    survey_fall: Floats
    reading: Potential
    fluency: Potential
    math: Potential
    survey: Potential


def weekly_minutes(students: Students, seed: int) -> Floats:
    """Minutes a week that each student would spend in Lumen Reading if given it; 0 for one in fourteen."""
    rng = stream(seed, "lumen dose")
    n = len(students)
    dose = rng.gamma(5.0, 6.4, n) * np.exp(0.12 * students.motivation + 0.10 * students.reading)
    return np.asarray(np.where(rng.random(n) < 0.07, 0.0, np.minimum(dose, 120.0)), dtype=np.float64)


def lumen_effect(effect: LumenEffect, students: Students, minutes: Floats) -> Floats:
    """The true effect of Lumen Reading on each student in SDs of ability, shape (n_students,)."""
    at_full = effect.base + effect.per_ability * students.reading + effect.if_disadvantaged * students.disadvantaged
    share = (1 - np.exp(-minutes / effect.saturation)) / (1 - np.exp(-effect.full_dose / effect.saturation))
    return np.asarray(np.clip(at_full, effect.floor, effect.cap) * share, dtype=np.float64)


def build_scores(spec: WorldSpec, students: Students, minutes: Floats, seed: int) -> Scores:
    """All scores before and all potential scores after; NaN where a student's grade does not sit the test."""
    lifted = lumen_effect(spec.lumen, students, minutes)
    quest = np.full(len(students), spec.quest_effect)
    math_room = np.where(students.math_section >= 0, students.math_section, 0)
    reading_rooms, math_rooms = (students.homeroom, students.school), (math_room, students.school)
    draw = _Draw(spec, students, seed)
    fluency = 0.75 * students.reading + 0.55 * stream(seed, "fluency").normal(size=len(students))
    confidence = (
        0.45 * students.motivation + 0.25 * students.math + 0.85 * stream(seed, "confidence").normal(size=len(students))
    )
    return Scores(
        reading_fall=draw.early(students.reading, READING_FALL, "reading fall", spec.noise.fall_test),
        fluency_fall=draw.early(fluency, FLUENCY_FALL, "fluency fall", 0.25),
        math_prior=draw.early(students.math, MATH_PRIOR, "math prior", spec.noise.prior_test),
        math_fall=draw.early(students.math, MATH_FALL, "math fall", spec.noise.fall_test),
        survey_fall=draw.early(confidence, SURVEY, "survey fall", 0.45),
        reading=draw.late(students.reading, READING_SPRING, "reading spring", lifted, reading_rooms),
        fluency=draw.late(fluency, FLUENCY_SPRING, "fluency spring", 0.5 * lifted, reading_rooms),
        math=draw.late(students.math, MATH_SPRING, "math spring", quest, math_rooms),
        survey=draw.late(confidence, SURVEY, "survey spring", quest, math_rooms),
    )


@dataclass(frozen=True, slots=True)
class _Draw:
    """Draws scores for one district; the two methods differ in when the test is sat."""

    spec: WorldSpec
    students: Students
    seed: int

    def _sits(self, scale: Scale) -> Flags:
        first = scale.first_grade
        return np.asarray((self.students.grade >= first) & (self.students.grade < first + 3), dtype=np.bool_)

    def early(self, ability: Floats, scale: Scale, purpose: str, noise: float) -> Floats:
        """A noisy test before the pilots; NaN for who was absent or had not come yet."""
        rng = stream(self.seed, purpose)
        seen = ability + rng.normal(0.0, noise, len(ability))
        there = rng.random(len(ability)) >= self.spec.fall_missing
        there &= self._sits(scale) & (self.students.joined <= day(self.spec.calendar.fall_test))
        return np.where(there, scale.points(seen, self.students.grade), np.nan)

    def late(self, ability: Floats, scale: Scale, purpose: str, lifted: Floats, rooms: tuple[Ints, Ints]) -> Potential:
        """The same spring day twice, once with the tool and once without; only the tool differs."""
        rng = stream(self.seed, purpose)
        noise = self.spec.noise
        growth = rng.normal(0.0, noise.class_shock, int(rooms[0].max()) + 1)[rooms[0]]
        growth += rng.normal(0.0, noise.school_shock, int(rooms[1].max()) + 1)[rooms[1]]
        growth += rng.normal(0.0, noise.spring, len(ability))
        base = noise.persistence * ability + growth
        without, with_tool = scale.points(base, self.students.grade), scale.points(base + lifted, self.students.grade)
        sits = self._sits(scale)
        return Potential(np.where(sits, without, np.nan), np.where(sits, with_tool, np.nan))


def exposure(spec: WorldSpec, students: Students, in_tool: Flags, in_tool_later: Flags) -> Floats:
    """Share of the use window that each student spent where the tool was, 0 to 1, shape (n_students,)."""
    start, end = day(spec.calendar.use_start), day(spec.calendar.use_end)
    first, last = np.maximum(students.joined, start), np.minimum(students.left, end)
    turn = np.clip(students.moved_on, first, np.maximum(last, first))
    before, after = (turn - first).astype(float), np.maximum((last - turn).astype(float), 0.0)
    return np.asarray((in_tool * before + in_tool_later * after) / float((end - start).astype(int)), dtype=np.float64)


def observed(potential: Potential, share: Floats) -> Floats:
    """The score that came about: the tool's gain in proportion to the exposure, shape (n_students,)."""
    return np.asarray(np.round(potential.without + share * (potential.with_tool - potential.without)), dtype=np.float64)


def spring_absent(spec: WorldSpec, students: Students, score: Floats, seed: int, purpose: str) -> Flags:
    """Who has no spring score: who left, and chance that falls somewhat more on low scorers; shape (n_students,)."""
    rng = stream(seed, f"absent {purpose}")
    sat = ~np.isnan(score)
    standard = np.zeros(len(score))
    standard[sat] = (score[sat] - score[sat].mean()) / score[sat].std()
    base = np.log(spec.spring_missing / (1 - spec.spring_missing))
    chance = rng.random(len(score)) < logistic(base - 0.35 * standard)
    return np.asarray(chance | (students.left < day(spec.calendar.spring_test)), dtype=np.bool_)
