"""Plans as people write them: wrong. Each fault is named with its line, and nothing is locked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from terminal import gainline


def _swap(old: str, new: str) -> Callable[[str], bytes]:
    def change(text: str) -> bytes:
        assert old in text
        return text.replace(old, new, 1).encode()

    return change


WRONG: dict[str, tuple[Callable[[str], bytes], str | None]] = {
    "a misspelt key": (_swap("smallest_effect =", "smalest_effect ="), "smalest_effect ="),
    "a hypothesis without its reason": (_swap('because = "short', '# because = "short'), "[hypothesis]"),
    "a month that does not exist": (_swap("end = 2026-05-01", "end = 2026-13-01"), "end = 2026-13-01"),
    "a window that ends before it starts": (_swap("end = 2026-05-01", "end = 2024-05-01"), "[window]"),
    "an unknown table": (_swap("[deadline]", "[budget]\ncost = 1\n\n[deadline]"), "[budget]"),
    "a bracket that is not closed": (_swap("[hypothesis]", "[hypothesis"), "[hypothesis"),
    "a word for a number": (_swap("smallest_effect = 2.0", 'smallest_effect = "two"'), 'smallest_effect = "two"'),
    "a measure that is no outcome": (_swap('measure = "reading_spring"', 'measure = "spelling"'), "measure ="),
    "a table twice": (
        _swap("[deadline]", "[window]\nstart = 2025-10-06\n\n[deadline]"),
        "[window]\nstart = 2025-10-06\n\n[",
    ),
    "nothing at all": (lambda _: b"", None),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_plan_is_answered_with_the_line_and_a_remedy(
    fault: str, rostered: Path, district_files: Path, tmp_path: Path
) -> None:
    change, place = WRONG[fault]
    plan = tmp_path / "plan.toml"
    plan.write_bytes(change((district_files / "plans" / "lumen-reading.toml").read_text()))
    ran = gainline("plan", "check", plan, "-w", rostered, "--as-of", "2025-10-01", "--format", "json")
    assert ran.code == 10, ran.err
    issues = [issue for issue in json.loads(ran.out) if issue["level"] == "error"]
    assert all(issue["remedy"] for issue in issues)
    if place:
        text = plan.read_text()
        line = text.count("\n", 0, text.index(place)) + 1
        assert line in {issue["line"] for issue in issues}
    assert gainline("plan", "register", plan, "-w", rostered, "--as-of", "2025-10-01").code == 10
    assert not (rostered / "ledger.jsonl").exists()


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\xff\xfe", "key = 'x'".encode("utf-16")], ids=["binary", "utf-16"]
)
def test_what_is_no_text_is_said_to_be_none(content: bytes, rostered: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_bytes(content)
    for words in (("plan", "check"), ("plan", "register"), ("evaluate",)):
        ran = gainline(*words, tmp_path / "plan.toml", "-w", rostered)
        assert ran.code == 2
        assert "->" in ran.err
