"""What everybody reads of a measurement: bands, three digits, and nothing that differs from before by a few."""

from __future__ import annotations

from datetime import date

import pytest

from gainline.engine.indicators import load_catalogue
from gainline.road.measuring import Measured
from gainline.road.measuring_publicly import OF, release_measured
from gainline.road.releases import released_of
from gainline.road.workspace import Workspace

CATALOGUE = load_catalogue([])[0]
DAY = date(2026, 2, 1)


@pytest.fixture
def home(tmp_path):
    return Workspace.create(tmp_path / "home")


def ask(home, key, rows, by=("grade",), where=None):
    full = [{"missing": 0, **row} for row in rows]
    return release_measured(home, Measured(CATALOGUE[key], by, full), where, on=DAY)


def grades(*pairs):
    return [{"grade": f"0{place}", "value": value, "n": n} for place, (value, n) in enumerate(pairs, start=3)]


def test_a_share_of_students_is_told_as_a_band_and_other_values_in_three_digits(home):
    shares = ask(home, "adoption", grades((0.5, 200), (0.25, 400)))
    assert [(row["value"], row["n"], row["note"]) for row in shares] == [(None, 200, "50 to 55 %"), (None, 400, "25 %")]
    minutes = ask(home, "minutes_per_week", grades((31.4159, 200), (2.71828, 400)))
    assert [row["value"] for row in minutes] == [31.4, 2.72]


def test_nobody_measured_releases_nothing(home):
    assert ask(home, "adoption", []) == []
    assert list(released_of(home, OF)) == []


def test_a_small_group_has_no_value_and_the_note_says_why(home):
    small, large = ask(home, "minutes_per_week", grades((30.0, 4), (20.0, 300)))
    assert (small["value"], small["n"]) == (None, None)
    assert small["note"].startswith("too few to show")
    assert large["n"] != 300 or large["value"] == 20.0


def test_the_same_question_is_entered_once_and_answered_alike(home):
    first, again = (ask(home, "minutes_per_week", grades((30.0, 200), (20.0, 300))) for _ in range(2))
    assert first == again
    assert len(list(released_of(home, OF))) == 1


@pytest.mark.parametrize("few", [-9, -1, 1, 9])
def test_a_few_newcomers_later_the_earlier_figures_stand(home, few):
    ask(home, "minutes_per_week", grades((30.0, 200), (20.0, 300)))
    rows = ask(home, "minutes_per_week", grades((30.2, 200 + few), (20.0, 300)))
    assert [(row["value"], row["n"]) for row in rows] == [(None, None)] * 2
    assert all("PR023" in row["note"] and DAY.isoformat() in row["note"] for row in rows)


def test_leaving_out_a_few_by_a_filter_gives_no_exact_count(home):
    ask(home, "minutes_per_week", [{"value": 30.0, "n": 200}], by=())
    [row] = ask(home, "adoption", [{"value": 0.5, "n": 197}], by=(), where={"english_learner": ["false"]})
    assert row["n"] is None


def test_students_without_a_row_are_spoken_of_without_a_count(home):
    [row] = ask(home, "minutes_per_week", [{"value": 30.0, "n": 200, "missing": 3}], by=())
    assert "some students without a row" in row["note"]
