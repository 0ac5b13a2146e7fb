"""How fast are statements checked: ours beside plain json.loads, and beside Ralph's pydantic model where it is there.

Processor seconds of one process; all contenders take turns over the same statements, and each one's best round counts.

    python benchmarks/xapi.py statements.ndjson.gz --rounds 5
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import time
from collections.abc import Callable
from pathlib import Path

from pydantic_core import from_json

from gainline.engine.intake.xapi.fast import parse_statement

RALPH = "ralph.models.xapi.base.statements"
SLOWER = 10  # Ralph gets a tenth of the statements: its rate is the same, and the benchmark ends


def contenders() -> dict[str, tuple[Callable[[bytes], object], int]]:
    """Name -> the check of one statement, and by how much its share of the statements is smaller."""
    found: dict[str, tuple[Callable[[bytes], object], int]] = {
        "json.loads, no check": (json.loads, 1),
        "pydantic's parser, no check": (from_json, 1),
        "ours, parsed and checked": (parse_statement, 1),
    }
    try:
        model = importlib.import_module(RALPH).BaseXapiStatement
    except ImportError:
        print("Ralph (ralph-malph) is not importable here; our rate stands beside json.loads alone")
    else:
        found["Ralph's base model, from JSON"] = (model.model_validate_json, SLOWER)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    content = asked.file.read_bytes()
    content = gzip.decompress(content) if asked.file.suffix == ".gz" else content
    lines = [line for line in content.splitlines(keepends=True) if line.strip()]
    rivals = contenders()
    best = dict.fromkeys(rivals, float("inf"))
    for _ in range(asked.rounds):
        for name, (check, share) in rivals.items():
            some = lines[::share]
            begin = time.process_time()
            for line in some:
                check(line)
            best[name] = min(best[name], (time.process_time() - begin) / len(some))
    ours = best["ours, parsed and checked"]
    print(f"{len(lines):,} statements, {sum(map(len, lines)) / 1e6:.1f} MB")
    for name, seconds in best.items():
        print(f"{name:30} {1 / seconds:10,.0f} a CPU second; ours is {seconds / ours:5.1f} times as fast")


if __name__ == "__main__":
    main()
