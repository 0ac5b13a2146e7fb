"""A world is the same for the same seed, and what it says of itself is so."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections import Counter

import numpy as np
import pytest

from gainline.engine.pilots.plan import Plan
from gainline.engine.worlds import DEMO_PLANS, INCOMING, World, WorldSpec, build, plan_text, tiny, truth, write
from gainline.engine.worlds.voice_sheets import voice_sheets

LESSONS = "incoming/lumen-reading-lessons.csv"


@pytest.fixture(scope="module")
def world() -> World:
    return build(tiny(), seed=3)


def rows(world: World, path: str) -> list[dict[str, str]]:
    sheet = next(sheet for sheet in world.sheets if sheet.path == path)
    return list(csv.DictReader(io.StringIO(sheet.to_bytes().decode())))


def test_the_same_seed_gives_the_same_bytes(world, tmp_path):
    first, second = write(world, tmp_path / "a"), write(build(tiny(), seed=3), tmp_path / "b")
    assert [p.relative_to(tmp_path / "a") for p in first] == [p.relative_to(tmp_path / "b") for p in second]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(first, second, strict=True))


def test_another_seed_gives_another_district(world):
    other = build(tiny(), seed=4)
    assert [s.to_bytes() for s in other.sheets] != [s.to_bytes() for s in world.sheets]


def test_the_folder_holds_what_a_workspace_needs(world, tmp_path):
    names = {str(path.relative_to(tmp_path)) for path in write(world, tmp_path)}
    assert {"gainline.toml", "truth.json", "plans/lumen-reading.toml", "plans/math-quest.toml"} <= names
    assert f"{INCOMING}/oneroster/manifest.csv" in names
    settings = tomllib.loads((tmp_path / "gainline.toml").read_text())
    assert settings["district"]["name"] == "Riverbend Unified"
    assert settings["school_aliases"]["Oak Elem."] == "RB-E01"


def test_the_manifest_declares_every_file_of_the_package(world):
    said = {r["propertyName"]: r["value"] for r in rows(world, "incoming/oneroster/manifest.csv")}
    present = {s.path.removeprefix("incoming/oneroster/")[:-4] for s in world.sheets if "/oneroster/" in s.path}
    assert {name[5:] for name, mode in said.items() if mode == "bulk"} == present - {"manifest"}
    assert said["oneroster.version"] == "1.2"


def test_every_reference_of_the_roster_is_met(world):
    ids = {
        name: {r["sourcedId"] for r in rows(world, f"incoming/oneroster/{name}.csv")}
        for name in ("orgs", "users", "classes", "courses")
    }
    for enrollment in rows(world, "incoming/oneroster/enrollments.csv"):
        assert enrollment["classSourcedId"] in ids["classes"]
        assert enrollment["userSourcedId"] in ids["users"]
        assert enrollment["schoolSourcedId"] in ids["orgs"]
        assert not enrollment["endDate"] or enrollment["beginDate"] <= enrollment["endDate"]
    assert all(r["courseSourcedId"] in ids["courses"] for r in rows(world, "incoming/oneroster/classes.csv"))
    assert {r["sourcedId"] for r in rows(world, "incoming/oneroster/demographics.csv")} < ids["users"]


def test_those_who_moved_have_two_stays_that_do_not_overlap():
    moved = build(
        WorldSpec(elementary_schools=4, middle_schools=2, per_grade_elementary=12, per_grade_middle=40, moved=0.2),
        seed=1,
    )
    students = moved.students
    movers = np.flatnonzero(students.moved_school >= 0)
    assert len(movers) > 0
    assert np.all(students.moved_school[movers] != students.school[movers])
    stays = Counter(
        r["userSourcedId"] for r in rows(moved, "incoming/oneroster/enrollments.csv") if r["role"] == "student"
    )
    young = [i for i in movers if students.math_section[i] < 0]
    assert {stays[f"stu-{students.sis_id[i]}"] for i in young} == {2}


def test_the_truth_is_the_mean_of_the_potential_outcomes(world):
    told = truth(world)["tools"]["lumen-reading"]
    potential = world.scores.reading
    there = ~np.isnan(potential.without) & (world.students.joined <= np.datetime64("2025-09-26"))
    gain = (potential.with_tool - potential.without)[there]
    assert told["outcomes"]["reading_spring"]["average"]["points"] == pytest.approx(gain.mean(), abs=1e-6)
    assert told["students"] == there.sum()
    low = world.students.disadvantaged[there]
    gap = gain[low].mean() - gain[~low].mean()
    assert told["outcomes"]["reading_spring"]["gap_change"]["by_income"]["points"] == pytest.approx(gap, abs=1e-5)


def test_math_quest_changes_no_score(world):
    assert np.array_equal(world.scores.math.with_tool, world.scores.math.without, equal_nan=True)
    assert truth(world)["tools"]["math-quest"]["verdict"] == "stop"


def test_a_student_who_never_had_the_tool_scores_as_without_it(world):
    untouched = world.arms.lumen_share == 0
    seen = {
        (r["student_id"]): float(r["score"])
        for r in rows(world, "incoming/results-reading.csv")
        if r["assessment"] == "reading" and r["form"] == "spring" and r["score"]
    }
    for i in np.flatnonzero(untouched):
        if world.students.sis_id[i] in seen:
            assert seen[world.students.sis_id[i]] == world.scores.reading.without[i]


def test_half_of_every_block_gets_lumen_reading(world):
    arms = [(r["block"], r["arm"]) for r in rows(world, "incoming/assignments-lumen-reading.csv")]
    blocks = {block for block, _ in arms}
    assert all(Counter(arms)[block, "tool"] == Counter(arms)[block, "usual"] for block in blocks)


def test_volunteered_sections_start_ahead():
    leads = []
    for seed in range(6):
        world = build(WorldSpec(elementary_schools=4, per_grade_elementary=6, middle_schools=3), seed=seed)
        fall, arm = world.scores.math_fall, world.arms.in_quest
        tested = ~np.isnan(fall)
        leads.append(fall[tested & arm].mean() - fall[tested & ~arm].mean())
    assert np.mean(leads) > 2.0


def test_scores_stay_on_their_scale(world):
    fall = world.scores.reading_fall
    assert np.nanmin(fall) >= 120
    assert np.nanmax(fall) <= 245
    assert np.nanmax(world.scores.reading.with_tool) <= 245


def test_planted_faults_stand_where_the_truth_says(world):
    lines = next(s for s in world.sheets if s.path == LESSONS).to_bytes().decode().splitlines()
    cells = dict(enumerate(csv.reader(lines), start=1))
    header = cells[1]
    minutes, on = header.index("Total Time on Lesson (min)"), header.index("Completion Date")
    planted = {p["kind"]: p["lines"] for p in truth(world)["planted"] if p["file"] == LESSONS}
    assert planted["negative_minutes"] == [i for i, row in cells.items() if i > 1 and int(row[minutes]) < 0]
    assert planted["totals_row"] == [len(lines)]
    assert all(cells[i][on] in {"02/30/2026", "13/14/2025", "00/00/0000"} for i in planted["impossible_day"])
    assert all(cells[i][2].startswith("demo-teacher") for i in planted["test_account"])


def test_students_without_a_fault_are_named_by_their_number(world):
    known = set(world.students.sis_id)
    planted = {
        line
        for p in next(s for s in world.sheets if s.path == LESSONS).planted
        if p.kind != "school_alias"
        for line in p.lines
    }
    for line, row in enumerate(rows(world, LESSONS), start=2):
        if line not in planted:
            assert row["Student ID"] in known


def test_the_truth_file_is_written_as_told(world, tmp_path):
    write(world, tmp_path)
    assert json.loads((tmp_path / "truth.json").read_text()) == json.loads(json.dumps(truth(world)))


@pytest.mark.parametrize("key", DEMO_PLANS)
def test_shipped_plans_are_plans(key):
    plan = Plan.model_validate(tomllib.loads(plan_text(key)))
    assert plan.key == key


def test_a_plan_that_does_not_ship_is_a_key_error():
    with pytest.raises(KeyError):
        plan_text("no-such-plan")


def test_elementary_schools_come_in_whole_blocks():
    with pytest.raises(ValueError, match="whole blocks"):
        WorldSpec(elementary_schools=7)


def test_the_office_brings_words_and_service_and_families_without_a_name(world):
    voices = {sheet.path for sheet in world.sheets} - {sheet.path for sheet in without_voices(world)}
    assert {path.removeprefix("incoming/") for path in voices} == {
        "survey-students.csv",
        "survey-teachers.csv",
        "survey-families.csv",
        "usability-sus.csv",
        "observations.csv",
        "support-tickets.csv",
        "outages.csv",
        "training-attendance.csv",
        "access.csv",
        "citizenship-incidents.csv",
    }
    families = rows(world, "incoming/survey-families.csv")
    assert "student_id" not in families[0]
    assert {row["respondent"] for row in families} == {"family"}


def without_voices(world):
    spoken = {
        sheet.path for sheet in voice_sheets(world.spec, world.schools, world.students, world.teachers, seed=world.seed)
    }
    return [sheet for sheet in world.sheets if sheet.path not in spoken]
