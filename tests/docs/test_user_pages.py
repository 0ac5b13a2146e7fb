"""The pages for users hold: their commands exist and run, their profile can be read."""

from __future__ import annotations

import re
import shlex
import textwrap
from pathlib import Path

import pytest
import typer

from gainline.cli.app import app
from gainline.engine.indicators import load_catalogue
from gainline.engine.intake import parse_profile
from gainline.engine.worlds import INCOMING, build, tiny, write
from terminal import gainline

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*(ROOT / "docs" / "tutorials").glob("*.md"), *(ROOT / "docs" / "how-to").glob("*.md")])
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^ *```", flags=re.DOTALL | re.MULTILINE)


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    return [textwrap.dedent(text) for _, name, text in found if name == language]


def commands(page: Path) -> list[list[str]]:
    """The words of every `gainline` command on the page, without what it is redirected to or run by."""
    lines = [line.partition(" > ")[0] for block in blocks(page, "sh") for line in block.splitlines()]
    lines = [line.removeprefix("python3 run.py ") for line in lines]
    return [shlex.split(line)[1:] for line in lines if line.startswith("gainline ")]


def _takes(words: list[str]) -> bool:
    """Tell whether a command with these words exists and knows every option."""
    command = typer.main.get_command(app)
    rest = list(words)
    while rest and rest[0] in getattr(command, "commands", {}):
        command = command.commands[rest.pop(0)]
    known = {name for option in command.params for name in option.opts}
    return not getattr(command, "commands", {}) and {word for word in rest if word.startswith("-")} <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_page_exists_with_its_options(page: Path) -> None:
    assert commands(page)
    assert [words for words in commands(page) if not _takes(words)] == []


def test_every_profile_of_the_page_is_sound() -> None:
    for text in blocks(ROOT / "docs" / "how-to" / "write-a-profile.md", "toml"):
        profile, issues = parse_profile(text, file="page.toml")
        assert profile is not None
        assert issues == []


def test_the_profile_of_the_page_reads_a_file_like_the_vendors(tmp_path: Path) -> None:
    text, *_ = blocks(ROOT / "docs" / "how-to" / "write-a-profile.md", "toml")
    profile, issues = parse_profile(text, file="word_garden.toml")
    assert issues == []
    assert profile is not None
    assert gainline("init", tmp_path / "home").code == 0
    (tmp_path / "home" / "profiles" / "word_garden.toml").write_text(text)
    usage = tmp_path / "word-garden-2026-03.csv"
    usage.write_text("Learner ID,Email,Activity Date,Active Minutes,Campus\n1001,a@b.example,03/02/2026,17,Oak\n")
    ran = gainline("import", "--preview", usage, "-w", tmp_path / "home", "--as-of", "2026-03-03", "--format", "csv")
    assert ran.code == 0, ran.err
    assert "word_garden" in ran.out


def test_the_indicator_of_the_page_is_sound_and_every_shape_is_on_it(tmp_path: Path) -> None:
    page = ROOT / "docs" / "how-to" / "add-an-indicator.md"
    [text] = blocks(page, "toml")
    (tmp_path / "own.toml").write_text(text)
    catalogue, issues = load_catalogue([tmp_path])
    assert issues == []
    assert catalogue["our_weekly_plan"].needs_window
    shapes = {indicator.compute.shape for indicator in catalogue.values()}
    assert {shape for shape in shapes if f"`{shape}`" not in page.read_text(encoding="utf-8")} == set()


def test_the_tutorial_can_be_walked_from_its_second_step_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a tiny district in place of the demo's, since the first step alone takes a minute."""
    monkeypatch.chdir(tmp_path)
    write(build(tiny(), seed=5), tmp_path / "files")
    assert gainline("init", "demo").code == 0
    for name in ("gainline.toml", "profiles/lumen-reading.toml", "plans/lumen-reading.toml"):
        (tmp_path / "demo" / name).write_bytes((tmp_path / "files" / name).read_bytes())
    gainline("import", tmp_path / "files" / INCOMING / "oneroster", "-w", "demo", "--as-of", "2025-09-29")
    gainline("plan", "register", "lumen-reading", "-w", "demo", "--as-of", "2025-10-01")
    gainline("import", tmp_path / "files" / INCOMING, "-w", "demo", "--as-of", "2026-06-08")
    for words in commands(ROOT / "docs" / "tutorials" / "first-brief.md")[1:]:
        ran = gainline(*words)
        assert ran.code == 0, f"{words}: {ran.err}"
