"""A calibration world as the files that a district would bring, so that it can walk the whole road."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from gainline.engine.worlds import names
from gainline.engine.worlds.calibration.frame import pair_labels, school_ids, sis_ids
from gainline.engine.worlds.calibration.known import Known
from gainline.engine.worlds.calibration.people import GROUPS, ROSTERED
from gainline.engine.worlds.calibration.plans import KEY, TOOL, label_of, plan_text
from gainline.engine.worlds.calibration.use import WEEKS
from gainline.engine.worlds.draws import NEVER, Floats, Ints, Texts, day
from gainline.engine.worlds.people import Students, Teachers
from gainline.engine.worlds.places import Schools, Sections
from gainline.engine.worlds.roster_sheets import Roster, roster_sheets
from gainline.engine.worlds.sheets import Sheet, choose, iso_days, sheet, write_all
from gainline.engine.worlds.spec import WorldSpec
from gainline.engine.worlds.usage import school_weeks

MID_YEAR = date(2026, 1, 5)  # the first Monday of the spring half
_DISTRICT = WorldSpec(name="Calibration")
_TAKEN = {"prior-spring": date(2025, 5, 8), "fall": date(2025, 9, 10), "spring": date(2026, 5, 6)}
_PROFILE = """\
key = "markers"
name = "The district's list of markers, one row per student and marker"
target = "attributes"
source_system = "office"
detect = ["marker", "holds"]

[[identity]]
header = "student_id"
kind = "SisSourcedId"

[columns]
attribute = { header = "marker", required = true }
text = { header = "holds" }
"""
_LOG_PROFILE = """\
key = "practice_log"
name = "The tool's log, one row per student and week of use"
like = "generic_usage"
source_system = "generic"
files = ["usage-*.csv"]
minute = "minutes of practice, as the world made them"
absent_row = "zero"
"""


@dataclass(frozen=True, slots=True)
class WrittenWorld:
    """Where a world's files stand: what a district has before the pilot, what after it, the profiles and the plan."""

    before: tuple[Path, ...]
    after: tuple[Path, ...]
    profiles: tuple[Path, ...]
    plan: Path


def write_files(known: Known, folder: Path, *, groups: tuple[str, ...] = ()) -> WrittenWorld:
    """Write the world below the folder: a OneRoster package, assignments, markers, two usage logs and results.

    Parameters
    ----------
    known
        From `district`.
    folder
        Made if absent; files of the same name are replaced.
    groups
        Subgroups that the plan declares.
    """
    early = [*_roster(known), *_assignments(known), _markers(known)]
    late = [_usage(known, 0), _usage(known, 1), _results(known)]
    plan = f"plans/{KEY}.toml"
    profiles = {"profiles/markers.toml": _PROFILE, "profiles/practice-log.toml": _LOG_PROFILE}
    texts = {**profiles, plan: plan_text(known.spec, groups=groups)}
    sheets = {item.path: item.to_bytes() for item in (*early, *late)}
    write_all(sheets | {name: text.encode() for name, text in texts.items()}, folder)
    loose = [folder / item.path for item in early if "oneroster" not in item.path]
    return WrittenWorld(
        (folder / "incoming" / "oneroster", *loose),
        tuple(folder / item.path for item in late),
        tuple(folder / name for name in profiles),
        folder / plan,
    )


def _grades(known: Known) -> Ints:
    """Grade of each class: the classes of a school are in grades 3, 4, 5, 3 and 4."""
    rooms = known.people.room_school
    return np.asarray(3 + (np.arange(len(rooms)) - np.searchsorted(rooms, rooms)) % 3, dtype=np.int64)


def _roster(known: Known) -> list[Sheet]:
    spec, people = known.spec, known.people
    ids, rooms = school_ids(known), len(people.room_school)
    titles = np.array([names.school_name(place, "elementary") for place in range(spec.schools)], dtype=object)
    nothing = np.zeros(spec.schools)
    schools = Schools(ids, titles, titles, spec.schools, nothing, nothing)
    teachers = Teachers(
        sis_id=np.array([f"T{place + 1:04d}" for place in range(rooms)], dtype=object),
        given=np.full(rooms, "Pat", dtype=object),
        family=np.full(rooms, "Teacher", dtype=object),
        school=people.room_school,
        zeal=people.zeal,
    )
    section_ids = [f"{ids[school]}-{place + 1:03d}" for place, school in enumerate(people.room_school)]
    sections = Sections(
        ids=np.array(section_ids, dtype=object),
        titles=np.array([f"Class {place + 1}" for place in range(rooms)], dtype=object),
        school=people.room_school,
        grade=_grades(known),
        math=np.zeros(rooms, dtype=np.bool_),
        teacher=np.arange(rooms),
    )
    return roster_sheets(Roster(_DISTRICT, schools, sections, _students(known), teachers))


def _students(known: Known) -> Students:
    people, n = known.people, len(known.people)
    numbers, nothing, nowhere = sis_ids(known), np.zeros(n), np.full(n, -1)
    mid_year, first = day(MID_YEAR), day(_DISTRICT.calendar.first_day)
    return Students(
        sis_id=numbers,
        given=np.full(n, "Sam", dtype=object),
        family=np.full(n, "Student", dtype=object),
        username=np.array([f"s{number}" for number in numbers], dtype=object),
        school=people.school,
        grade=_grades(known)[people.room],
        homeroom=people.room,
        math_section=nowhere,
        disadvantaged=people.groups["low_income"],
        learner=people.groups["learner"],
        disability=people.groups["disability"],
        female=people.groups["female"],
        race=np.full(n, names.RACES[0], dtype=object),
        reading=nothing,
        math=nothing,
        motivation=nothing,
        joined=np.where(people.joiner, mid_year, first),
        left=np.full(n, NEVER),
        moved_on=np.where(people.moved_to >= 0, mid_year, NEVER),
        moved_school=people.moved_to,
        moved_homeroom=people.moved_room,
        moved_math=nowhere,
    )


def _assignments(known: Known) -> list[Sheet]:
    """Which schools drew the tool; none where students chose."""
    if known.spec.arms == "students":
        return []
    n = known.spec.schools
    columns = {
        "pilot": [KEY] * n,
        "unit": ["school"] * n,
        "unit_id": school_ids(known),
        "arm": ["tool" if tool else "usual" for tool in known.use.school_tool],
        "block": pair_labels(known) if known.spec.paired else [""] * n,
        "how": ["randomized"] * n,
        "assigned_on": [_DISTRICT.calendar.assigned_on.isoformat()] * n,
    }
    return [sheet("incoming/assignments.csv", columns)]


def _markers(known: Known) -> Sheet:
    keys = [key for key in GROUPS if key not in ROSTERED]
    n = len(known.people)
    holds = np.concatenate([known.people.groups[key] for key in keys])
    words = [label_of(keys[0], is_member=bool(one)) for one in holds]
    columns = {"student_id": np.tile(sis_ids(known), len(keys)), "marker": np.repeat(keys, n), "holds": words}
    return sheet("incoming/markers.csv", columns)


def _usage(known: Known, half: int) -> Sheet:
    """The vendor's log of one half of the year: minutes a student and week, dated by the week's Wednesday."""
    weeks = school_weeks(_DISTRICT)
    weeks = weeks[: WEEKS[0]] if half == 0 else weeks[WEEKS[0] :]
    minutes = known.use.minutes[:, half]
    users = np.flatnonzero(minutes)
    student, week = np.repeat(users, len(weeks)), np.tile(weeks, len(users))
    n = len(student)
    columns = {
        "tool": [TOOL] * n,
        "student_id": choose(sis_ids(known), student),
        "day": iso_days(week + np.timedelta64(2, "D")),
        "metric": ["minutes_active"] * n,
        "value": minutes[student],
    }
    return sheet(f"incoming/usage-{('fall', 'spring')[half]}.csv", columns)


def _results(known: Known) -> Sheet:
    sat = known.before
    parts = [
        _sitting(known, "reading", "prior-spring", sat.prior),
        _sitting(known, "reading", "fall", sat.fall),
        _sitting(known, "reading", "spring", known.after),
        _sitting(known, "attendance", "last-year", sat.attendance),
    ]
    return sheet("incoming/results.csv", {name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def _sitting(known: Known, assessment: str, form: str, scores: Floats) -> dict[str, Texts]:
    rows = np.flatnonzero(~np.isnan(scores))
    taken = _TAKEN.get(form, _TAKEN["fall"]).isoformat()
    fixed = {"assessment": assessment, "form": form, "taken_on": taken}
    columns = {name: np.full(len(rows), value, dtype=object) for name, value in fixed.items()}
    cells = np.array([f"{score:g}" for score in scores[rows]], dtype=object)
    return {"student_id": sis_ids(known)[rows]} | columns | {"score": cells}
