"""The district's people: students with their hidden abilities, the sections they sit in, and who teaches them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.worlds import names
from gainline.engine.worlds.draws import NEVER, Days, Flags, Floats, Ints, Texts, day, logistic, stream
from gainline.engine.worlds.places import Schools, Sections, cell_sizes, grade_code
from gainline.engine.worlds.spec import WorldSpec

TEACHES = 4  # math sections that one teacher takes


@dataclass(frozen=True, slots=True)
class Students:
    """All students, ordered by school and grade; every array has the shape (n_students,).

    ``reading`` and ``math`` are abilities in SDs, ``motivation`` is part of both; none of the three is in any file.
    ``homeroom`` and ``math_section`` are rows of `Sections` (-1: none) on the student's first day; a student who
    moved has the later ones in `moved_*`, with ``moved_on = NEVER`` for everybody else.
    """

    sis_id: Texts  # seven digits, leading zeros kept
    given: Texts
    family: Texts
    username: Texts
    school: Ints
    grade: Ints
    homeroom: Ints
    math_section: Ints
    disadvantaged: Flags
    learner: Flags  # English learner
    disability: Flags
    female: Flags
    race: Texts
    reading: Floats
    math: Floats
    motivation: Floats
    joined: Days
    left: Days
    moved_on: Days
    moved_school: Ints
    moved_homeroom: Ints
    moved_math: Ints

    def __len__(self) -> int:
        return len(self.sis_id)


@dataclass(frozen=True, slots=True)
class Teachers:
    """All teachers; every array has the shape (n_teachers,)."""

    sis_id: Texts
    given: Texts
    family: Texts
    school: Ints
    zeal: Floats  # moves who volunteers; changes no score

    def __len__(self) -> int:
        return len(self.sis_id)


@dataclass(frozen=True, slots=True)
class _Traits:
    disadvantaged: Flags
    learner: Flags
    disability: Flags
    female: Flags
    race: Texts
    reading: Floats
    math: Floats
    motivation: Floats


def build_people(spec: WorldSpec, schools: Schools, seed: int) -> tuple[Students, Sections, Teachers]:
    """Everybody in the district and the sections they sit in."""
    sizes = cell_sizes(spec, schools, seed)
    school = np.repeat([cell[0] for cell in sizes], list(sizes.values())).astype(np.int64)
    grade = np.repeat([cell[1] for cell in sizes], list(sizes.values())).astype(np.int64)
    traits = _traits(spec, schools, school, seed)
    homeroom, math_section, sections, teachers = _rooms(spec, schools, school, grade, traits.math, seed)
    joined, left = _comings(spec, len(school), seed)
    may_move = (joined == day(spec.calendar.first_day)) & (left == NEVER)
    moves = _moves(spec, schools, sections, (school, grade, may_move), seed)
    sis_id, given, family, username = _identities(traits.female, seed)
    students = Students(
        sis_id=sis_id,
        given=given,
        family=family,
        username=username,
        school=school,
        grade=grade,
        homeroom=homeroom,
        math_section=math_section,
        disadvantaged=traits.disadvantaged,
        learner=traits.learner,
        disability=traits.disability,
        female=traits.female,
        race=traits.race,
        reading=traits.reading,
        math=traits.math,
        motivation=traits.motivation,
        joined=joined,
        left=left,
        moved_on=moves[0],
        moved_school=moves[1],
        moved_homeroom=moves[2],
        moved_math=moves[3],
    )
    return students, sections, teachers


def _traits(spec: WorldSpec, schools: Schools, school: Ints, seed: int) -> _Traits:
    rng = stream(seed, "traits")
    n = len(school)
    race = rng.choice(len(names.RACES), size=n, p=names.RACE_SHARES)
    hispanic_or_asian = (race == 1) | (race == 3)
    disadvantaged = rng.random(n) < schools.disadvantaged[school]
    learner = rng.random(n) < logistic(np.asarray(-3.3 + 1.6 * hispanic_or_asian + 0.9 * disadvantaged, np.float64))
    disability = rng.random(n) < logistic(np.asarray(-2.1 + 0.25 * disadvantaged, np.float64))
    motivation = rng.normal(size=n)
    # The expected load of the markers is taken out (+0.1 below too), so that ability stays centered near 0.
    markers = 0.45 * (disadvantaged - 0.5) + 0.35 * learner + 0.55 * disability
    shared = schools.level[school] - markers + 0.25 * motivation
    general = rng.normal(0.0, 0.58, n)
    return _Traits(
        disadvantaged=disadvantaged,
        learner=learner,
        disability=disability,
        female=rng.random(n) < 0.49,
        race=np.array(names.RACES, dtype=object)[race],
        reading=shared + general + rng.normal(0.0, 0.4, n) + 0.1,
        math=shared + 0.15 * learner + general + rng.normal(0.0, 0.4, n) + 0.1,
        motivation=motivation,
    )


def _identities(female: Flags, seed: int) -> tuple[Texts, Texts, Texts, Texts]:
    rng = stream(seed, "identities")
    n = len(female)
    # A third of the numbers start with zeros: they were given out first, and spreadsheets strip them.
    numbers = rng.permutation(
        np.concatenate(
            [
                rng.choice(np.arange(10_000, 1_000_000), size=n // 3, replace=False),
                rng.choice(np.arange(1_000_000, 4_000_000), size=n - n // 3, replace=False),
            ]
        )
    )
    pick = rng.integers(0, len(names.GIVEN_FEMALE), n)
    girls, boys = np.array(names.GIVEN_FEMALE, dtype=object), np.array(names.GIVEN_MALE, dtype=object)
    given = np.where(female, girls[pick], boys[pick])
    family = np.array(names.FAMILY, dtype=object)[rng.integers(0, len(names.FAMILY), n)]
    username = [f"{g[0]}{f}{i:05d}".lower() for i, (g, f) in enumerate(zip(given, family, strict=True))]
    ids = [f"{number:07d}" for number in numbers]
    return np.array(ids, dtype=object), given, family, np.array(username, dtype=object)


@dataclass(slots=True)
class _Rooms:
    """Sections as they are opened, one (school, grade, kind) after the other."""

    ids: list[str]
    titles: list[str]
    school: list[int]
    grade: list[int]
    math: list[bool]
    teacher: list[int]
    teacher_school: list[int]

    def open(self, school: tuple[int, str], grade: int, count: int, *, math: bool) -> int:
        """Open `count` sections and hire who teaches them; returns the first one's row."""
        first = len(self.ids)
        for number in range(count):
            room = f"{'MA' if math else 'HR'}{grade:02d}-{number + 1:02d}"
            self.ids.append(f"{school[1]}-{room}")
            self.titles.append(f"{'Mathematics' if math else 'Grade'} {grade_code(grade)} section {number + 1}")
            if number % (TEACHES if math else 1) == 0:
                self.teacher_school.append(school[0])
            self.teacher.append(len(self.teacher_school) - 1)
        self.school += [school[0]] * count
        self.grade += [grade] * count
        self.math += [math] * count
        return first


def _rooms(
    spec: WorldSpec, schools: Schools, school: Ints, grade: Ints, ability: Floats, seed: int
) -> tuple[Ints, Ints, Sections, Teachers]:
    rng = stream(seed, "rooms")
    homeroom, math_section = np.full(len(school), -1), np.full(len(school), -1)
    rooms = _Rooms([], [], [], [], [], [], [])
    for s in range(len(schools)):
        for g in schools.grades(s):
            here = np.flatnonzero((school == s) & (grade == g))
            count = -(-len(here) // spec.section_size)
            place = (s, str(schools.ids[s]))
            homeroom[rng.permutation(here)] = rooms.open(place, g, count, math=False) + np.arange(len(here)) % count
            if g >= 6:  # loosely set by ability: able students sit together more often than chance would have it
                order = here[np.argsort(0.5 * ability[here] + rng.normal(size=len(here)))]
                first = rooms.open(place, g, count, math=True)
                math_section[order] = first + np.arange(len(here)) * count // len(here)
    sections = Sections(
        ids=np.array(rooms.ids, dtype=object),
        titles=np.array(rooms.titles, dtype=object),
        school=np.array(rooms.school),
        grade=np.array(rooms.grade),
        math=np.array(rooms.math),
        teacher=np.array(rooms.teacher),
    )
    return homeroom, math_section, sections, _teachers(np.array(rooms.teacher_school), seed)


def _teachers(school: Ints, seed: int) -> Teachers:
    rng = stream(seed, "teachers")
    n = len(school)
    given = np.array(names.GIVEN_FEMALE + names.GIVEN_MALE, dtype=object)
    return Teachers(
        sis_id=np.array([f"T{i + 1:04d}" for i in range(n)], dtype=object),
        given=given[rng.integers(0, len(given), n)],
        family=np.array(names.FAMILY, dtype=object)[rng.integers(0, len(names.FAMILY), n)],
        school=school,
        zeal=rng.normal(size=n),
    )


def _comings(spec: WorldSpec, n: int, seed: int) -> tuple[Days, Days]:
    rng = stream(seed, "comings")
    calendar = spec.calendar
    first, late = day(calendar.first_day), day(calendar.use_start) + np.timedelta64(7, "D")
    joined = np.where(rng.random(n) < spec.joined, late + rng.integers(0, 130, n).astype("timedelta64[D]"), first)
    leaves = (rng.random(n) < spec.left) & (joined == first)
    left = np.where(leaves, late + rng.integers(14, 180, n).astype("timedelta64[D]"), NEVER)
    return joined, left


def _moves(
    spec: WorldSpec, schools: Schools, sections: Sections, who: tuple[Ints, Ints, Flags], seed: int
) -> tuple[Days, Ints, Ints, Ints]:
    """Day, school, homeroom and math section of those who change school inside the district."""
    rng = stream(seed, "moves")
    school, grade, may_move = who
    n = len(school)
    moved_on, to, homeroom, math = np.full(n, NEVER), np.full(n, -1), np.full(n, -1), np.full(n, -1)
    for i in np.flatnonzero((rng.random(n) < spec.moved) & may_move):
        same = range(schools.elementary) if school[i] < schools.elementary else range(schools.elementary, len(schools))
        others = [s for s in same if s != school[i]]
        if not others:
            continue
        to[i] = others[int(rng.integers(len(others)))]
        moved_on[i] = day(spec.calendar.use_start) + np.timedelta64(int(rng.integers(21, 150)), "D")
        rooms = np.flatnonzero((sections.school == to[i]) & (sections.grade == grade[i]))
        for target, is_math in ((homeroom, False), (math, True)):
            fitting = rooms[sections.math[rooms] == is_math]
            target[i] = fitting[int(rng.integers(len(fitting)))] if len(fitting) else -1
    return moved_on, to, homeroom, math
