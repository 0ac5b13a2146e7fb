"""The generated reference pages say what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["cli.md", "data-dictionary.md", "indicators.md", "asvs.md", "permissions.md"])
def test_a_generated_page_is_fresh(name: str) -> None:
    stale = "this page is stale; write it again with: python3 run.py docs"
    assert (DOCS / "reference" / name).read_text(encoding="utf-8") == _generator().pages()[name], stale
