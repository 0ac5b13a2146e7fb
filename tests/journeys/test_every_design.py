"""Every design from the district's files to its brief, on a town whose truth is known, as an analyst walks the road."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import gainline as gl
from gainline.engine.core.errors import Refused, UserFixable
from gainline.notebook.answer import TABLES
from gainline.road.framing import sources
from terminal import gainline
from town import (
    LATE,
    TEST_DAYS,
    TESTED_ON,
    Town,
    ability,
    build_town,
    copy_of,
    covariate,
    outcome,
    plan_value,
    weeks,
    write_arms,
    write_plan,
    write_results,
    write_rows,
)

BEFORE, AFTER = date(2025, 9, 15), date(2026, 5, 20)
STUDENTS = {"unit": "student", "cluster": "student"}
FALL = covariate("fall", "reading", "fall")


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Town:
    return build_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def _rostered(town, tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("rostered") / "home"
    gl.open_district(home).import_files(town.roster, as_of=BEFORE)
    return home


@pytest.fixture
def district(_rostered, tmp_path):
    return gl.open_district(copy_of(_rostered, tmp_path / "home"))


def answered(district, value, *files):
    """Register, import and evaluate, as a district would: the plan first."""
    path = write_plan(district.workspace.root / "plans" / f"{value['key']}.toml", value)
    district.register(path, as_of=BEFORE)
    read = district.import_files(*files, as_of=AFTER)
    assert read.rows["rejected"] == 0
    return district.evaluate(value["key"])


def judged(answer, truth):
    """The interval holds the truth; every table, chart and brief can be had."""
    effect, low, high = answer.effect
    assert low < truth < high, (low, effect, high)
    assert answer.verdict in {"adopt", "adapt", "stop", "extend", "not enough evidence"}
    for name in TABLES:
        answer.table(name)
    for name in ("effect", *(["events"] if answer.evidence["events"] else [])):
        assert answer.chart(name).rows
    page = answer.brief().read_text(encoding="utf-8")
    assert answer.evidence["plan"]["question"] in page
    assert not [word for word in (">None<", " None ", ">nan<", " nan ", "{", "}") if word in _told(page)]
    return answer.evidence["estimates"][0]


def _told(page):
    """What a reader sees: the page without its style and its drawings."""
    return re.sub(r"<(style|svg)\b.*?</\1>", "", page, flags=re.DOTALL)


def redone(answer, folder):
    """The exported script finds the main figure without us."""
    answer.export(folder)
    done = subprocess.run([sys.executable, "-I", str(folder / "redo.py")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def drawn(district, plan, *words):
    """The arms that chance drew for the plan, by unit."""
    ran = gainline("pilot", "assign", plan, "-w", district.workspace.root, "--as-of", BEFORE, *words)
    assert ran.code == 0, ran.err
    sheet = district.workspace.root / "pilots" / Path(plan).stem / "assignments.csv"
    with sheet.open(encoding="utf-8", newline="") as file:
        return sheet, {row["unit_id"]: row["arm"] for row in csv.DictReader(file)}


def test_randomized_within_a_bound_of_balance_is_tested_against_the_draws_within_it(district, town, tmp_path):
    rng, standing = ability(town, 1)
    value = plan_value(
        "bounded",
        {"kind": "randomized", "unit": "school", "cluster": "school", "assignment": "rerandomized"},
        covariates=[FALL],
        outcomes=[outcome(baseline="fall")],
    )
    fall = write_results(
        town, tmp_path / "fall.csv", {("reading", "fall", TESTED_ON): standing + rng.normal(0, 5, len(town))}
    )
    district.import_files(fall, as_of=BEFORE)
    write_plan(district.workspace.root / "plans" / "bounded.toml", value)
    sheet, arms = drawn(district, "bounded")
    has = np.array([arms[town.ids[school]] == "tool" for school in town.home])
    spring = write_results(
        town, tmp_path / "spring.csv", {("reading", "spring", LATE): standing + 5.0 * has + rng.normal(0, 5, len(town))}
    )
    answer = answered(district, value, sheet, spring)
    primary = judged(answer, 5.0)
    assert "recorded mechanism: rerandomized" in dict(primary["diagnostics"])["randomization inference"]
    redone(answer, tmp_path / "redo")


@pytest.mark.slow
def test_pairs_that_only_the_record_names_are_redone_with_their_pairs(district, town, tmp_path):
    rng, standing = ability(town, 2)
    value = plan_value("paired", {"kind": "randomized", "unit": "school", "cluster": "school"}, covariates=[FALL])
    fall = write_results(
        town, tmp_path / "fall.csv", {("reading", "fall", TESTED_ON): standing + rng.normal(0, 5, len(town))}
    )
    district.import_files(fall, as_of=BEFORE)
    write_plan(district.workspace.root / "plans" / "paired.toml", value)
    sheet, arms = drawn(district, "paired", "--kind", "pairs")
    has = np.array([arms[town.ids[school]] == "tool" for school in town.home])
    spring = write_results(
        town, tmp_path / "spring.csv", {("reading", "spring", LATE): standing + 5.0 * has + rng.normal(0, 5, len(town))}
    )
    answer = answered(district, value, sheet, spring)
    assert "pair fixed effects" in judged(answer, 5.0)["method"]
    redone(answer, tmp_path / "redo")


def chosen_by_standing(town, seed):
    """Students who stood higher were likelier to get the tool; it adds 4 points. Three tests, and who has it."""
    rng, standing = ability(town, seed)
    n = len(town)
    fall, past = standing + rng.normal(0, 4, n), standing - 5 + rng.normal(0, 4, n)
    has = rng.random(n) < 1.0 / (1.0 + np.exp(-(fall - 203.0) / 10.0))
    spring = 5 + 0.9 * (fall - 200) + 200 + 4.0 * has + rng.normal(0, 5, n)
    return rng, fall, past, has, spring


def matched_files(town, tmp_path, fall, past, has, spring):
    scores = {
        ("reading", "fall", TESTED_ON): fall,
        ("reading", "past", date(2025, 5, 5)): past,
        ("reading", "spring", LATE): spring,
    }
    arms = {one: "tool" if own else "usual" for one, own in zip(town.student, has, strict=True)}
    return (
        write_results(town, tmp_path / "results.csv", scores),
        write_arms(tmp_path / "arms.csv", "weighed", "student", arms, how="chosen"),
    )


def matched_plan(method, **parts):
    placebo = {
        "key": "past",
        "label": "Reading a year ago",
        "unit": "points",
        "from": {"result": "reading", "forms": ["past"]},
    }
    design = {"kind": "matched", **STUDENTS, "matching": {"method": method}}
    return plan_value(
        "weighed", design, covariates=[FALL], outcomes=[outcome(baseline="fall")], placebos=[placebo], **parts
    )


def test_entropy_balancing_with_a_placebo_and_imputed_baselines(district, town, tmp_path):
    rng, fall, past, has, spring = chosen_by_standing(town, 3)
    seen = np.where(rng.random(len(town)) < 0.08, np.nan, fall)
    value = matched_plan("entropy", missing="multiple_imputation")
    answer = answered(district, value, *matched_files(town, tmp_path, seen, past, has, spring))
    primary = judged(answer, 4.0)
    assert "imputed" in primary["method"]
    naive = float(spring[has].mean() - spring[~has].mean())
    assert naive - 4.0 > 3.0 * abs(primary["effect"] - 4.0)
    assert any("placebo" in check["key"] for check in answer.evidence["checks"])
    with pytest.raises(Refused, match="imputed") as told:
        answer.export(tmp_path / "redo")
    assert not (tmp_path / "redo" / "redo.py").exists()
    assert "complete_case" in told.value.remedy


@pytest.mark.parametrize("method", ["full", pytest.param("entropy", marks=pytest.mark.slow)])
def test_weights_and_sets_are_exported_so_that_the_figure_can_be_redone(district, town, tmp_path, method):
    _, fall, past, has, spring = chosen_by_standing(town, 4)
    answer = answered(district, matched_plan(method), *matched_files(town, tmp_path, fall, past, has, spring))
    judged(answer, 4.0)
    redone(answer, tmp_path / "redo")


def followed(town, first, effect, seed):
    """Scores at the eight tests, shape (n, 8): the tool adds `effect` where the student is, from `first` on."""
    rng, standing = ability(town, seed)
    shock = rng.normal(0.0, 0.8, (len(town.ids), 8))
    tests = np.arange(8)
    place = np.maximum(town.place, 0)
    scores = standing[:, None] + 1.5 * tests + shock[np.minimum(place, len(town.ids) - 1), tests]
    scores += effect * (tests >= np.append(first, 8)[np.minimum(place, len(first))]) + rng.normal(
        0, 5, town.place.shape
    )
    return np.where((town.place >= 0) & (town.place < len(town.ids)), scores, np.nan)


def over_time_files(town, tmp_path, scores):
    columns = {("reading", name, day): scores[:, place] for place, (name, day) in enumerate(TEST_DAYS.items())}
    return write_results(town, tmp_path / "results.csv", columns)


def periods_of():
    return [
        {"key": name, "days": {"start": day, "end": date.fromordinal(day.toordinal() + 11)}, "forms": [name]}
        for name, day in TEST_DAYS.items()
    ]


WAVES = {"wave 1": date(2025, 11, 17), "wave 2": date(2026, 1, 26)}  # before the fourth and the sixth test


@pytest.mark.slow
def test_schools_that_start_at_different_times_or_never(district, town, tmp_path):
    groups = ["wave 1"] * 4 + ["wave 2"] * 4 + ["never"] * 4
    first = np.array([{"wave 1": 3, "wave 2": 5, "never": 8}[group] for group in groups])
    arms = dict(zip(town.ids, groups, strict=True))
    design = {"kind": "differences", "unit": "school", "cluster": "school", "waves": WAVES, "periods": periods_of()}
    value = plan_value("staggered", design, outcomes=[outcome(form="apr")])
    value["comparison"] |= {"tool_arms": list(WAVES), "usual_arms": ["never"]}
    sheet = write_arms(tmp_path / "arms.csv", "staggered", "school", arms, how="volunteered")
    answer = answered(district, value, sheet, over_time_files(town, tmp_path, followed(town, first, 4.0, 5)))
    judged(answer, 4.0)
    assert answer.table("events").num_rows == len(answer.evidence["events"]) > 4
    with pytest.raises(Refused, match="over time"):
        answer.export(tmp_path / "redo")


def test_waves_that_chance_dealt_are_dealt_again_as_recorded(district, town, tmp_path):
    waves = {
        "wave 1": date(2025, 9, 29),
        **{f"wave {place}": day for place, day in ((2, WAVES["wave 1"]), (3, WAVES["wave 2"]))},
    }
    design = {"kind": "stepped_wedge", "unit": "school", "cluster": "school", "waves": waves, "periods": periods_of()}
    value = plan_value("dealt", design, outcomes=[outcome(form="apr")])
    value["comparison"] |= {"tool_arms": list(waves), "usual_arms": ["never"]}
    write_plan(district.workspace.root / "plans" / "dealt.toml", value)
    sheet, arms = drawn(district, "dealt")
    first = np.array([{"wave 1": 1, "wave 2": 3, "wave 3": 5}[arms[school]] for school in town.ids])
    answer = answered(district, value, sheet, over_time_files(town, tmp_path, followed(town, first, 4.0, 6)))
    primary = judged(answer, 4.0)
    assert dict(primary["diagnostics"])["deals"].endswith("recorded draw: waves")
    assert primary["p_randomization"] < 0.05


def test_a_plan_whose_waves_are_named_otherwise_than_the_arms_is_told_both(district, town, tmp_path):
    design = {"kind": "stepped_wedge", "unit": "school", "cluster": "school", "waves": WAVES, "periods": periods_of()}
    value = plan_value("misnamed", design, outcomes=[outcome(form="apr")])
    value["comparison"] |= {"tool_arms": list(WAVES), "usual_arms": ["never"]}
    arms = {school: f"wave-{1 + place % 2}" for place, school in enumerate(town.ids)}
    sheet = write_arms(tmp_path / "arms.csv", "misnamed", "school", arms, how="randomized")
    with pytest.raises(UserFixable, match="wave-1, wave-2; the plan compares wave 1, wave 2, never"):
        answered(district, value, sheet)


@pytest.mark.slow
def test_weekly_reading_of_everybody_before_and_after_a_start(district, town, tmp_path, monkeypatch):
    rng = np.random.default_rng(7)
    shown = weeks(date(2025, 9, 15), 15)
    start = 9
    level = 20 + 0.1 * np.arange(15) + rng.normal(0, 0.4, 15) + 6.0 * (np.arange(15) >= start)
    rows = [
        (student, "log", day, f"{max(minutes, 0):.1f}")
        for (_, day, _), mean in zip(shown, level, strict=True)
        for student, minutes in zip(town.student, rng.normal(mean, 5.0, len(town)), strict=True)
    ]
    usage = write_rows(tmp_path / "log.csv", ("student_id", "tool", "day", "minutes"), rows)
    periods = [{"key": key, "days": {"start": first, "end": last}} for key, first, last in shown]
    read = outcome(unit="minutes a week")
    read["from"] = {"indicator": "minutes_per_week", "where": {"tool": ["log"]}}
    design = {"kind": "interrupted_series", "unit": "school", "cluster": "school", "periods": periods}
    value = plan_value("logged", design, outcomes=[read], window={"start": shown[start][1], "end": date(2026, 5, 1)})
    answer = answered(district, value, usage)
    judged(answer, 6.0)
    assert answer.verdict == "not enough evidence"  # one series describes; it carries no decision
    assert "inside the tool" not in str(answer.evidence["rating"])  # the log is not the tool
    together = district.frame("logged").panels["reading"]
    monkeypatch.setattr(sources, "_ADD_UP", frozenset())
    one_by_one = district.frame("logged").panels["reading"]
    np.testing.assert_array_equal(together.values, one_by_one.values)
    np.testing.assert_array_equal(together.sizes, one_by_one.sizes)
    with pytest.raises(Refused, match="over time"):
        answer.export(tmp_path / "redo")


def test_a_score_that_decides_is_read_at_its_cutoff(district, town, tmp_path):
    rng, standing = ability(town, 8)
    score = standing + rng.normal(0, 4, len(town))
    has = score < 198.0
    scores = {
        ("reading", "fall", TESTED_ON): score,
        ("math", "fall", TESTED_ON): standing + rng.normal(0, 6, len(town)),
        ("reading", "spring", LATE): 205 + 0.7 * (score - 200) + 7.0 * has + rng.normal(0, 5, len(town)),
    }
    arms = {one: "tool" if own else "usual" for one, own in zip(town.student, has, strict=True)}
    rule = {"score": "fall", "at": 198.0, "tool_side": "below"}
    value = plan_value(
        "jump", {"kind": "cutoff", **STUDENTS, "cutoff": rule}, covariates=[FALL, covariate("math", "math", "fall")]
    )
    files = (
        write_results(town, tmp_path / "r.csv", scores),
        write_arms(tmp_path / "a.csv", "jump", "student", arms, how="score"),
    )
    answer = answered(district, value, *files)
    assert judged(answer, 7.0)["low"] > 0
    with pytest.raises(Refused, match="cutoff"):
        answer.export(tmp_path / "redo")
    assert not (tmp_path / "redo" / "redo.py").exists()
    assert (tmp_path / "redo" / "estimates.csv").exists()


@pytest.mark.slow
def test_one_school_beside_a_mixture_of_the_others(district, town, tmp_path):
    first = np.array([5] + [8] * 11)
    arms = dict(zip(town.ids, ["tool"] + ["usual"] * 11, strict=True))
    design = {"kind": "synthetic_control", "unit": "school", "cluster": "school", "periods": periods_of()}
    value = plan_value(
        "alone", design, outcomes=[outcome(form="apr")], window={"start": date(2026, 1, 26), "end": date(2026, 5, 1)}
    )
    sheet = write_arms(tmp_path / "arms.csv", "alone", "school", arms, how="chosen")
    answer = answered(district, value, sheet, over_time_files(town, tmp_path, followed(town, first, 8.0, 9)))
    judged(answer, 8.0)
    assert answer.verdict == "not enough evidence"


def by_lot(town, seed):
    """A generator, each student's standing, and who drew the tool."""
    rng, standing = ability(town, seed)
    return rng, standing, rng.random(len(town)) < 0.5


@pytest.mark.slow
def test_growth_of_students_stands_beside_the_difference_at_the_end(district, town, tmp_path):
    rng, standing, has = by_lot(town, 10)
    tests = np.arange(8)
    scores = standing[:, None] + tests * (1.0 + 0.5 * has[:, None]) + rng.normal(0, 4, (len(town), 8))
    arms = {one: "tool" if own else "usual" for one, own in zip(town.student, has, strict=True)}
    design = {"kind": "randomized", **STUDENTS, "periods": periods_of()}
    value = plan_value(
        "growing",
        design,
        outcomes=[outcome(form="apr", baseline="first")],
        covariates=[covariate("first", "reading", "sep")],
    )
    sheet = write_arms(tmp_path / "arms.csv", "growing", "student", arms, how="randomized")
    answer = answered(district, value, sheet, over_time_files(town, tmp_path, scores))
    judged(answer, 3.5)
    grown = [one for one in answer.evidence["companions"] if one["label"].endswith("difference in growth")]
    days = np.array([day.toordinal() for day in TEST_DAYS.values()])
    true = 0.5 * np.polyfit((days - days[0]) / 30.0, tests, 1)[0]
    assert grown[0]["low"] < true < grown[0]["high"]
    redone(answer, tmp_path / "redo")


@pytest.mark.parametrize(
    "scale", ["ordinal", *(pytest.param(one, marks=pytest.mark.slow) for one in ("binary", "count"))]
)
def test_outcomes_that_are_no_amounts(district, town, tmp_path, scale):
    rng, standing, has = by_lot(town, 11)
    latent = (standing - 200) / 12 + 0.5 * has + rng.logistic(0, 1, len(town))
    made = {
        "binary": (latent > 0).astype(float),
        "count": rng.poisson(np.exp(1.0 + 0.3 * has + (standing - 200) / 60)).astype(float),
        "ordinal": 1.0 + np.digitize(latent, [-1, 0.5, 2]),
    }[scale]
    arms = {one: "tool" if own else "usual" for one, own in zip(town.student, has, strict=True)}
    levels = {"levels": ["1", "2", "3", "4"]} if scale == "ordinal" else {}
    unit = {"binary": "share at grade level", "count": "books", "ordinal": "levels"}[scale]
    value = plan_value(
        f"{scale}s",
        {"kind": "randomized", **STUDENTS},
        covariates=[FALL],
        outcomes=[outcome(scale=scale, unit=unit, **levels)],
    )
    value["smallest_effect"], value["hypothesis"]["size"] = 0.02, 0.05
    scores = {("reading", "fall", TESTED_ON): standing + rng.normal(0, 5, len(town)), ("reading", "spring", LATE): made}
    files = (
        write_results(town, tmp_path / "r.csv", scores),
        write_arms(tmp_path / "a.csv", f"{scale}s", "student", arms, how="randomized"),
    )
    answer = answered(district, value, *files)
    ranks = np.searchsorted(np.sort(made), made, "left") + np.searchsorted(np.sort(made), made, "right")
    shown = ranks / len(made) if scale == "ordinal" else made  # an effect on ranks is P(higher) - P(lower)
    judged(answer, float(shown[has].mean() - shown[~has].mean()))
    named = {"binary": "log odds ratio", "count": "log rate ratio", "ordinal": "log odds ratio of a higher level"}
    beside = [one for one in answer.evidence["companions"] if one["label"].endswith(named[scale])]
    shown = gainline("evaluate", f"{scale}s", "-w", district.workspace.root).out
    if scale != "count":
        assert f"{answer.effect[0]:+.2f}" in shown  # a tenth would say nothing of a share
    wanted = 0.3 if scale == "count" else 0.5
    assert beside[0]["low"] < wanted < beside[0]["high"]
    redone(answer, tmp_path / "redo")
