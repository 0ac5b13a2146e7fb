"""What weights and optimal matches promise, and where they refuse."""

import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.balancing.cardinality import match_largest
from gainline.engine.evidence.balancing.entropy import effective_number, entropy_balance
from gainline.engine.evidence.balancing.full import match_fully
from gainline.engine.evidence.balancing.optimal import match_optimally
from gainline.engine.evidence.balancing.overlap import overlap_weights
from gainline.engine.evidence.inference.linear import Columns


def volunteers(n=900, seed=3):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    x[:, 2] = x[:, 2] > 0.3
    tool = rng.random(n) < 1 / (1 + np.exp(1.2 - 0.8 * x[:, 0] - 0.5 * x[:, 2]))
    return tool, Columns(("fall", "age", "lunch"), x)


def test_entropy_balance_is_exact_and_says_what_it_cost():
    tool, covariates = volunteers()
    found = entropy_balance(tool, covariates)
    assert not isinstance(found, Refusal)
    assert found.worst < 1e-12
    assert (found.weights[tool] == 1.0).all()
    assert found.effective == pytest.approx(effective_number(found.weights[~tool]))
    assert 1.0 / int((~tool).sum()) < found.largest < 0.1
    assert found.effective < int((~tool).sum())


def test_entropy_balance_ignores_copied_and_constant_columns():
    tool, covariates = volunteers()
    more = Columns(
        (*covariates.names, "copy", "one"),
        np.column_stack([covariates.matrix, covariates.matrix[:, 0] * 3, np.ones(len(tool))]),
    )
    plain, copied = entropy_balance(tool, covariates), entropy_balance(tool, more)
    assert np.abs(plain.weights - copied.weights).max() < 1e-9


def test_a_label_that_no_tool_student_has_gives_its_students_no_weight():
    tool, covariates = volunteers()
    label = (~tool) & (np.arange(len(tool)) % 3 == 0)
    found = entropy_balance(tool, Columns((*covariates.names, "x"), np.column_stack([covariates.matrix, label])))
    assert not isinstance(found, Refusal)
    assert (found.weights[label] == 0.0).all()
    assert found.worst < 1e-12


@pytest.mark.parametrize("shift", [6.0, 60.0])
def test_averages_outside_what_the_comparison_spans_are_refused(shift):
    tool, covariates = volunteers()
    beyond = covariates.matrix + shift * tool[:, None] * np.array([1.0, 0.0, 0.0])
    refused = entropy_balance(tool, Columns(covariates.names, beyond))
    assert isinstance(refused, Refusal)
    assert refused.code == "EV130"


def test_a_label_that_only_tool_students_have_is_refused():
    tool, covariates = volunteers()
    only = tool & (np.arange(len(tool)) % 2 == 0)
    refused = entropy_balance(tool, Columns((*covariates.names, "x"), np.column_stack([covariates.matrix, only])))
    assert isinstance(refused, Refusal)
    assert refused.code == "EV130"


def test_weights_on_fewer_than_four_students_are_refused():
    tool = np.array([True] * 6 + [False] * 30)
    x = np.concatenate([np.full(6, 5.0) + np.arange(6) * 0.1, np.linspace(-9, -8, 28), [5.2, 5.4]])
    refused = entropy_balance(tool, Columns(("x",), x[:, None]))
    assert isinstance(refused, Refusal)
    assert refused.code == "EV131"


def test_nothing_that_varies_is_refused():
    refused = entropy_balance(np.array([True, False, False]), Columns(("x",), np.ones((3, 1))))
    assert isinstance(refused, Refusal)
    assert refused.code == "EV015"


def test_overlap_weights_fade_out_whom_nobody_resembles():
    tool, covariates = volunteers()
    found = overlap_weights(tool, covariates)
    assert not isinstance(found, Refusal)
    assert found.balanced.worst < 1e-10
    assert found.balanced.weights.max() < 1.0
    assert found.balanced.weights[tool].sum() == pytest.approx(found.balanced.weights[~tool].sum())


def test_optimal_matches_are_never_worse_than_greedy_ones():
    score, tool = np.array([0.0, 1.0, 0.9, 5.0])[:, None], np.array([True, True, False, False])
    found = match_optimally(score, tool, np.zeros(4, dtype=int), caliper=10.0, ratio=1)
    assert found.matched.sets.tolist() == [0, 1, 0, 1]  # greedy: 1.0 takes 0.9, leaves 5.0 to 0.0, in all 5.1 for 4.9


@pytest.mark.parametrize("columns", [1, 2])
def test_more_candidates_are_offered_until_nobody_waits_in_vain(columns):
    points = np.zeros((200, columns))
    points[:, 0] = np.repeat([0.0, 0.001], 100)
    tool = np.arange(200) < 100
    found = match_optimally(points, tool, np.zeros(200, dtype=int), caliper=1.0, ratio=1, dense_cells=0)
    assert found.matched.kept.all()
    assert found.candidates == 100


def test_full_matching_uses_everybody_and_keeps_sets_even_among_equals():
    points = np.zeros((90, 1))
    tool = np.arange(90) < 30
    found = match_fully(points, tool, np.zeros(90, dtype=int), caliper=1.0)
    assert found.kept.all()
    assert np.bincount(found.sets).tolist() == [3] * 30
    assert found.weights[~tool].sum() == pytest.approx(30.0)


def test_full_matching_without_a_caliper_keeps_everybody():
    rng = np.random.default_rng(4)
    points, tool = rng.normal(size=(40, 2)), np.arange(40) < 12
    free = match_fully(points, tool, np.zeros(40, dtype=int), caliper=np.inf)
    wide = match_fully(points, tool, np.zeros(40, dtype=int), caliper=100.0)
    assert free.kept.all()
    assert free.sets.tolist() == wide.sets.tolist()


def test_full_and_optimal_matching_refuse_when_nobody_is_within_the_caliper():
    points, tool = np.array([0.0, 0.0, 9.0, 9.0])[:, None], np.array([True, True, False, False])
    for found in (
        match_fully(points, tool, np.zeros(4, dtype=int), caliper=1.0),
        match_optimally(points, tool, np.zeros(4, dtype=int), caliper=1.0, ratio=1),
        match_optimally(points, tool, np.zeros(4, dtype=int), caliper=1.0, ratio=1, dense_cells=0),
    ):
        assert isinstance(found, Refusal)
        assert found.code == "EV009"


def test_cardinality_matching_is_balanced_within_its_tolerance_in_every_stratum_count():
    tool, covariates = volunteers(300)
    strata = covariates.matrix[:, 2].astype(int)
    found = match_largest(covariates.matrix, covariates.matrix, tool, strata, tolerance_sd=0.05, ratio=1)
    assert not isinstance(found, Refusal)
    kept = found.matched.kept
    sd = np.sqrt((covariates.matrix[tool].var(axis=0, ddof=1) + covariates.matrix[~tool].var(axis=0, ddof=1)) / 2)
    away = covariates.matrix[kept & tool].mean(axis=0) - covariates.matrix[kept & ~tool].mean(axis=0)
    assert (np.abs(away) <= 0.05 * sd + 1e-6).all()  # the solver's own feasibility tolerance
    for stratum in (0, 1):
        inside = strata == stratum
        assert (kept & tool & inside).sum() == (kept & ~tool & inside).sum()
    assert int((kept & tool).sum()) <= found.bound


def test_a_balance_that_nobody_can_reach_is_refused():
    tool, covariates = volunteers(100)
    beyond = covariates.matrix + 30.0 * tool[:, None]
    refused = match_largest(beyond, beyond, tool, np.zeros(100, dtype=int), tolerance_sd=0.05, ratio=1)
    assert isinstance(refused, Refusal)
    assert refused.code == "EV132"
