"""The district's places: schools with their hidden level and wealth, and the rooms that sections meet in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.worlds.draws import Floats, Ints, Texts, logistic, stream
from gainline.engine.worlds.names import nickname, school_name
from gainline.engine.worlds.spec import WorldSpec

DISTRICT_ID = "RB"
ELEMENTARY_GRADES = range(6)  # kindergarten (0) to grade 5
MIDDLE_GRADES = range(6, 9)


@dataclass(frozen=True, slots=True)
class Schools:
    """All schools, elementary ones first; every array has the shape (n_schools,).

    ``level`` is the school's mean ability in SDs, ``wealth`` shifts how many students are disadvantaged; both are
    hidden from the district's files.
    """

    ids: Texts
    names: Texts
    nicknames: Texts
    elementary: int  # how many of them are elementary schools
    level: Floats
    disadvantaged: Floats  # expected share of economically disadvantaged students

    def __len__(self) -> int:
        return len(self.ids)

    def grades(self, school: int) -> range:
        """Grades that the school teaches."""
        return ELEMENTARY_GRADES if school < self.elementary else MIDDLE_GRADES


@dataclass(frozen=True, slots=True)
class Sections:
    """All sections; every array has the shape (n_sections,).

    Rows stand in groups of one school, grade and kind, so that a group is a slice.
    """

    ids: Texts
    titles: Texts
    school: Ints
    grade: Ints
    math: np.ndarray[tuple[int], np.dtype[np.bool_]]  # True: a math section of a middle school; else a homeroom
    teacher: Ints

    def __len__(self) -> int:
        return len(self.ids)


def build_schools(spec: WorldSpec, seed: int) -> Schools:
    """The schools of a district; poorer schools start lower."""
    rng = stream(seed, "schools")
    count = spec.elementary_schools + spec.middle_schools
    level = rng.normal(0.0, spec.noise.school, count)
    names = [school_name(i, "elementary") for i in range(spec.elementary_schools)]
    names += [school_name(i, "middle") for i in range(spec.middle_schools)]
    ids = [f"RB-E{i + 1:02d}" for i in range(spec.elementary_schools)]
    ids += [f"RB-M{i + 1:02d}" for i in range(spec.middle_schools)]
    return Schools(
        ids=np.array(ids, dtype=object),
        names=np.array(names, dtype=object),
        nicknames=np.array([nickname(name) for name in names], dtype=object),
        elementary=spec.elementary_schools,
        level=level,
        disadvantaged=logistic(-0.05 - 1.6 * level + rng.normal(0.0, 0.3, count)),
    )


def cell_sizes(spec: WorldSpec, schools: Schools, seed: int) -> dict[tuple[int, int], int]:
    """Students of each (school, grade), about the spec's average, at least four."""
    rng = stream(seed, "sizes")
    sizes: dict[tuple[int, int], int] = {}
    for school in range(len(schools)):
        mean = spec.per_grade_elementary if school < schools.elementary else spec.per_grade_middle
        factor = rng.uniform(0.85, 1.15)
        for grade in schools.grades(school):
            sizes[school, grade] = max(4, int(rng.poisson(mean * factor)))
    return sizes


def grade_code(grade: int) -> str:
    """The CEDS code of a grade, kindergarten = 0."""
    return f"{grade:02d}" if grade else "KG"
