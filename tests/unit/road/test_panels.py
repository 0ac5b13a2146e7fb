"""Outcomes over periods, through the real road: files, import, frame."""

from __future__ import annotations

import tomllib
from datetime import date

import numpy as np
import pytest

from gainline.engine.core.errors import UserFixable
from gainline.engine.indicators import load_catalogue
from gainline.engine.pilots.plan import Plan
from gainline.engine.worlds.over_time import TESTS, OverTimeSpec, build_over_time, plan_of, write_over_time
from gainline.road.framing import build_frame
from gainline.road.importing import import_files
from gainline.road.workspace import Workspace

WORLD = build_over_time(OverTimeSpec(schools=8, per_grade=12), seed=11)
T = len(TESTS)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("waves")
    write_over_time(WORLD, folder)
    made = Workspace.create(folder / "home")
    import_files(made, [folder / "incoming"], as_of=date(2026, 5, 10))
    return made


def plan_with(**changes):
    value = tomllib.loads(plan_of(WORLD.spec))
    for part, new in changes.items():
        value[part] = {**value[part], **new} if isinstance(new, dict) else new
    return Plan.model_validate(value)


def frame_of(workspace, plan):
    with workspace.lake.reading(workspace.lake.head()) as reading:
        return build_frame(plan, reading, load_catalogue([])[0]).frame


def overlapping_places():
    """School of each tested student during each test: of the enrollments that overlap it, the one that began last."""
    students, rows = WORLD.students, WORLD.rows
    place = np.full((len(rows), T), -1)
    for column, (_, start) in enumerate(TESTS):
        first, last = np.datetime64(start), np.datetime64(start) + 11
        here = np.where(students.moved_on[rows] <= last, students.moved_school[rows], students.school[rows])
        place[:, column] = np.where((students.joined[rows] <= last) & (students.left[rows] >= first), here, -1)
    return place


def expected_means(wanted=None):
    place, m = overlapping_places(), WORLD.spec.schools
    chosen = np.ones(len(WORLD.rows), dtype=bool) if wanted is None else wanted
    means, sizes = np.full((m, T), np.nan), np.zeros((m, T))
    for school in range(m):
        for test in range(T):
            scores = WORLD.scores[chosen & (place[:, test] == school), test]
            scores = scores[~np.isnan(scores)]
            sizes[school, test] = len(scores)
            means[school, test] = scores.mean() if len(scores) else np.nan
    return means, sizes


def test_a_school_s_value_is_the_mean_of_the_students_who_were_there(workspace):
    frame = frame_of(workspace, plan_with(design={"waves": {"wave 2": date(2026, 1, 26)}}))
    panel = frame.panels["reading"]  # wave 1 has no day of its own and starts with the window
    means, sizes = expected_means()
    assert list(panel.unit) == list(WORLD.schools.ids[: WORLD.spec.schools])
    assert list(panel.first) == list(WORLD.first)
    assert 0.8 < np.mean(~np.isnan(frame.outcomes["reading"])) < 1.0, "each student's last period"
    lost = sizes.sum() - panel.sizes.sum()  # planted: up to four blank scores and four unknown students
    assert 0 <= lost <= 8
    same = panel.sizes == sizes
    assert same.mean() > 0.85
    np.testing.assert_allclose(panel.values[same], means[same], rtol=1e-12)


def test_the_gap_is_the_disadvantaged_mean_minus_the_others_and_nothing_under_ten(workspace):
    frame = frame_of(workspace, plan_with())
    gap, whole = frame.gaps["by_income"], frame.panels["reading"]
    behind = WORLD.students.disadvantaged[WORLD.rows]
    (low, n_low), (high, n_high) = expected_means(behind), expected_means(~behind)
    same = whole.sizes == n_low + n_high
    few = np.minimum(n_low, n_high) < 10
    assert few.any()
    assert np.isnan(gap.values[same & few]).all()
    np.testing.assert_allclose(gap.values[same & ~few], (low - high)[same & ~few], rtol=1e-10)
    assert (gap.sizes[np.isnan(gap.values)] == 0).all()


def test_a_wave_counts_from_the_first_period_that_starts_after_it(workspace):
    """In the middle of a period: left out for that wave; after the last one: the tool was never there."""
    inside = {"wave 1": date(2025, 12, 3), "wave 2": date(2026, 4, 27)}
    panel = frame_of(workspace, plan_with(design={"waves": inside})).panels["reading"]
    early = np.array(WORLD.arm) == "wave 1"
    december = [name for name, _ in TESTS].index("dec")
    assert np.isnan(panel.values[early, december]).all()
    assert (panel.sizes[early, december] == 0).all()
    assert (panel.first[early] == december + 1).all()
    assert not np.isnan(panel.values[~early]).any()
    assert (panel.first[np.array(WORLD.arm) == "wave 2"] == T).all()


def test_forms_can_follow_from_the_days_of_the_period(workspace):
    plan = plan_with()
    value = plan.model_dump(mode="json", by_alias=True)
    named = frame_of(workspace, plan).panels["reading"]
    for period in value["design"]["periods"]:
        period["forms"] = []
    value["outcomes"][0]["from"]["forms"] = [name for name, _ in TESTS]
    dated = frame_of(workspace, Plan.model_validate(value)).panels["reading"]
    np.testing.assert_array_equal(named.values, dated.values)


def test_growth_follows_the_students_of_the_population_wherever_they_go(workspace):
    plan = plan_with(design={"kind": "matched", "matching": {}})
    frame = frame_of(workspace, plan)
    panel = frame.panels["reading"]
    assert len(panel.unit) == len(frame)
    assert list(panel.unit) == [str(key) for key in frame.keys]
    assert list(panel.cluster) == list(frame.cluster)
    assert set(panel.sizes.ravel()) == {0.0, 1.0}
    assert (panel.first[~frame.tool] == T).all()
    assert (panel.first[frame.tool] < T).all()
    assert not frame.gaps


def test_a_series_is_one_row_of_everybody(workspace):
    frame = frame_of(workspace, plan_with(design={"kind": "interrupted_series", "waves": {}}))
    panel = frame.panels["reading"]
    assert list(panel.unit) == ["population"]
    assert frame.tool.all()
    assert panel.values.shape == (1, T)
    assert np.all(panel.sizes > 0.8 * len(frame))


def test_an_indicator_is_counted_over_each_period_s_days(workspace):
    value = plan_with().model_dump(mode="json", by_alias=True)
    value["outcomes"][0]["from"] = {"indicator": "active_days"}
    panel = frame_of(workspace, Plan.model_validate(value)).panels["reading"]
    assert np.isnan(panel.values).all(), "no usage was imported, and no source says that no row means no use"
    assert (panel.sizes == 0).all()


def test_a_roster_field_is_not_followed_over_periods(workspace):
    value = plan_with().model_dump(mode="json", by_alias=True)
    value["outcomes"][0]["from"] = {"field": "grade"}
    with pytest.raises(UserFixable, match="neither a roster field nor an attribute"):
        frame_of(workspace, Plan.model_validate(value))
