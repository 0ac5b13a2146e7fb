"""From rows to figures: by hand on a few rows, and whether a bar is met."""

from dataclasses import replace
from math import isnan, sqrt

import numpy as np
import pytest

from gainline.engine.worlds.calibration import cells
from gainline.engine.worlds.calibration.cells import Bar
from gainline.engine.worlds.calibration.summary import Figure, summarize

LOT = cells()["lot-8-half"]


def row(**changes):
    value = {
        "refused": None,
        "truth": 1.5,
        "sd": 15.0,
        "luck": 0.0,
        "effect": 3.0,
        "std_error": 1.0,
        "low": 1.0,
        "high": 5.0,
        "p": 0.01,
        "df": 5.0,
        "p_randomization": 0.02,
        "q": 0.9,
        "word": "adopt",
        "rating": "Meets",
        "essa": "Tier 1",
        "looked": ["placebo"],
        "flags": [],
        "naive": [9.0, 8.0, 10.0],
        "gain": [0.0, -1.0, 1.0],
        "groups": [],
        "gaps": [],
    }
    return value | changes


def figures(rows, cell=LOT):
    return {figure.name: figure for figure in summarize(cell, rows).figures}


def test_the_figures_of_four_rows_are_those_of_a_hand():
    rows = [row(), row(effect=0.0, low=-1.0, high=1.0, p=0.9, word="stop"), row(), row(flags=["placebo"])]
    found = figures(rows)
    assert found["coverage"].value == 0.75
    assert found["coverage"].error == pytest.approx(sqrt(0.75 * 0.25 / 4))
    assert found["bias, luck included"].value == pytest.approx((3 * 0.1 - 0.1) / 4)
    assert found["rejection"].value == 0.75
    assert found["adopt"].value == 0.75
    assert found["naive bias"].value == pytest.approx(0.5)
    assert found["naive adopt"].value == 1.0
    assert found["flagged"].value == 0.25
    assert found["bracketed"].value == 0.75
    assert found["bracketed by the points alone"].value == 0.75


def test_worlds_without_an_answer_are_counted_by_code_and_leave_the_figures_alone():
    silent = {"refused": "EV003", "truth": 1.0, "sd": 15.0, "luck": 0.0}
    found = summarize(LOT, [row(), silent, silent])
    assert found.refused == (("EV003", 2),)
    assert found.worlds == 3
    assert found.figure("coverage").value == 1.0


def test_taking_the_luck_out_leaves_the_bias_and_shrinks_its_error():
    rng = np.random.default_rng(1)
    luck = rng.normal(0.0, 2.0, 400)
    rows = [row(luck=one, effect=1.5 + 0.3 + one + rng.normal(0.0, 0.2)) for one in luck]
    found = figures(rows)
    assert found["bias"].value == pytest.approx(0.02, abs=0.002)  # 0.3 points of 15
    assert found["bias"].error < 0.2 * found["bias, luck included"].error


def test_a_figure_that_a_bar_asks_for_and_nobody_can_give_is_not_met():
    found = figures([row(looked=[])], cell=replace(LOT, bars=(Bar("flagged", 0.8),)))
    assert isnan(found["flagged"].value)
    assert found["flagged"].met is False


def test_a_figure_close_to_its_bar_is_met_but_not_settled():
    bar = Bar("coverage", 0.935, 0.965)
    assert Figure("coverage", 0.950, 0.005, bar).settled
    close = Figure("coverage", 0.960, 0.005, bar)
    assert close.met
    assert not close.settled
    assert Figure("coverage", 0.5, 0.1).met is None


def test_shrunken_groups_are_held_against_raw_ones():
    group = {"key": "a", "truth": 0.0, "n_tool": 50, "n_usual": 50, "effect": 3.0, "low": 1.0, "high": 5.0}
    shrunken = {"shrunken": 1.0, "shrunken_low": -1.0, "shrunken_high": 3.0}
    small = group | {"key": "b", "n_tool": 5, "effect": 6.0, "low": 0.0, "high": 12.0}
    other = group | {"key": "c", "effect": 1.0, "low": -1.0, "high": 3.0}
    gaps = [{"key": "a", "truth": 0.0, "change": 1.0, "low": -1.0, "high": 3.0}]
    # the overall estimate is half a point too high: so much of each group's error is shared
    found = figures(
        [row(effect=2.0, groups=[group | shrunken, small | shrunken, other | shrunken], gaps=gaps)], cells()["groups"]
    )
    assert found["group rmse raw"].value == pytest.approx(sqrt((9 + 36 + 1) / 3) / 15)
    assert found["group rmse ratio"].value == pytest.approx(1 / sqrt((9 + 36 + 1) / 3))
    assert found["group rmse ratio, shared error out"].value == pytest.approx(sqrt(0.25 / ((6.25 + 30.25 + 0.25) / 3)))
    assert found["group coverage"].value == 1.0
    assert found["group coverage raw"].value == pytest.approx(2 / 3)
    assert found["smallest extreme, raw"].value == 1.0
    assert found["gap coverage"].value == 1.0


def test_every_cell_has_a_key_of_its_own_and_says_what_is_tried():
    for key, cell in cells().items():
        assert cell.key == key
        assert cell.says
        assert (cell.spec is None) == (cell.kind == "looks")


def test_luck_that_nobody_knows_leaves_the_mean_error():
    found = figures([row(effect=1.5 + 0.15 * (place % 3)) for place in range(30)])
    assert found["bias"].value == pytest.approx(0.01)
    assert found["bias"].error == found["bias, luck included"].error
