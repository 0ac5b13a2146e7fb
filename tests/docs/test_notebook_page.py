"""The notebook page does what it says: its blocks run, in their order, in a folder of the tiny district's files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from gainline.engine.worlds import INCOMING, build, tiny, write
from terminal import gainline

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorials" / "in-a-notebook.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
VERDICTS = ("adopt:", "adapt:", "stop:", "not enough evidence:")


def test_the_road_from_files_to_verdict_takes_at_most_ten_lines() -> None:
    lines = [line for line in BLOCKS[0].splitlines() if line.strip()]
    assert lines[0] == "import gainline as gl"
    assert len(lines) <= 10


def test_the_page_runs_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(build(tiny(), seed=5), tmp_path / "files")
    assert gainline("init", "riverbend").code == 0
    shutil.move(tmp_path / "files" / INCOMING, tmp_path / "incoming")
    shutil.copytree(tmp_path / "files", tmp_path / "riverbend", dirs_exist_ok=True)
    names: dict[str, object] = {}
    exec(compile(BLOCKS[0], str(PAGE), "exec"), names)
    said = capsys.readouterr().out
    assert said.startswith(VERDICTS)
    assert (tmp_path / "redo" / "redo.py").exists()
    for block in BLOCKS[1:]:
        exec(compile(block, str(PAGE), "exec"), names)
    said = capsys.readouterr().out
    assert said.startswith("randomized ")
    assert "Taken together, 3 pilots" in said
