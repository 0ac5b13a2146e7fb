"""No honest answer, no number: each refusal has its code, its reason and a remedy, and is documented."""

import re
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from evidence_frames import MATCHED, carried, cluster_frame, make_plan, plan_value, texts, volunteer_frame
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence import Frame, evaluate

FRAME, CHOSEN = cluster_frame(), volunteer_frame()
N = len(FRAME)


def cut(frame: Frame, keep) -> Frame:
    parts = {}
    for field in fields(frame):
        value = getattr(frame, field.name)
        is_column = isinstance(value, np.ndarray)
        if field.name in {"panels", "gaps", "assignment"}:
            continue
        parts[field.name] = value[keep] if is_column else {key: column[keep] for key, column in value.items()}
    return Frame(**parts)


def outcome(values) -> Frame:
    return replace(FRAME, outcomes={**FRAME.outcomes, "score": values})


def without_size():
    value = plan_value()
    del value["hypothesis"]["size"]
    return make_plan(hypothesis=value["hypothesis"])


def only_fall():
    return make_plan(covariates=plan_value()["covariates"][:1])


def first_tool(n):
    keep = ~FRAME.tool
    keep[np.flatnonzero(FRAME.tool)[:n]] = True
    return keep


RANDOM = make_plan()
CHOICE = make_plan(**MATCHED)
NARROW = make_plan(
    comparison=MATCHED["comparison"], design={**MATCHED["design"], "matching": {"caliper_sd": 1e-9, "exact": ["lunch"]}}
)
MAHALANOBIS = make_plan(
    comparison=MATCHED["comparison"], design={**MATCHED["design"], "matching": {"distance": "mahalanobis"}}
)
BY_STUDENT = make_plan(design={"kind": "randomized", "unit": "student", "cluster": "student", "draws": 199})
SEPARATED = replace(
    CHOSEN, numbers={"fall": np.where(CHOSEN.tool, 300.0, 100.0) + np.random.default_rng(0).normal(size=len(CHOSEN))}
)
COPIED = replace(FRAME, outcomes={**FRAME.outcomes, "score": 2.0 * FRAME.numbers["fall"] + 1.0})
FLAT = replace(CHOSEN, numbers={"fall": np.full(len(CHOSEN), 1.0)}, categories={"lunch": texts(["no"] * len(CHOSEN))})
EIGHT = cut(FRAME, np.r_[np.flatnonzero(FRAME.tool)[:4], np.flatnonzero(~FRAME.tool)[:4]])
EIGHT = replace(
    EIGHT, cluster=texts([f"p{place}" for place in range(8)]), unit=texts([f"p{place}" for place in range(8)])
)
SAYS_WHO = replace(FRAME, numbers={"fall": FRAME.tool.astype(float)})
CASES = [
    ("EV001", RANDOM, replace(FRAME, outcomes={"quiz": FRAME.outcomes["quiz"]})),
    ("EV002", RANDOM, replace(FRAME, tool=np.ones(N, dtype=bool))),
    ("EV002", RANDOM, replace(FRAME, tool=np.zeros(N, dtype=bool))),
    ("EV003", RANDOM, outcome(np.where(FRAME.tool, np.nan, FRAME.outcomes["score"]))),
    ("EV003", RANDOM, cut(FRAME, first_tool(3))),
    ("EV003", CHOICE, replace(CHOSEN, outcomes={**CHOSEN.outcomes, "score": np.full(len(CHOSEN), np.nan)})),
    ("EV004", RANDOM, outcome(np.full(N, 4.0))),
    ("EV005", RANDOM, replace(FRAME, tool=FRAME.school == "s00")),
    ("EV006", RANDOM, replace(FRAME, block=FRAME.school)),
    ("EV006", RANDOM, SAYS_WHO),
    ("EV007", BY_STUDENT, EIGHT),
    ("EV008", CHOICE, SEPARATED),
    ("EV009", NARROW, CHOSEN),
    ("EV010", RANDOM, replace(FRAME, numbers={})),
    ("EV010", RANDOM, replace(FRAME, numbers={"fall": np.full(N, np.nan)})),
    ("EV010", RANDOM, replace(FRAME, categories={"lunch": texts([None] * N)})),
    ("EV011", RANDOM, replace(FRAME, unit=texts(["one"] * N))),
    ("EV012", without_size(), FRAME),
    ("EV013", only_fall(), COPIED),
    ("EV014", RANDOM, cut(FRAME, np.zeros(N, dtype=bool))),
    ("EV014", RANDOM, replace(FRAME, used=FRAME.used[1:])),
    ("EV015", CHOICE, FLAT),
    ("EV015", MAHALANOBIS, FLAT),
    ("EV016", RANDOM, replace(FRAME, subgroups={})),
    ("EV150", RANDOM, replace(FRAME, keys=FRAME.keys // 14)),
]


@pytest.mark.parametrize(("code", "plan", "frame"), CASES)
def test_no_honest_answer_is_refused_with_a_reason_and_a_remedy(code, plan, frame):
    if code == "EV007":
        many = [{"key": f"x{place}", "label": "x", "from": {"attribute": f"x{place}"}} for place in range(8)]
        plan = make_plan(covariates=many, design=plan.design.model_dump(), outcomes=_without_baseline())
        rng = np.random.default_rng(1)
        frame = replace(frame, numbers={f"x{place}": rng.normal(size=len(frame)) for place in range(8)})
    refused = evaluate(plan, frame, **carried())
    assert isinstance(refused, Refusal), refused
    assert refused.code == code
    assert refused.because
    assert refused.remedy


def _without_baseline():
    value = plan_value()["outcomes"]
    del value[0]["baseline"]
    return value


def test_every_code_in_the_source_is_documented_and_every_documented_code_is_tested():
    root = Path(__file__).resolve().parents[3]
    source = "".join(path.read_text() for path in sorted((root / "src/gainline/engine/evidence").rglob("*.py")))
    used = set(re.findall(r'"(EV\d{3})"', source))
    page = (root / "docs/reference/codes/evidence.md").read_text()
    assert used == set(re.findall(r"^## (EV\d{3})", page, flags=re.MULTILINE))
    tests = "".join(path.read_text() for path in sorted((root / "tests").rglob("test_*.py")))
    assert {code for code in used if f'"{code}"' not in tests} == set()
    assert {code for code, _, _ in CASES} <= used
