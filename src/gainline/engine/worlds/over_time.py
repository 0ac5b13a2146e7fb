"""A district in which schools take a tool up one wave after the other, tested eight times in a year; its truth known.

The tool moves a student by `effect` standard deviations in the first test after the wave began and by `growth` more in
each later one. Every school has a level of its own and a shock of its own at every test; `drift` makes the schools
with the tool grow faster anyway, which no comparison of waves can tell from the tool.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np

from gainline.engine.worlds.draws import Flags, Floats, Ints, day, stream
from gainline.engine.worlds.office_sheets import Sitting, results_sheet
from gainline.engine.worlds.over_time_plan import over_time_plan
from gainline.engine.worlds.people import Students, build_people
from gainline.engine.worlds.places import Schools, build_schools
from gainline.engine.worlds.roster_sheets import Roster, roster_sheets
from gainline.engine.worlds.sheets import Sheet, sheet, write_all
from gainline.engine.worlds.spec import WorldSpec

PILOT = "wave-reading"
GRADES = (3, 4, 5)
SPREAD = 19.0  # points for one SD of ability
ASSIGNED_ON = date(2025, 9, 1)
TESTS = (
    ("sep", date(2025, 9, 8)),
    ("oct", date(2025, 10, 6)),
    ("nov", date(2025, 11, 3)),
    ("dec", date(2025, 12, 1)),
    ("jan", date(2026, 1, 12)),
    ("feb", date(2026, 2, 9)),
    ("mar", date(2026, 3, 9)),
    ("apr", date(2026, 4, 6)),
)
_STARTS = {
    "differences": (date(2025, 11, 17), date(2026, 1, 26)),  # before dec, before feb
    "stepped_wedge": (date(2025, 9, 22), date(2025, 11, 17), date(2026, 1, 26)),  # before oct, dec, feb
}


@dataclass(frozen=True, slots=True)
class OverTimeSpec:
    """Everything that decides such a district, apart from its seed; effects and SDs in SDs of ability.

    Parameters
    ----------
    kind
        ``differences``: a third of the schools never gets the tool, and stronger schools tend to come first;
        ``stepped_wedge``: all schools get it, in waves drawn by lot.
    schools, per_grade
        Schools, a multiple of four; students a grade, on average.
    effect, growth, if_disadvantaged
        Effect at the first test with the tool; what each later test adds; what being disadvantaged adds.
    drift
        By how much schools that get the tool grow faster in each test, with the tool or without.
    shock, noise, missing
        SD of a school's own shock at each test; of a student's; share of scores that are missing.
    """

    kind: Literal["differences", "stepped_wedge"] = "differences"
    schools: int = 12
    per_grade: int = 20
    effect: float = 0.20
    growth: float = 0.05
    if_disadvantaged: float = 0.0
    drift: float = 0.0
    shock: float = 0.06
    noise: float = 0.45
    missing: float = 0.03

    @property
    def waves(self) -> dict[str, date]:
        """Name of each wave and the day on which its use begins."""
        return {f"wave {place + 1}": start for place, start in enumerate(_STARTS[self.kind])}


@dataclass(frozen=True, slots=True)
class OverTime:
    """One such district: n students of the tested grades, m schools, T tests.

    Parameters
    ----------
    students, schools
        Everybody, other grades included; `rows` picks the n who are tested.
    rows
        Positions in `students` of the n tested ones.
    place
        Shape ``(n, T)``: school of each student at each test; -1 for who is not in the district then.
    arm, first
        Shape ``(m,)``: name of each school's wave or ``never``; position of its first test with the tool, T for never.
    without, gain, scores
        Shape ``(n, T)``: points without the tool, what the tool adds where the student is, and what the files say.
    """

    spec: OverTimeSpec
    seed: int
    students: Students
    schools: Schools
    rows: Ints
    place: Ints
    arm: tuple[str, ...]
    first: Ints
    without: Floats
    gain: Floats
    scores: Floats
    sheets: tuple[Sheet, ...]

    def truth(self) -> dict[str, float]:
        """Mean gain in points over all tested students with the tool, and its part by tests since the tool came.

        ``compared`` counts only the tests at which some school was still without it.
        """
        since = np.arange(len(TESTS)) - self.first[np.maximum(self.place, 0)]
        told = (self.place >= 0) & (since >= 0)
        waiting = np.arange(len(TESTS)) < self.first.max()
        found = {"simple": float(self.gain[told].mean()), "compared": float(self.gain[told & waiting].mean())}
        for wait in np.unique(since[told]):
            found[f"e={wait}"] = float(self.gain[told & (since == wait)].mean())
        return found


def build_over_time(spec: OverTimeSpec, *, seed: int) -> OverTime:
    """Make the district and its files; nothing is written."""
    size = WorldSpec(
        elementary_schools=spec.schools, middle_schools=1, per_grade_elementary=spec.per_grade, per_grade_middle=12
    )
    schools = build_schools(size, seed)
    students, sections, teachers = build_people(size, schools, seed)
    rows = np.flatnonzero(np.isin(students.grade, GRADES) & (students.school < spec.schools))
    place = _places(students, rows)
    first = _waves(spec, schools, seed)
    without, gain, scores = _scores(spec, students, (rows, place, first), seed)
    arm = tuple(list(spec.waves)[_order(spec, f)] if f < len(TESTS) else "never" for f in first)
    sheets = (
        *roster_sheets(Roster(size, schools, sections, students, teachers)),
        _results(students, schools, rows, scores, seed),
        _assignments(spec, schools, arm),
    )
    return OverTime(spec, seed, students, schools, rows, place, arm, first, without, gain, scores, sheets)


def write_over_time(world: OverTime, folder: Path) -> list[Path]:
    """Write the district's files below ``incoming/``, its plan below ``plans/``, and ``truth.json``."""
    content = {item.path: item.to_bytes() for item in world.sheets}
    content[f"plans/{PILOT}.toml"] = plan_of(world.spec).encode()
    content["truth.json"] = (json.dumps(world.truth(), indent=1, sort_keys=True) + "\n").encode()
    return write_all(content, folder)


def plan_of(spec: OverTimeSpec) -> str:
    """The cycle's plan as TOML."""
    return over_time_plan(spec.kind, spec.waves, {name: (start, _closing(start)) for name, start in TESTS})


def _closing(start: date) -> date:
    """The Friday of the following week."""
    return date.fromordinal(start.toordinal() + 11)


def _positions(spec: OverTimeSpec) -> list[int]:
    """Position of the first test on or after the start of each wave."""
    return [next(p for p, (_, test) in enumerate(TESTS) if test >= start) for start in spec.waves.values()]


def _order(spec: OverTimeSpec, first: int) -> int:
    return _positions(spec).index(int(first))


def _places(students: Students, rows: Ints) -> Ints:
    place = np.empty((len(rows), len(TESTS)), dtype=np.int64)
    for column, (_, start) in enumerate(TESTS):
        now = day(start)
        moved = students.moved_on[rows] <= now
        here = np.where(moved, students.moved_school[rows], students.school[rows])
        place[:, column] = np.where((students.joined[rows] <= now) & (students.left[rows] >= now), here, -1)
    return place


def _waves(spec: OverTimeSpec, schools: Schools, seed: int) -> Ints:
    """First test with the tool of each school: by lot, or the stronger schools first and the weakest never."""
    rng = stream(seed, "waves")
    groups = _positions(spec) + ([len(TESTS)] if spec.kind == "differences" else [])
    dealt = np.repeat(groups, -(-spec.schools // len(groups)))[: spec.schools]
    if spec.kind == "stepped_wedge":
        return np.asarray(rng.permutation(dealt), dtype=np.int64)
    eager = 0.4 * schools.level[: spec.schools] + rng.normal(0.0, 0.3, spec.schools)
    first = np.empty(spec.schools, dtype=np.int64)
    first[np.argsort(-eager, kind="stable")] = np.sort(dealt)
    return first


def _scores(
    spec: OverTimeSpec, students: Students, where: tuple[Ints, Ints, Ints], seed: int
) -> tuple[Floats, Floats, Floats]:
    rows, place, first = where
    rng = stream(seed, "tests over time")
    tests, at = np.arange(len(TESTS)), np.maximum(place, 0)
    shock = rng.normal(0.0, spec.shock, (spec.schools + 1, len(TESTS)))[np.minimum(at, spec.schools), tests]
    begins = np.append(first, len(TESTS))[np.minimum(at, spec.schools)]
    level = 0.9 * students.reading[rows][:, None] + shock + rng.normal(0.0, spec.noise, place.shape)
    drift = spec.drift * tests * (begins < len(TESTS))
    without = 190.0 + 2.0 * tests + 6.0 * students.grade[rows][:, None] + SPREAD * (level + drift)
    behind: Flags = students.disadvantaged[rows][:, None]
    since = tests - begins
    gain = SPREAD * (since >= 0) * (spec.effect + spec.growth * since + spec.if_disadvantaged * behind)
    seen = (place >= 0) & (rng.random(place.shape) >= spec.missing)
    return without, gain, np.where(seen, np.round(without + gain), np.nan)


def _results(students: Students, schools: Schools, rows: Ints, scores: Floats, seed: int) -> Sheet:
    def everybody(column: int) -> Floats:
        full = np.full(len(students), np.nan)
        full[rows] = scores[:, column]
        return full

    sittings = [Sitting("reading", name, start, everybody(column)) for column, (name, start) in enumerate(TESTS)]
    return results_sheet("incoming/results-reading.csv", students, schools, sittings, seed)


def _assignments(spec: OverTimeSpec, schools: Schools, arm: tuple[str, ...]) -> Sheet:
    n = spec.schools
    how = "randomized" if spec.kind == "stepped_wedge" else "volunteered"
    return sheet(
        f"incoming/assignments-{PILOT}.csv",
        {
            "pilot": [PILOT] * n,
            "unit": ["school"] * n,
            "unit_id": schools.ids[:n],
            "arm": list(arm),
            "block": [""] * n,
            "how": [how] * n,
            "assigned_on": [ASSIGNED_ON.isoformat()] * n,
        },
    )
