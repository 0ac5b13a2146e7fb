"""Plans and frames with a cutoff, a series or one school, whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from evidence_frames import make_plan, texts
from gainline.engine.evidence.frame import Frame, Panel

FIRST_DAY = date(2023, 9, 4)


def periods(count: int, days: int = 28) -> list[dict[str, Any]]:
    starts = [FIRST_DAY + timedelta(days=days * place) for place in range(count)]
    return [
        {"key": f"p{place}", "days": {"start": start, "end": start + timedelta(days=days - 1)}}
        for place, start in enumerate(starts)
    ]


def cutoff_plan(**changes: Any):
    design = {
        "kind": "cutoff",
        "unit": "student",
        "cluster": "student",
        "cutoff": {"score": "fall", "at": 195.0, "tool_side": "below"},
    }
    return make_plan(**{"design": design, **changes})


def cutoff_frame(*, n: int = 3000, effect: float = 4.0, seed: int = 1, kept: float = 1.0) -> Frame:
    """The tool goes to everybody below 195 in the fall; `kept` is the share that the rule was kept for."""
    rng = np.random.default_rng(seed)
    frl = rng.random(n) < 0.4
    fall = 200 + rng.normal(0, 9, n) - 2 * frl
    side = fall < 195
    tool = np.where(rng.random(n) < kept, side, rng.random(n) < 0.5)
    score = 205 + 0.8 * (fall - 200) - 2 * frl + effect * tool + rng.normal(0, 4, n)
    score[rng.random(n) < 0.03] = np.nan
    lunch = texts(np.where(frl, "yes", "no"))
    names = texts([f"s{place % 12:02d}" for place in range(n)])
    return Frame(
        keys=np.arange(n, dtype=np.int64) * 3 + 1,
        tool=tool,
        unit=texts([f"p{place}" for place in range(n)]),
        cluster=texts([f"p{place}" for place in range(n)]),
        block=texts([""] * n),
        school=names,
        outcomes={"score": score, "quiz": 10 + 0.1 * (fall - 200) + rng.normal(0, 2, n)},
        numbers={"fall": fall},
        categories={"lunch": lunch},
        subgroups={"frl": lunch},
        used=tool,
        dosed=tool,
        dose=tool * 50.0,
    )


def over_time(kind: str, count: int, **changes: Any):
    design = {"kind": kind, "unit": "school", "cluster": "school", "periods": periods(count)}
    return make_plan(**{"design": design, **changes})


def students(n: int, tool: np.ndarray, seed: int) -> Frame:
    rng = np.random.default_rng(seed)
    lunch = texts(np.where(rng.random(n) < 0.4, "yes", "no"))
    names = texts([f"s{place % 20:02d}" for place in range(n)])
    return Frame(
        keys=np.arange(n, dtype=np.int64),
        tool=tool,
        unit=names,
        cluster=names,
        block=texts([""] * n),
        school=names,
        outcomes={"score": 60 + rng.normal(0, 10, n), "quiz": 10 + rng.normal(0, 2, n)},
        numbers={"fall": 60 + rng.normal(0, 10, n)},
        categories={"lunch": lunch},
        subgroups={"frl": lunch},
        used=tool,
        dosed=tool,
        dose=tool * 50.0,
    )


def panel(values: np.ndarray, first: list[int], *, names: list[str] | None = None) -> Panel:
    m, count = values.shape
    unit = texts(names or [f"s{place:02d}" for place in range(m)])
    days = tuple(FIRST_DAY + timedelta(days=28 * place) for place in range(count))
    keys = tuple(f"p{place}" for place in range(count))
    return Panel(keys, days, unit, unit, np.array(first, dtype=np.intp), values, np.where(np.isnan(values), 0.0, 80.0))


def series_frame(
    *, count: int = 36, start: int = 24, effect: float = 3.0, beside: bool = False, seed: int = 2
) -> Frame:
    rng = np.random.default_rng(seed)
    shared = rng.normal(0, 0.6, count)
    path = 60 + 0.1 * np.arange(count) + shared
    rows = [path + effect * (np.arange(count) >= start) + rng.normal(0, 0.3, count) for _ in range(3)]
    first = [start] * 3
    if beside:
        rows += [path - 2 + rng.normal(0, 0.3, count) for _ in range(4)]
        first += [count] * 4
    frame = students(400, np.arange(400) < (200 if beside else 400), seed)
    made = panel(np.array(rows), first)
    return replace(frame, panels={"score": made, "quiz": made})


def synthetic_frame(
    *, schools: int = 25, count: int = 18, start: int = 12, effect: float = 5.0, seed: int = 3
) -> Frame:
    rng = np.random.default_rng(seed)
    courses = rng.normal(size=(2, count)).cumsum(axis=1)
    donors = 60 + rng.normal(0, 3, (schools - 1, 1)) + rng.normal(1, 0.5, (schools - 1, 2)) @ courses
    donors += rng.normal(0, 0.4, donors.shape)
    own = 0.6 * donors[0] + 0.4 * donors[1] + rng.normal(0, 0.4, count) + effect * (np.arange(count) >= start)
    made = panel(np.vstack([own, donors]), [start] + [count] * (schools - 1))
    return replace(students(500, np.arange(500) % 20 == 0, seed), panels={"score": made, "quiz": made})
