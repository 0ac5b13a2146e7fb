"""Instruments are scored as published; half a questionnaire has no score."""

from __future__ import annotations

import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.monitoring.instruments import (
    INSTRUMENTS,
    LEVELS_OF_USE,
    configuration,
    level_of_use,
    net_promoters,
    score_sheet,
)

SUS, LITE, TSES = (INSTRUMENTS[key] for key in ("sus", "umux-lite", "tses-short"))


def sheet(*answers: float) -> dict[int, float]:
    return dict(enumerate(answers, start=1))


def test_brookes_example_scores_55():
    """Brooke (1996): contributions 4, 1, 1, 4, 1, 2, 1, 1, 4, 3 make 22, times 2.5."""
    assert score_sheet(SUS, sheet(5, 4, 2, 1, 2, 3, 2, 4, 5, 2)) == {"usability": 55.0}


def test_sus_runs_from_0_to_100_with_indifference_in_the_middle():
    scores = [score_sheet(SUS, sheet(*answers)) for answers in ([1, 5] * 5, [3] * 10, [5, 1] * 5)]
    assert [score["usability"] for score in scores] == [0.0, 50.0, 100.0]


def test_umux_lite_and_its_regression_on_sus_run_between_their_published_ends():
    """Lewis, Utesch and Maher (2013): the regression runs from 22.9 to 87.9."""
    low, high = (score_sheet(LITE, sheet(*answers)) for answers in ([1, 1], [7, 7]))
    assert (low["usability"], high["usability"]) == (0.0, 100.0)
    assert (low["usability_as_sus"], high["usability_as_sus"]) == (22.9, pytest.approx(87.9))
    assert score_sheet(LITE, sheet(6, 5))["usability"] == 75.0


def test_each_efficacy_item_counts_in_its_own_subscale():
    """The authors' key of the short form: engagement 2, 3, 4, 11; instruction 5, 9, 10, 12; management 1, 6, 7, 8."""
    key = {"engagement": {2, 3, 4, 11}, "instruction": {5, 9, 10, 12}, "management": {1, 6, 7, 8}}
    for item in range(1, 13):
        scores = score_sheet(TSES, {one: 9 if one == item else 1 for one in range(1, 13)})
        assert {part for part in key if scores[part] > 1} == {part for part, items in key.items() if item in items}
        assert scores["efficacy"] == pytest.approx(1 + 8 / 12)


def test_a_questionnaire_with_a_gap_or_an_impossible_answer_has_no_score():
    refused = [
        score_sheet(SUS, sheet(*[3] * 9)),
        score_sheet(SUS, {**sheet(*[3] * 10), 4: None}),
        score_sheet(SUS, sheet(*[3] * 9, 6)),
        score_sheet(SUS, sheet(0, *[3] * 9)),
    ]
    assert [found.code for found in refused if isinstance(found, Refusal)] == ["RK034"] * 4


def test_every_instrument_says_where_it_comes_from_and_on_what_terms():
    assert all(one.source and one.terms and one.reads for one in INSTRUMENTS.values())


def test_net_promoters_are_nines_and_tens_less_zeros_to_sixes():
    found = net_promoters([10] * 50 + [8] * 30 + [3] * 20)
    assert (found.score, found.n) == (30.0, 100)
    assert found.low < 30 < found.high
    assert found.high - found.low > 25  # a hundred answers leave thirty points open
    assert net_promoters([9, 10]).score == 100.0
    assert net_promoters([9, 10]).low < 100
    assert [net_promoters(answers).code for answers in ([], [11])] == ["RK035"] * 2


def test_the_interval_of_net_promoters_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.Generator(np.random.PCG64(5))
    truth, held = 100 * (0.45 - 0.25), 0
    for answers in rng.choice([10, 8, 2], p=[0.45, 0.30, 0.25], size=(2000, 40)):
        found = net_promoters(answers.tolist())
        held += found.low <= truth <= found.high
    assert 0.935 < held / 2000 < 0.97  # three standard errors about 0.95 are 0.015


def test_levels_of_use_are_eight_and_use_begins_with_the_third():
    assert [level_of_use(level) for level in LEVELS_OF_USE] == [(at, at >= 3) for at in range(8)]
    assert level_of_use("iva") == (4, True)
    assert level_of_use("IV").code == "RK036"


def test_an_innovation_configuration_counts_components_near_the_ideal():
    found = configuration(["a", "B", "c", None, "a"])
    assert (found.ideal, found.acceptable, found.components) == (0.5, 0.75, 4)
    assert [configuration(ratings).code for ratings in ([], [None], ["f"], ["ab"])] == ["RK037"] * 4
