"""From a district's files to the evidence of schools that took a tool up in waves."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from gainline.engine.worlds.over_time import PILOT, OverTimeSpec, build_over_time, write_over_time
from gainline.road.evaluating import evaluate_plan
from gainline.road.importing import import_files
from gainline.road.registering import register_plan
from gainline.road.workspace import Workspace

PARTS = ("estimates", "events", "checks", "gaps", "balance", "rating", "verdict", "limits")


@pytest.mark.parametrize("kind", ["differences", "stepped_wedge"])
def test_the_road_leads_from_files_to_a_verdict(kind: str, tmp_path: Path) -> None:
    world = build_over_time(OverTimeSpec(kind=kind, per_grade=24), seed=8)
    write_over_time(world, tmp_path)
    workspace = Workspace.create(tmp_path / "home")
    plan = tmp_path / "home" / "plans" / f"{PILOT}.toml"
    shutil.copy(tmp_path / "plans" / f"{PILOT}.toml", plan)
    register_plan(workspace, plan, as_of=date(2025, 9, 2))
    import_files(workspace, [tmp_path / "incoming"], as_of=date(2026, 5, 10))
    first = evaluate_plan(workspace, plan)
    estimate = first.evidence["estimates"][0]
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert estimate["low"] <= truth["compared"] <= estimate["high"]
    assert first.evidence["events"]
    assert first.evidence["gaps"][0]["subgroup"] == "by_income"
    assert first.evidence["verdict"]["word"]
    again = evaluate_plan(workspace, plan).evidence
    assert {part: again[part] for part in PARTS} == {part: first.evidence[part] for part in PARTS}
