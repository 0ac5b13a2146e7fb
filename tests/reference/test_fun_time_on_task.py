"""Four methods of time on task on an open course's statements, against minutes reckoned in plain Python."""

from __future__ import annotations

import gzip
import importlib.util
import itertools
import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest

from shared_data import shared

VIDEO = "https://w3id.org/xapi/video/extensions/"
BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "fun_time_on_task.py"


def benchmark():
    spec = importlib.util.spec_from_file_location("fun_time_on_task", BENCHMARK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def between_events(statements: list[dict], gap: int, cap: int) -> dict[str, float]:
    """Minutes between each learner's neighboring events, whole seconds, pauses beyond the gap left out."""
    moments = defaultdict(list)
    for one in statements:
        moments[one["actor"]["account"]["name"]].append(int(datetime.fromisoformat(one["timestamp"]).timestamp()))
    found = {}
    for who, seconds in moments.items():
        pauses = [later - sooner for sooner, later in itertools.pairwise(sorted(seconds))]
        found[who] = sum(min(pause, cap * 60) for pause in pauses if pause <= gap * 60) / 60
    return found


def stretches_played(statements: list[dict]) -> dict[str, float]:
    """Minutes of video that each learner played: per viewing the longest report, each moment once."""
    longest: dict[tuple, float] = defaultdict(float)
    for one in statements:
        text = one.get("result", {}).get("extensions", {}).get(f"{VIDEO}played-segments")
        if text is None:
            continue
        session = one["context"]["extensions"][f"{VIDEO}session-id"]
        ends = [tuple(map(float, part.split("[.]"))) for part in text.split("[,]") if "[.]" in part]
        marks = sorted(mark for begin, end in ends for mark in ((begin, 1), (end, -1)))
        played, depth = 0.0, 0
        for (moment, step), (later, _) in itertools.pairwise(marks):  # wherever at least one stretch is open
            depth += step
            played += (later - moment) if depth else 0.0
        key = (one["actor"]["account"]["name"], session, one["object"]["id"])
        longest[key] = max(longest[key], played / 60)
    found: dict[str, float] = defaultdict(float)
    for (who, *_), minutes in longest.items():
        found[who] += minutes
    return found


@pytest.mark.slow
@pytest.mark.shared_data
def test_four_methods_give_the_minutes_that_plain_python_gives(tmp_path: Path):
    path = shared("xapi_fun_video/statements.ndjson.gz")
    statements = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    learners = {one["actor"]["account"]["name"] for one in statements}
    plain = [between_events(statements, *limits) for limits in ((30, 5), (30, 30), (10, 10))]
    plain.append(stretches_played(statements))
    found = list(benchmark().minutes_by_method(path, tmp_path).values())
    for minutes, by_hand in zip(found, plain, strict=True):
        # Pseudonyms hide who is who, so the two are held against each other in order of size; sums differ by rounding.
        whole = sorted(by_hand.get(who, 0.0) for who in learners)
        assert sorted(minutes) == pytest.approx(whole, abs=1e-6)
    assert [round(float(minutes.sum()) / 60, 1) for minutes in found] == [725.9, 1463.3, 561.3, 266.5]
    assert [int((minutes > 0).sum()) for minutes in found] == [965, 965, 897, 1139]
