"""A world: one synthetic district, its files and the truth behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.worlds.draws import NEVER, Days, Flags, Floats, Ints, day
from gainline.engine.worlds.office_sheets import (
    Sitting,
    contracts_sheet,
    licenses_sheet,
    lumen_assignments,
    quest_assignments,
    results_sheet,
)
from gainline.engine.worlds.people import Students, Teachers, build_people
from gainline.engine.worlds.pilots import LUMEN_GRADES, lumen_arms, quest_volunteers
from gainline.engine.worlds.places import Schools, Sections, build_schools
from gainline.engine.worlds.roster_sheets import Roster, roster_sheets
from gainline.engine.worlds.scores import (
    Potential,
    Scores,
    build_scores,
    exposure,
    observed,
    spring_absent,
    weekly_minutes,
)
from gainline.engine.worlds.sheets import Sheet
from gainline.engine.worlds.spec import WorldSpec
from gainline.engine.worlds.usage import DailyUse, Lessons, lumen_lessons, quest_days
from gainline.engine.worlds.vendor_sheets import lumen_sheet, quest_sheet
from gainline.engine.worlds.voice_sheets import voice_sheets


@dataclass(frozen=True, slots=True)
class Arms:
    """Who had which tool; student arrays have the shape (n_students,).

    ``lumen_schools`` and ``blocks`` have the shape (n_elementary,), ``quest_sections`` (n_sections,). ``in_*`` is the
    arm at assignment (False outside the pilot), ``lumen_share`` and ``quest_share`` the part of the window that the
    student spent where the tool was.
    """

    lumen_schools: Flags
    blocks: Ints
    quest_sections: Flags
    in_lumen: Flags
    in_quest: Flags
    lumen_share: Floats
    quest_share: Floats
    lumen_span: tuple[Days, Days]
    quest_span: tuple[Days, Days]


@dataclass(frozen=True, slots=True)
class World:
    """One synthetic district.

    Parameters
    ----------
    spec, seed
        What it was built from; the same two give the same bytes.
    schools, sections, students, teachers, arms, scores
        The district as it is, hidden abilities and both potential outcomes included.
    sheets
        The district's files, faults and all.
    """

    spec: WorldSpec
    seed: int
    schools: Schools
    sections: Sections
    students: Students
    teachers: Teachers
    arms: Arms
    scores: Scores
    sheets: tuple[Sheet, ...]


def build(spec: WorldSpec, *, seed: int) -> World:
    """Make a district.

    Parameters
    ----------
    spec
        Its size, calendar and true effects.
    seed
        Where all its chance comes from.

    Returns
    -------
    World
        The district with its files in memory; nothing is written.
    """
    schools = build_schools(spec, seed)
    students, sections, teachers = build_people(spec, schools, seed)
    minutes = weekly_minutes(students, seed)
    scores = build_scores(spec, students, minutes, seed)
    volunteered = quest_volunteers(spec, students, sections, teachers, scores.math_fall, seed)
    arms = _arms(spec, schools, students, volunteered, seed)
    lessons = lumen_lessons(spec, students, np.where(arms.lumen_share > 0, minutes, 0.0), arms.lumen_span, seed)
    use = quest_days(spec, students, arms.quest_share > 0, arms.quest_span, seed)
    sheets = (
        *roster_sheets(Roster(spec, schools, sections, students, teachers)),
        *_office(spec, schools, sections, students, arms, seed),
        *_results(spec, schools, students, scores, arms, seed),
        *_vendor(students, schools, lessons, use, seed),
        *voice_sheets(spec, schools, students, teachers, seed=seed),
    )
    return World(spec, seed, schools, sections, students, teachers, arms, scores, sheets)


def _arms(spec: WorldSpec, schools: Schools, students: Students, volunteered: Flags, seed: int) -> Arms:
    tool, blocks = lumen_arms(spec, schools, seed)
    everywhere = np.concatenate([tool, np.zeros(len(schools) - len(tool), dtype=np.bool_)])
    in_grades = np.isin(students.grade, LUMEN_GRADES)
    here, later = in_grades & everywhere[students.school], in_grades & everywhere[students.moved_school]
    later &= students.moved_school >= 0
    in_quest = (students.math_section >= 0) & volunteered[students.math_section]
    quest_later = (students.moved_math >= 0) & volunteered[students.moved_math]
    return Arms(
        lumen_schools=tool,
        blocks=blocks,
        quest_sections=volunteered,
        in_lumen=here,
        in_quest=in_quest,
        lumen_share=exposure(spec, students, here, later),
        quest_share=exposure(spec, students, in_quest, quest_later),
        lumen_span=_span(spec, students, here, later),
        quest_span=_span(spec, students, in_quest, quest_later),
    )


def _span(spec: WorldSpec, students: Students, here: Flags, later: Flags) -> tuple[Days, Days]:
    """First and last day on which each student could use a tool that is here before a move and `later` after it."""
    first = np.where(here, students.joined, np.where(later, students.moved_on, students.joined))
    moved = students.moved_on < NEVER
    last = np.where(moved & here & ~later, students.moved_on, students.left)
    return np.maximum(first, day(spec.calendar.use_start)), np.minimum(last, day(spec.calendar.use_end))


def _office(
    spec: WorldSpec, schools: Schools, sections: Sections, students: Students, arms: Arms, seed: int
) -> list[Sheet]:
    there = students.joined <= day(spec.calendar.assigned_on)
    holders = (np.flatnonzero(arms.in_lumen & there), np.flatnonzero(arms.in_quest & there))
    return [
        contracts_sheet(spec, (len(holders[0]), len(holders[1]))),
        licenses_sheet(spec, students, holders),
        lumen_assignments(spec, schools, arms.lumen_schools, arms.blocks),
        quest_assignments(spec, sections, arms.quest_sections),
    ]


def _spring(spec: WorldSpec, students: Students, potential: Potential, share: Floats, seed: int, name: str) -> Floats:
    score = observed(potential, share)
    return np.where(spring_absent(spec, students, score, seed, name), np.nan, score)


def _results(
    spec: WorldSpec, schools: Schools, students: Students, scores: Scores, arms: Arms, seed: int
) -> list[Sheet]:
    calendar = spec.calendar

    def pair(assessment: str, fall: Floats, spring: Potential, share: Floats) -> list[Sitting]:
        late = _spring(spec, students, spring, share, seed, assessment)
        return [
            Sitting(assessment, "fall", calendar.fall_test, fall),
            Sitting(assessment, "spring", calendar.spring_test, late),
        ]

    reading = pair("reading", scores.reading_fall, scores.reading, arms.lumen_share)
    fluency = pair("reading-fluency", scores.fluency_fall, scores.fluency, arms.lumen_share)
    math = pair("mathematics", scores.math_fall, scores.math, arms.quest_share)
    math.insert(0, Sitting("mathematics", "prior-spring", calendar.prior_spring_test, scores.math_prior))
    survey = pair("math-confidence", scores.survey_fall, scores.survey, arms.quest_share)
    return [
        results_sheet("incoming/results-reading.csv", students, schools, reading + fluency, seed),
        results_sheet("incoming/results-mathematics.csv", students, schools, math, seed),
        results_sheet("incoming/results-student-survey.csv", students, schools, survey, seed),
    ]


def _vendor(students: Students, schools: Schools, lessons: Lessons, use: DailyUse, seed: int) -> list[Sheet]:
    return [lumen_sheet(students, schools, lessons, seed), quest_sheet(students, use, seed)]
