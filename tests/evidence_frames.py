"""Small synthetic plans and frames whose truth is known, for the evidence room's tests."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from gainline.engine.core.context import RunContext
from gainline.engine.evidence.document import Funnel, Linkage, Provenance
from gainline.engine.evidence.frame import Frame
from gainline.engine.pilots.plan import Plan

CTX = RunContext(as_of=date(2026, 6, 1), seed=7)


def texts(values: Any) -> np.ndarray:
    held = np.empty(len(values), dtype=object)
    held[:] = list(values)
    return held


def plan_value(**changes: Any) -> dict[str, Any]:
    """A plan as its TOML says it, with some parts changed."""
    value: dict[str, Any] = {
        "format": "gainline-plan/1",
        "key": "fractions-pilot",
        "title": "Fractions tool in grade 4",
        "aim": "More students at grade level in mathematics",
        "question": "Does the tool raise fractions scores?",
        "hypothesis": {
            "change": "raise",
            "population": "grade 4",
            "measure": "score",
            "size": 3.0,
            "by": "2026-05-01",
            "because": "practice",
        },
        "tool": {"key": "fracto", "name": "Fracto", "minutes_per_week": 45},
        "population": {"describe": "grade 4"},
        "comparison": {"tool_arm": "gets Fracto", "usual_arm": "as usual", "assigned_by": "assignment"},
        "design": {"kind": "randomized", "unit": "school", "cluster": "school", "blocked": True, "draws": 499},
        "outcomes": [
            {
                "key": "score",
                "label": "Spring score",
                "role": "primary",
                "domain": "mathematics",
                "from": {"result": "map", "forms": ["spring"]},
                "unit": "points",
                "baseline": "fall",
            },
            {
                "key": "quiz",
                "label": "Quiz",
                "role": "secondary",
                "domain": "mathematics",
                "from": {"result": "quiz", "forms": ["end"]},
                "unit": "points",
            },
        ],
        "covariates": [
            {"key": "fall", "label": "Fall score", "from": {"result": "map", "forms": ["fall"]}},
            {"key": "lunch", "label": "Lunch", "from": {"field": "frl"}, "kind": "category"},
        ],
        "subgroups": [
            {
                "key": "frl",
                "label": "Lunch",
                "from": {"field": "frl"},
                "disadvantaged": ["yes"],
                "disadvantaged_label": "eligible",
                "others_label": "not eligible",
            }
        ],
        "smallest_effect": 1.0,
        "window": {"start": "2025-10-01", "end": "2026-03-31"},
        "decision": {"decider": "board", "adopt_means": "buy", "adapt_means": "change", "stop_means": "end"},
        "deadline": {"decide_by": "2026-06-01", "because": "notice"},
    }
    value.update(changes)
    return value


def make_plan(**changes: Any) -> Plan:
    return Plan.model_validate(plan_value(**changes))


def cluster_frame(
    *, schools: int = 24, size: int = 40, effect: float = 4.0, seed: int = 1, gap: float = 0.0, icc_sd: float = 1.5
) -> Frame:
    """Pair-blocked schools; SD of the outcome about 10."""
    rng = np.random.default_rng(seed)
    n = schools * size
    school = np.repeat(np.arange(schools), size)
    treated = np.zeros(schools, dtype=bool)
    for pair in range(0, schools, 2):
        treated[pair + int(rng.integers(2))] = True
    tool = treated[school]
    frl = rng.random(n) < 0.4
    ability = rng.normal(0, 8, n) - 3 * frl
    fall = 200 + ability + rng.normal(0, 3, n)
    shock = rng.normal(0, icc_sd, schools)[school]
    score = 205 + 0.9 * ability + shock + rng.normal(0, 4, n) + tool * (effect + gap * frl)
    score[rng.random(n) < 0.05] = np.nan
    quiz = 10 + 0.2 * ability + rng.normal(0, 2, n)
    dose = np.where(tool, rng.gamma(4, 12, n), 0.0)
    lunch = texts(np.where(frl, "yes", "no"))
    names = texts([f"s{code:02d}" for code in school])
    return Frame(
        keys=np.arange(n, dtype=np.int64) * 7 + 3,
        tool=tool,
        unit=names,
        cluster=names,
        block=texts([f"b{code // 2:02d}" for code in school]),
        school=names,
        outcomes={"score": score, "quiz": quiz},
        numbers={"fall": fall},
        categories={"lunch": lunch},
        subgroups={"frl": lunch},
        used=tool & (dose > 5),
        dosed=tool & (dose > 45),
        dose=dose,
    )


def volunteer_frame(*, schools: int = 20, size: int = 60, effect: float = 2.0, seed: int = 2) -> Frame:
    """Students choose the tool, the able more often; everything that drives the choice is measured."""
    rng = np.random.default_rng(seed)
    n = schools * size
    school = np.repeat(np.arange(schools), size)
    frl = rng.random(n) < 0.4
    ability = rng.normal(0, 8, n) - 3 * frl
    fall = 200 + ability + rng.normal(0, 3, n)
    tool = rng.random(n) < 1 / (1 + np.exp(-(-1.2 + 0.08 * (fall - 200) - 0.3 * frl)))
    score = 205 + 0.9 * (fall - 200) + rng.normal(0, 0.8, schools)[school] + rng.normal(0, 4, n) + tool * effect
    dose = np.where(tool, rng.gamma(4, 12, n), 0.0)
    lunch = texts(np.where(frl, "yes", "no"))
    names = texts([f"s{code:02d}" for code in school])
    return Frame(
        keys=np.arange(n, dtype=np.int64) * 5 + 1,
        tool=tool,
        unit=texts([f"p{place}" for place in range(n)]),
        cluster=names,
        block=texts([""] * n),
        school=names,
        outcomes={"score": score, "quiz": 10 + 0.2 * ability + rng.normal(0, 2, n)},
        numbers={"fall": fall},
        categories={"lunch": lunch},
        subgroups={"frl": lunch},
        used=tool,
        dosed=tool & (dose > 45),
        dose=dose,
    )


MATCHED = {
    "design": {"kind": "matched", "unit": "student", "cluster": "school"},
    "comparison": {
        "tool_arm": "used",
        "usual_arm": "did not",
        "assigned_by": "use",
        "use": {"from": {"indicator": "minutes"}, "at_least": 10},
    },
}


def carried() -> dict[str, Any]:
    """The parts of the document that other rooms fill."""
    return {
        "ctx": CTX,
        "provenance": Provenance("0" * 64, "2025-09-01", (), "1" * 64, (), "0", 7, "2026-06-01"),
        "funnel": Funnel(1000, 960, 400, 300, 9000.0, "USD", "45 minutes a week"),
        "linkage": Linkage(1000, 990, 500, 495),
    }
