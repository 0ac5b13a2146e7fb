"""The roadmap that the how-to page writes, as text and as read."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from gainline.engine.roadmap import read_roadmap

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "plan-a-roadmap.md"
FENCE = re.search(r"```toml\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), flags=re.DOTALL)
TEXT = textwrap.dedent("   " + FENCE[1].lstrip())


def roadmap_of(text: str = TEXT):
    roadmap, issues = read_roadmap(text, file="roadmap.toml")
    assert issues == []
    return roadmap


def codes(text: str) -> list[tuple[str, int | None]]:
    _, issues = read_roadmap(text, file="roadmap.toml")
    return [(issue.code, issue.line) for issue in issues]
