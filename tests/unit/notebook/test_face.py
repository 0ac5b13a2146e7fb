"""The library's face: small, lazy, and the whole main job in a few lines."""

import subprocess
import sys
from pathlib import Path

import pytest

import gainline as gl
from gainline.engine.core.errors import Missing
from gainline.engine.privacy import Audience
from gainline.engine.privacy.rows import release_rows
from gainline.road.showing.riverbend import show_riverbend


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook") / "riverbend"
    show_riverbend(folder)
    return gl.open_district(folder)


@pytest.fixture(scope="module")
def answer(district):
    return district.evaluate("lumen-reading")


def test_the_face_has_at_most_25_names_and_every_one_loads():
    assert len(gl.__all__) <= 25
    assert all(getattr(gl, name) is not None for name in gl.__all__)
    with pytest.raises(AttributeError, match="it has"):
        gl.nothing_of_ours  # noqa: B018


def test_importing_the_face_loads_nothing_heavy():
    script = (
        "import sys, gainline; print(sorted({'numpy', 'scipy', 'pyarrow', 'duckdb', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_answer_prints_its_verdict_effect_and_rating(answer):
    assert answer.verdict == "adapt"
    effect, low, high = answer.effect
    assert low < effect < high
    assert "adapt" in str(answer)
    assert "Meets WWC Standards" in str(answer)
    shown = answer._repr_html_()
    assert "<h3>" in shown
    assert "<table>" in shown


def test_every_part_of_an_answer_is_a_tidy_table(answer):
    estimates = answer.table()
    assert estimates.num_rows == len(answer.evidence["estimates"])
    assert {"effect", "low", "high", "tool_analyzed"} <= set(estimates.column_names)
    assert answer.table("groups").num_rows == len(answer.evidence["groups"])
    with pytest.raises(Missing, match="no table"):
        answer.table("feelings")


def test_a_chart_stands_alone_with_its_finding_and_fixed_colors(answer):
    chart = answer.chart()
    assert "var(--" not in chart.svg
    assert chart.title in chart._repr_html_()
    assert chart.rows
    with pytest.raises(Missing, match="RP004"):
        answer.chart("pie")


@pytest.mark.parametrize("key", ["lumen-reading", "math-quest"])
def test_the_exported_script_finds_the_main_figure_without_gainline(district, tmp_path, key):
    redo = district.evaluate(key).export(tmp_path)
    done = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "redo.py")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "equal" in done.stdout
    assert "gainline" not in (tmp_path / "redo.py").read_text().replace("Gainline", "")
    assert (tmp_path / "rows.csv").stat().st_mode & 0o077 == 0
    assert redo.students == (tmp_path / "rows.csv").read_text().count("\n") - 1
    assert (tmp_path / "estimates.csv").exists()


def test_exported_rows_carry_no_key_and_no_school(district, tmp_path):
    frame = district.frame("lumen-reading")
    district.evaluate("lumen-reading").export(tmp_path)
    text = (tmp_path / "rows.csv").read_text()
    assert not any(str(key) in text for key in frame.keys[:200])
    assert not any(str(school) in text for school in set(frame.school))


def test_rows_are_refused_to_everybody_but_the_analyst():
    columns = {"outcome": [1.0, 2.0], "label": ["=1+1", "fine"]}
    for audience in (Audience.PUBLIC, Audience.STAFF):
        assert release_rows(columns, audience=audience).code == "PR020"
    rows = release_rows(columns, audience=Audience.ANALYST)
    assert "'=1+1" in {cell for row in rows.rows for cell in row}


def test_a_new_folder_becomes_a_district(tmp_path):
    fresh = gl.open_district(tmp_path / "ours")
    assert (Path(fresh.workspace.root) / "gainline.toml").exists()
    assert gl.open_district(tmp_path / "ours").workspace.settings == fresh.workspace.settings
    assert "<table>" in fresh._repr_html_()
