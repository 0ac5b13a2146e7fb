"""Yes or no, ordered levels and counts: point estimates of statsmodels, and what the plain difference means."""

import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.effect_size import cox_index, cox_size
from gainline.engine.evidence.estimators.categories import (
    Model,
    odds_ratio,
    proportional_odds,
    rate_ratio,
    ridits,
    scale_fault,
)
from gainline.engine.evidence.inference.linear import Columns


def problem(seed, *, schools=16, size=25):
    rng = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(schools), size)
    tool = (np.arange(schools) % 2)[clusters].astype(float)
    before = rng.normal(size=len(clusters))
    eta = 0.7 * before + 0.5 * tool + 0.3 * rng.normal(size=schools)[clusters]
    x = np.column_stack([np.ones(len(clusters)), before, tool])
    model = Model(Columns(("intercept", "before", "tool"), x), clusters, np.ones(len(clusters)))
    return rng, eta, model


def test_the_odds_ratio_equals_statsmodels():
    import statsmodels.api as sm

    for seed in range(5):
        rng, eta, model = problem(seed)
        y = (rng.random(len(eta)) < 1 / (1 + np.exp(-eta))).astype(float)
        expected = sm.Logit(y, model.columns.matrix).fit(disp=0, tol=1e-12).params[-1]
        assert odds_ratio(y, model).effect == pytest.approx(expected, abs=1e-6)


def test_the_rate_ratio_equals_statsmodels():
    import statsmodels.api as sm

    for seed in range(5):
        rng, eta, model = problem(seed)
        y = rng.poisson(np.exp(eta)).astype(float)
        expected = sm.GLM(y, model.columns.matrix, family=sm.families.Poisson()).fit(tol=1e-13).params[-1]
        assert rate_ratio(y, model).effect == pytest.approx(expected, abs=1e-6)


def test_proportional_odds_equal_statsmodels():
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    for seed in range(4):
        rng, eta, model = problem(seed)
        levels = np.digitize(eta + rng.logistic(size=len(eta)), [-1.0, 0.3, 1.5])
        oracle = OrderedModel(levels, model.columns.matrix[:, 1:], distr="logit")
        expected = oracle.fit(method="newton", disp=0, tol=1e-12).params[1]
        assert proportional_odds(levels, model, df=9.0).effect == pytest.approx(expected, abs=1e-6)


def test_errors_by_cluster_are_larger_than_those_of_independent_students():
    rng, eta, model = problem(1)
    eta = eta + 1.5 * rng.normal(size=16)[model.clusters]
    y = (rng.random(len(eta)) < 1 / (1 + np.exp(-eta))).astype(float)
    alone = Model(model.columns, np.arange(len(y)), model.weights)
    assert odds_ratio(y, model).std_error > 1.5 * odds_ratio(y, alone).std_error
    levels = np.digitize(eta, [-0.5, 0.5])
    grouped, single = (proportional_odds(levels, each, df=9.0).std_error for each in (model, alone))
    assert grouped > 1.5 * single


def test_the_mean_ridits_of_two_arms_differ_by_higher_minus_lower():
    rng = np.random.default_rng(4)
    values, tool = rng.integers(0, 5, size=60).astype(float), rng.random(60) < 0.4
    scores = ridits(np.concatenate([values, [np.nan]]))[:-1]
    pairs = np.sign(values[tool][:, None] - values[~tool][None, :])
    assert scores[tool].mean() - scores[~tool].mean() == pytest.approx(pairs.mean())
    assert np.isnan(ridits(np.array([1.0, np.nan]))[1])


def test_what_the_columns_decide_is_refused():
    _, _, model = problem(1)
    sure = (model.columns.matrix[:, 1] > 0).astype(float)
    nothing = np.where(model.columns.matrix[:, 2] == 1, 0.0, 3.0)
    found = [odds_ratio(sure, model), rate_ratio(nothing, model), proportional_odds(sure.astype(int), model, df=5.0)]
    assert [each.code for each in found if isinstance(each, Refusal)] == ["EV114"] * 3


def test_numbers_that_do_not_fit_their_scale_are_refused():
    assert scale_fault(np.array([0.0, 1.0, np.nan]), "binary") is None
    assert scale_fault(np.array([1.0, 2.0]), "binary").code == "EV112"
    assert scale_fault(np.array([1.0, 2.5]), "count").code == "EV113"
    assert scale_fault(np.array([1.0, -2.0]), "count").code == "EV113"
    assert scale_fault(np.array([1.0, -2.5]), "number") is None


def test_the_size_of_a_difference_of_shares_is_the_cox_index_and_undefined_at_the_ends():
    found = cox_size(0.40, 0.12, 0.03, n=400.0)
    assert found.g == pytest.approx(cox_index(0.52, 0.40, 400.0))
    assert cox_size(0.40, 1e-12, 0.03, n=400.0).std_error == pytest.approx(0.03 / (0.4 * 0.6) / 1.65, rel=3e-3)
    assert cox_size(0.0, 0.2, 0.03, n=400.0) is None
    assert cox_size(0.9, 0.1, 0.03, n=400.0) is None
