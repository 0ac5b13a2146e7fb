"""What a synthetic district is made of: its size, its calendar, and the true effects of its two tools."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class LumenEffect:
    """True effect of Lumen Reading on a student, in SDs of reading ability, at the recommended dose.

    The effect is ``base + per_ability * ability + if_disadvantaged * disadvantaged``, held between `floor` and
    `cap`, times a share that saturates with the student's minutes per week. A positive `per_ability` helps mainly
    those who are already ahead.
    """

    base: float = 0.31
    per_ability: float = 0.15
    if_disadvantaged: float = -0.13
    floor: float = -0.05
    cap: float = 0.60
    full_dose: float = 30.0  # minutes a week at which the effect is as stated
    saturation: float = 20.0  # minutes a week; the share is (1 - exp(-minutes / saturation)) / (same at full dose)


@dataclass(frozen=True, slots=True)
class Volunteering:
    """What moves a teacher to volunteer a section for Math Quest, on the logit scale."""

    intercept: float = -1.1
    per_section_mean: float = 2.2  # per SD of the section's lead over its school's others of the grade
    per_zeal: float = 0.7  # per SD of the teacher's zeal, which changes take-up and nothing else


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations, in SDs of ability, and the persistence of ability over the year.

    Source: the design's own simulation study (school sd sqrt(.12), noisy tests, spring-fall correlation near .83).
    """

    school: float = 0.3464  # sqrt(.12)
    fall_test: float = 0.30
    prior_test: float = 0.32
    spring: float = 0.50
    persistence: float = 0.92
    class_shock: float = 0.10
    school_shock: float = 0.05


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days of the school year that the files speak of."""

    first_day: date = date(2025, 8, 18)
    last_day: date = date(2026, 6, 5)
    fall_test: date = date(2025, 9, 8)  # a two-week window starts here
    assigned_on: date = date(2025, 9, 26)
    use_start: date = date(2025, 10, 6)  # a Monday
    use_end: date = date(2026, 5, 1)
    spring_test: date = date(2026, 5, 4)  # a two-week window starts here
    prior_spring_test: date = date(2025, 5, 5)
    notice: date = date(2026, 6, 30)
    no_school: tuple[date, ...] = (date(2025, 11, 24), date(2025, 12, 22), date(2025, 12, 29), date(2026, 3, 16))


@dataclass(frozen=True, slots=True)
class WorldSpec:
    """Everything that decides a synthetic district, apart from its seed.

    Parameters
    ----------
    elementary_schools, middle_schools
        Schools for kindergarten to grade 5 and for grades 6 to 8; elementary schools come in blocks of `block_size`.
    per_grade_elementary, per_grade_middle
        Students a grade, on average.
    section_size
        Students in a section, at most.
    moved, left, joined
        Shares of students who change school inside the district, leave it, or come after the assignment.
    spring_missing, fall_missing
        Shares without a score; spring scores are missing somewhat more often among low scorers, in both arms alike.
    quest_effect
        True effect of Math Quest, in SDs of mathematics ability.
    """

    name: str = "Riverbend Unified"
    time_zone: str = "America/Chicago"
    elementary_schools: int = 24
    middle_schools: int = 6
    per_grade_elementary: int = 58
    per_grade_middle: int = 185
    section_size: int = 25
    block_size: int = 4
    moved: float = 0.02
    left: float = 0.015
    joined: float = 0.03
    spring_missing: float = 0.03
    fall_missing: float = 0.02
    lumen: LumenEffect = LumenEffect()
    quest_effect: float = 0.0
    volunteering: Volunteering = Volunteering()
    noise: Noise = Noise()
    calendar: Calendar = Calendar()

    def __post_init__(self) -> None:
        if self.elementary_schools % self.block_size or self.block_size % 2:
            raise ValueError("elementary schools come in whole blocks of an even size")


def riverbend() -> WorldSpec:
    """The demo district: 30 schools, about 11,700 students in kindergarten to grade 8."""
    return WorldSpec()


def tiny() -> WorldSpec:
    """A district of a few hundred students for tests: the same roads, too small for a verdict."""
    return WorldSpec(
        elementary_schools=4, middle_schools=1, per_grade_elementary=12, per_grade_middle=60, section_size=15
    )
