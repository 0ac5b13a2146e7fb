"""Papers about data from a workspace's own files, at the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from gainline.engine.core.errors import DataIssues, Missing, UserFixable
from gainline.road.agreeing import agreement_named, read_agreement, read_agreements
from gainline.road.workspace import Workspace
from terminal import gainline

AGREED = """
holder = "Lumen Learning"
tool = "Lumen Reading"
tool_key = "lumen-reading"
kind = "school-official"
purposes = ["operating-the-tool", "evaluating-tools"]
elements = ["pseudonym", "grade-level", "use"]
starts = 2025-08-01
ends = 2026-07-31
destroy_by = 2026-10-31
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    workspace = Workspace.create(tmp_path / "home", settings_text='[district]\nname = "Riverbend"\n')
    (workspace.folder("agreements") / "lumen.toml").write_text(AGREED, encoding="utf-8")
    return workspace.root


def test_each_paper_is_printed_and_says_the_same_again(home: Path, tmp_path: Path) -> None:
    where = ("--workspace", str(home))
    exhibit = gainline("privacy", "exhibit-b", "lumen", "--as", "csv", *where)
    assert "schedule,Enrollment,Grade level,Grade,Yes" in exhibit.out
    first = gainline("privacy", "dpia", *where).out
    assert first == gainline("privacy", "dpia", *where).out
    assert "students.race_ethnicity" in first
    page = tmp_path / "familias.html"
    gainline(
        "privacy",
        "transparency",
        "--language",
        "es",
        "--as",
        "html",
        "--as-of",
        "2026-06-09",
        "--out",
        str(page),
        *where,
    )
    text = page.read_text(encoding="utf-8")
    assert '<html lang="es">' in text
    assert "Lumen Learning" in text
    assert "Pida al distrito la lista" in text, "no breach is denied where none would be known"


def test_an_agreement_that_nobody_wrote_is_missing(home: Path) -> None:
    with pytest.raises(Missing, match="no agreement other"):
        agreement_named(Workspace.open(home), "other")
    assert list(read_agreements(Workspace.open(home))) == ["lumen"]


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (('holder = "Lumen Learning"', ""), UserFixable, "PR086.*holder"),
        (('tool = "Lumen Reading"', "tool = 3"), UserFixable, "PR086.*another kind"),
        (("operating-the-tool", "selling"), UserFixable, "PR086.*selling"),
        (("= 2025-08-01", "= tomorrow"), UserFixable, "PR086.*not TOML"),
        (("grade-level", "aura"), DataIssues, "PR074"),
        (("2026-10-31", "2026-01-31"), DataIssues, "PR076"),
    ],
)
def test_a_faulty_agreement_says_where(home: Path, change: tuple[str, str], error: type[Exception], says: str) -> None:
    path = home / "agreements" / "lumen.toml"
    path.write_text(AGREED.replace(*change), encoding="utf-8")
    with pytest.raises(error, match=says):
        read_agreement(path)
