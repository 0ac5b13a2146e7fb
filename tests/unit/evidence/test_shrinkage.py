import numpy as np
import pytest

from gainline.engine.evidence.shrinkage import TAU_SCALE_SD, Departures, expected_ranks, shrink


def apart(effects, errors):
    """Groups that share no student and no school, in two parts; weighted by precision the parts are independent."""
    weights = errors**-2.0 / (errors**-2.0).sum()
    overall = weights @ effects
    common = (weights**2 * errors**2).sum()
    return Departures(overall, common**0.5, effects - overall, np.sqrt(np.maximum(errors**2 - common, 0.0)), weights)


def test_a_single_group_is_left_alone():
    (only,) = shrink(Departures(3.0, 1.0, np.array([]), np.array([]), np.ones(1)), tau_scale=1.0)
    assert only.mean == pytest.approx(3.0)
    assert only.interval() == pytest.approx((3.0 - 1.95996, 3.0 + 1.95996), abs=1e-4)


def test_the_noisy_group_moves_more():
    sure, noisy = shrink(apart(np.array([0.0, 4.0]), np.array([0.3, 3.0])), tau_scale=1.0)
    assert abs(sure.mean) < 0.5
    assert noisy.mean < 2.0


def test_probabilities_of_harm_and_benefit_add_up():
    first, _ = shrink(apart(np.array([1.0, 2.0]), np.array([1.0, 1.0])), tau_scale=1.0)
    assert first.above(0.0) + first.below(0.0) == pytest.approx(1.0)


def test_what_the_groups_share_is_not_taken_for_news_about_one_of_them():
    """Two groups that are both 2 above nothing, with an error that they share: believing both changes neither."""
    groups = Departures(2.0, 1.5, np.array([0.01, -0.01]), np.array([0.05, 0.05]), np.array([0.5, 0.5]))
    for found in shrink(groups, tau_scale=0.1):
        assert found.mean == pytest.approx(2.0, abs=0.01)
        assert found.interval() == pytest.approx((2.0 - 1.96 * 1.5, 2.0 + 1.96 * 1.5), abs=0.03)


@pytest.mark.parametrize(
    ("effects", "errors"),
    [([0.2, -0.1], [0.2, 0.3]), ([0.2, 0.2], [0.2, 0.2]), ([0.2, -0.1, 0.5], [0.25, 0.25, 0.25])],
)
def test_two_groups_and_equal_ones_equal_a_brute_force_posterior(effects, errors):
    """The textbook's normal-normal model by importance weighting; equal errors make our two parts exact."""
    effects, errors, scale = np.array(effects), np.array(errors), 0.3
    rng = np.random.default_rng(1)
    tau = np.abs(rng.normal(0, scale, 400_000))
    mu = rng.uniform(-4, 4, 400_000)
    theta = mu + tau * rng.normal(size=400_000)
    weight = np.exp(-0.5 * (effects[0] - theta) ** 2 / errors[0] ** 2)
    for seen, error in zip(effects[1:], errors[1:], strict=True):
        weight *= np.exp(-0.5 * (seen - mu) ** 2 / (error**2 + tau**2)) / np.sqrt(error**2 + tau**2)
    expected = np.average(theta, weights=weight)
    assert shrink(apart(effects, errors), tau_scale=scale)[0].mean == pytest.approx(expected, abs=0.015)


def test_the_expected_ranks_of_all_groups_add_up():
    ranks = expected_ranks(np.array([0.3, -0.1, 0.2, 0.0]), np.array([0.1, 0.2, 0.05, 0.3]), tau_scale=0.08)
    assert ranks.sum() == pytest.approx(1 + 2 + 3 + 4)


def test_groups_that_differ_beyond_doubt_are_ranked_as_they_stand():
    ranks = expected_ranks(np.array([5.0, -5.0, 0.0]), np.full(3, 0.01), tau_scale=3.0)
    assert ranks == pytest.approx([3.0, 1.0, 2.0], abs=1e-6)


def test_a_noisy_group_with_the_largest_estimate_is_not_ranked_first():
    effects, errors = np.array([0.00, 0.05, 0.12, 0.30]), np.array([0.03, 0.03, 0.03, 0.40])
    ranks = expected_ranks(effects, errors, tau_scale=0.08)
    assert np.argmax(ranks) == 2


@pytest.mark.slow
@pytest.mark.parametrize("spaced", [np.geomspace, np.linspace])
def test_eight_groups_halve_the_error_and_cover_and_the_noisiest_is_seldom_extreme(spaced):
    """Bars of the engine: RMSE at most half of raw, coverage 0.93, noisiest group best or worst at most one in ten."""
    rng = np.random.default_rng(5)
    errors = spaced(0.05, 0.20, 8)
    raw = shrunken = covered = extreme = extreme_raw = 0.0
    repeats = 2000
    for _ in range(repeats):
        truth = 0.1 + rng.normal(0, 0.05, 8)
        seen = truth + rng.normal(0, errors)
        found = shrink(apart(seen, errors), tau_scale=TAU_SCALE_SD)
        means = np.array([each.mean for each in found])
        raw += np.mean((seen - truth) ** 2)
        shrunken += np.mean((means - truth) ** 2)
        below = np.array([each.below(t) for each, t in zip(found, truth, strict=True)])
        covered += np.mean((below > 0.025) & (below < 0.975))
        ranks = expected_ranks(seen, errors, tau_scale=TAU_SCALE_SD)
        extreme += np.argmax(ranks) == 7 or np.argmin(ranks) == 7
        extreme_raw += np.argmax(seen) == 7 or np.argmin(seen) == 7
    rmse = np.sqrt(np.array([raw, shrunken]) / repeats)
    print(f"RMSE raw {rmse[0]:.4f} shrunken {rmse[1]:.4f} ratio {rmse[1] / rmse[0]:.3f}, cover {covered / repeats:.3f}")
    print(f"noisiest extreme {extreme / repeats:.3f}, in raw tables {extreme_raw / repeats:.3f}")
    assert rmse[1] / rmse[0] <= 0.50
    assert covered / repeats >= 0.93
    assert extreme / repeats <= 0.10
