"""A cluster of a master and two workers gives the numbers that one machine gives, and the evidence to the last byte."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from terminal import gainline

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS = 3600

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all((ROOT / ".venv-spark" / f"{name}.stamp").exists() for name in ("cluster", "spark")),
        reason="Spark is not set up here: python3 run.py cluster",
    ),
    pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java, which a Spark cluster needs"),
]


def on_cluster(*words: object) -> subprocess.CompletedProcess[str]:
    """A command run on a cluster of its own, by the client without Java."""
    command = [sys.executable, str(ROOT / "run.py"), "cluster", "--", *map(str, words)]
    environment = {key: value for key, value in os.environ.items() if key != "GAINLINE_ENGINE"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
    )


def test_every_indicator_gives_the_same_numbers_on_both_engines() -> None:
    ran = on_cluster("python", "benchmarks/engines.py", "--events", 20_000)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]
    shipped = len(list((ROOT / "src" / "gainline" / "engine" / "indicators" / "library").glob("*.toml")))
    assert f"{shipped} indicators: all equal" in ran.stdout


def test_a_cycle_that_is_evaluated_on_spark_is_the_very_one_that_the_ledger_holds(evaluated: Path) -> None:
    plan, evidence = evaluated / "plans" / "lumen-reading.toml", evaluated / "evidence" / "lumen-reading.json"
    before = evidence.read_bytes()
    evidence.unlink()
    ran = on_cluster("python", "-m", "gainline.cli.app", "evaluate", plan, "-w", evaluated)
    assert ran.returncode == 0, ran.stderr[-4000:]
    assert evidence.read_bytes() == before
    here = gainline("indicators", "measure", "adoption", "--by", "grade", "-w", evaluated, "--format", "json")
    words = ("indicators", "measure", "adoption", "--by", "grade", "-w", evaluated, "--format", "json")
    there = on_cluster("python", "-m", "gainline.cli.app", *words)
    assert json.loads(there.stdout) == json.loads(here.out)
