"""What is written down is true: examples run, links lead somewhere, dependencies say what for."""

from __future__ import annotations

import doctest
import importlib
import re
from urllib.parse import unquote

import pytest

from architecture.source import ROOT, committed, modules

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"```.*?```", flags=re.DOTALL)
DECISION_LINES = 60
DECISION_PARTS = ["Context", "Decision", "Rejected", "Consequences", "What would change our mind"]


def names() -> list[str]:
    dotted = [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in modules()]
    return ["gainline" if name == "__init__" else f"gainline.{name}" for name in dotted]


@pytest.mark.parametrize("name", names())
def test_the_examples_of_a_module_run(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_every_dependency_says_what_for():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text[text.index("dependencies = [") : text.index("\n]", text.index("dependencies = ["))]
    lines = block.splitlines()[1:]
    assert lines
    assert [line for line in lines if not re.search(r'^  "[^"]+",\s+# \w', line)] == []


def test_every_relative_link_leads_to_a_file():
    broken = []
    for path in (path for path in committed() if path.suffix == ".md"):
        text = FENCE.sub("", path.read_text(encoding="utf-8"))
        for target in LINK.findall(text):
            file = unquote(target.partition("#")[0])
            if file and ":" not in file and not (path.parent / file).exists():
                broken.append(f"{path.relative_to(ROOT).as_posix()}: {target}")
    assert broken == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_is_short_and_whole(path):
    text = path.read_text(encoding="utf-8")
    assert re.match(r"\d{4}-[a-z0-9-]+$", path.stem)
    assert text.count("\n") <= DECISION_LINES
    assert [part for part in DECISION_PARTS if f"\n## {part}" not in text] == []


def test_decisions_are_numbered_without_gap_or_double():
    numbers = sorted(int(path.stem[:4]) for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
