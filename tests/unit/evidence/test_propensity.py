import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.balancing.propensity import propensity
from gainline.engine.evidence.inference.linear import Columns


def columns(x):
    return Columns(tuple(f"c{place}" for place in range(x.shape[1])), x)


@pytest.mark.parametrize("seed", range(5))
def test_scores_equal_the_logit_of_statsmodels(seed):
    import statsmodels.api as sm

    rng = np.random.default_rng(seed)
    x = rng.normal(size=(400, 3)) * [1, 50, 0.01] + [0, 500, 0]
    tool = rng.random(400) < 1 / (1 + np.exp(-(0.5 * x[:, 0] - 0.3)))
    found = propensity(tool, columns(x))
    assert not isinstance(found, Refusal)
    oracle = sm.Logit(tool.astype(float), sm.add_constant(x)).fit(disp=0, method="newton", tol=1e-12)
    assert np.allclose(found.probability, oracle.predict(), atol=1e-8)
    assert not found.ridge


def test_a_category_with_users_only_is_held_by_a_ridge_that_says_so():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(200, 1))
    tool = rng.random(200) < 0.5
    only = (np.arange(200) < 10).astype(float)
    tool[:10] = True
    found = propensity(tool, columns(np.column_stack([x, only])))
    assert not isinstance(found, Refusal)
    assert found.ridge
    assert found.logit[:10].mean() > found.logit[10:].mean() + 1


def test_complete_separation_is_refused():
    x = np.arange(20.0)[:, None]
    refused = propensity(np.arange(20) >= 10, columns(x))
    assert isinstance(refused, Refusal)
    assert refused.code == "EV008"


def test_nothing_to_match_on_is_refused():
    refused = propensity(np.arange(20) >= 10, columns(np.ones((20, 2))))
    assert isinstance(refused, Refusal)
    assert refused.code == "EV015"


def test_a_redundant_covariate_changes_no_score():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(150, 2))
    tool = rng.random(150) < 0.4
    one, two = propensity(tool, columns(x)), propensity(tool, columns(np.column_stack([x, x.sum(axis=1)])))
    assert np.allclose(one.logit, two.logit)
