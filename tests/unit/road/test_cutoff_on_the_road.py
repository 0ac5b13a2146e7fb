"""A cutoff plan through the real road: files, import, frame, evidence."""

from __future__ import annotations

import csv
import tomllib
from datetime import date

import numpy as np
import pytest

from evidence_frames import carried
from gainline.engine.evidence import evaluate
from gainline.engine.evidence.rating import WITHOUT
from gainline.engine.indicators import load_catalogue
from gainline.engine.pilots.plan import Plan
from gainline.engine.worlds.over_time import OverTimeSpec, build_over_time, plan_of, write_over_time
from gainline.road.framing import build_frame
from gainline.road.importing import import_files
from gainline.road.workspace import Workspace

WORLD = build_over_time(OverTimeSpec(schools=8, per_grade=40), seed=12)
EFFECT, CUTOFF = 6.0, 195.0


def write_cutoff(folder) -> None:
    """Everybody below the cutoff in the fall is assigned the tool; the spring shows it."""
    incoming = folder / "incoming"
    with (incoming / "results-reading.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["form"] == "sep"]
    rng = np.random.default_rng(5)
    results, assigned = [], []
    for row in rows:
        fall = 200 + rng.normal(0, 12)
        has = fall < CUTOFF
        spring = 205 + 0.7 * (fall - 200) + EFFECT * has + rng.normal(0, 5)
        for form, score, day in (("fall", fall, "2025-09-11"), ("spring", spring, "2026-05-04")):
            results.append([row["student_id"], row["school"], "screen", form, f"{score:.3f}", day])
        arm = "tool" if has else "usual"
        assigned.append(["cutoff-2025", "student", row["student_id"], arm, "", "chosen", "2025-09-15"])
    for path in [incoming / "results-reading.csv", *incoming.glob("assignments-*.csv")]:
        path.unlink()
    header = ["student_id", "school", "assessment", "form", "score", "taken_on"]
    write(incoming / "results-screen.csv", header, results)
    columns = ["pilot", "unit", "unit_id", "arm", "block", "how", "assigned_on"]
    write(incoming / "assignments-cutoff.csv", columns, assigned)


def write(path, header, rows) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def cutoff_plan() -> Plan:
    value = tomllib.loads(plan_of(WORLD.spec))
    value |= {
        "key": "cutoff-2025",
        "design": {
            "kind": "cutoff",
            "unit": "student",
            "cluster": "student",
            "cutoff": {"score": "fall", "at": CUTOFF, "tool_side": "below"},
        },
        "comparison": {"tool_arm": "below 195", "usual_arm": "195 or more", "assigned_by": "assignment"},
        "covariates": [{"key": "fall", "label": "Fall", "from": {"result": "screen", "forms": ["fall"]}}],
        "outcomes": [
            {
                "key": "spring",
                "label": "Spring",
                "role": "primary",
                "domain": "literacy",
                "unit": "points",
                "from": {"result": "screen", "forms": ["spring"]},
            }
        ],
        "subgroups": [],
        "placebos": [],
    }
    value["hypothesis"]["measure"] = "spring"
    value["decision"] = {
        key: said for key, said in value["decision"].items() if key not in {"guardrails", "also", "prior"}
    }
    return Plan.model_validate(value)


@pytest.fixture(scope="module")
def frame(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cutoff")
    write_over_time(WORLD, folder)
    write_cutoff(folder)
    workspace = Workspace.create(folder / "home")
    import_files(workspace, [folder / "incoming"], as_of=date(2026, 5, 10))
    with workspace.lake.reading(workspace.lake.head()) as reading:
        return build_frame(cutoff_plan(), reading, load_catalogue([])[0]).frame


def test_files_become_a_frame_in_which_the_score_decides(frame):
    score = frame.numbers["fall"]
    known = ~np.isnan(score)
    assert len(frame) > 300
    np.testing.assert_array_equal(frame.tool[known], score[known] < CUTOFF)


def test_the_effect_at_the_cutoff_comes_back_from_the_files(frame):
    evidence = evaluate(cutoff_plan(), frame, **carried())
    primary = evidence.estimates[0]
    assert primary.low < EFFECT < primary.high
    assert primary.low > 0.0
    assert evidence.rating.label != WITHOUT  # no covariate beside the score was registered, so continuity is not shown
