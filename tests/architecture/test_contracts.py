"""The floors hold, and each contract catches a fault that is planted for it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from architecture.source import PACKAGE, ROOT

FAULTS = {
    # contract -> planted files; the first module must be named in the contract's report
    "The floors: imports run downwards only": {
        "engine/ledger/planted_up.py": "from __future__ import annotations\n"
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import gainline.road\n",  # a type-only import counts
    },
    "The engine's inner floors": {
        "engine/intake/planted_sibling.py": "import gainline.engine.indicators\n",
    },
    "The engine knows no web, terminal or network": {
        "engine/pilots/planted_terminal.py": "import typer\n",
    },
    "Django stays with the web application": {
        "road/planted_rows.py": "import django\n",
    },
    "Only the store and the services know the tables": {
        "web/planted_table.py": "import gainline.store.models\n",
    },
    "Slices of pages are independent of each other": {
        "web/pages/week/planted_neighbor.py": "import gainline.web.pages.health\n",
    },
    "engine.core is the standard library alone": {
        "engine/core/planted_array.py": "import numpy\n",
    },
    "Rich stays in the console module": {
        "cli/offline/planted_color.py": "import rich\n",
    },
    "No circles among siblings": {
        "engine/records/planted_one.py": "import gainline.engine.records.planted_two\n",
        "engine/records/planted_two.py": "import gainline.engine.records.planted_one\n",
    },
}
COMMAND = "from importlinter.cli import lint_imports_command as run; run()"


def lint(source: Path) -> tuple[int, str]:
    environment = {**os.environ, "PYTHONPATH": str(source), "NO_COLOR": "1", "COLUMNS": "200"}
    words = [sys.executable, "-c", COMMAND, "--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    done = subprocess.run(words, cwd=source.parent, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def contract_names() -> list[str]:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [contract["name"] for contract in configuration["tool"]["importlinter"]["contracts"]]


def test_every_contract_has_a_fault_planted_for_it():
    assert sorted(contract_names()) == sorted(FAULTS), "a contract that never caught anything is a hope: plant a fault"


def test_the_floors_hold():
    code, report = lint(PACKAGE.parent)
    assert code == 0, report


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> str:
    """The report over a copy of the source in which every fault is planted."""
    source = tmp_path_factory.mktemp("planted") / "src"
    shutil.copytree(PACKAGE, source / "gainline", ignore=shutil.ignore_patterns("__pycache__", "*.toml", "*.html"))
    for files in FAULTS.values():
        for name, text in files.items():
            (source / "gainline" / name).write_text(text, encoding="utf-8")
    code, report = lint(source)
    assert code != 0
    return report


@pytest.mark.parametrize("contract", FAULTS)
def test_a_contract_catches_the_fault_planted_for_it(planted, contract):
    assert re.search(rf"^{re.escape(contract)} BROKEN", planted, flags=re.MULTILINE), planted
    module = next(iter(FAULTS[contract])).removesuffix(".py").rpartition("/")[2]
    broken = planted[planted.index("Broken contracts") :]
    start = broken.index(f"\n{contract}\n")
    others = [broken.find(f"\n{other}\n", start + 1) for other in FAULTS]
    end = min([place for place in others if place > 0], default=len(broken))
    assert module in broken[start:end]


def test_a_room_that_is_on_no_floor_is_caught(tmp_path):
    source = tmp_path / "src"
    shutil.copytree(PACKAGE, source / "gainline", ignore=shutil.ignore_patterns("__pycache__", "*.toml", "*.html"))
    (source / "gainline" / "engine" / "planted_room").mkdir()
    (source / "gainline" / "engine" / "planted_room" / "__init__.py").write_text("", encoding="utf-8")
    code, report = lint(source)
    assert code != 0
    assert "planted_room" in report
