"""The main job on a real online school: no score from before, so no answer, and the brief says why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gainline.cli.app import app
from gainline.engine.pilots import check_plan, parse_plan
from gainline.engine.worlds import K12_PLAN, plan_text
from gainline.road.showing import Shown, show_k12_online
from gainline.road.showing.k12_online import READ_ON
from shared_data import shared


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return show_k12_online(tmp_path_factory.mktemp("k12") / "demo", shared("dataedu_k12_online"))


@pytest.fixture
def evidence(shown: Shown) -> dict[str, Any]:
    return shown.evaluations[0].evidence


def test_the_plan_can_be_registered_and_what_it_lacks_is_said():
    text = plan_text(K12_PLAN)
    plan, issues = parse_plan(text, file="plan.toml")
    assert plan is not None
    assert issues == []
    found = check_plan(plan, file="plan.toml", text=text, as_of=READ_ON, indicators=["time_on_task_minutes"])
    assert {issue.level.value for issue in found} == {"warning"}
    assert "PL045" in {issue.code for issue in found}  # no baseline


@pytest.mark.shared_data
def test_every_row_of_the_school_is_accounted_for(shown: Shown):
    assert shown.imports[0].rows == {"read": 31_411, "loaded": 0, "repaired": 31_389, "rejected": 22}


@pytest.mark.shared_data
def test_without_a_score_from_before_there_is_not_enough_evidence(evidence: dict[str, Any]):
    assert evidence["verdict"]["word"] == "not enough evidence"
    assert evidence["rating"]["label"] == "Does Not Meet WWC Standards"
    steps = {step["step"]: step["result"] for step in evidence["rating"]["steps"]}
    assert steps["Baseline equivalence"] == "does not meet: baseline equivalence cannot be shown"


@pytest.mark.shared_data
def test_the_naive_figure_stands_beside_and_the_placebo_is_looked_at(evidence: dict[str, Any]):
    naive = evidence["naive"]
    assert (naive["split"], naive["n_users"], naive["n_others"]) == ("amount", 161, 141)
    primary = evidence["estimates"][0]
    assert [(arm["arm"], arm["assigned"], arm["analyzed"]) for arm in primary["counts"]] == [
        ("tool", 161, 161),
        ("usual", 154, 141),
    ]
    placebo = next(check for check in evidence["checks"] if check["key"] == "placebo")
    assert not placebo["flag"]
    raised = {check["key"] for check in evidence["checks"] if check["flag"]}
    assert raised == {"composition", "spread"}


@pytest.mark.shared_data
def test_minutes_of_a_whole_term_count_for_each_of_its_weeks(evidence: dict[str, Any]):
    funnel = evidence["funnel"]
    assert (funnel["enrolled"], funnel["used"], funnel["dosed"]) == (161, 161, 157)


@pytest.mark.shared_data
def test_the_brief_says_that_this_comparison_cannot_tell(shown: Shown):
    page = shown.briefs[0].read_text(encoding="utf-8")
    assert "this comparison cannot tell whether it helps" in page
    assert "Online science school" in page
    assert json.loads((shown.workspace / "evidence" / f"{K12_PLAN}.json").read_text(encoding="utf-8"))


def test_two_data_sets_at_once_are_refused(tmp_path: Path):
    ran = CliRunner().invoke(app, ["demo", str(tmp_path / "d"), "--oulad", str(tmp_path), "--k12", str(tmp_path)])
    assert ran.exit_code != 0
    assert not (tmp_path / "d").exists()
