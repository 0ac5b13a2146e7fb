import numpy as np

from gainline.engine.evidence.multiplicity import adjusted_p

VECTOR = [0.002, 0.009, 0.014, 0.034, 0.041, 0.216, 0.384, 0.781]


def test_the_handbook_vector_has_three_significant_findings():
    assert (adjusted_p(VECTOR) <= 0.05).tolist() == [True] * 3 + [False] * 5


def test_stepping_up_rescues_a_p_that_its_own_threshold_would_not():
    # .03 is above its own 0.025, but .04 is below 0.05: both are significant
    assert (adjusted_p([0.03, 0.04]) <= 0.05).all()


def test_the_order_of_the_outcomes_does_not_matter():
    shuffled = [VECTOR[place] for place in (5, 0, 7, 3, 1, 2, 6, 4)]
    assert np.allclose(adjusted_p(shuffled), adjusted_p(VECTOR)[[5, 0, 7, 3, 1, 2, 6, 4]])


def test_it_equals_the_oracle():
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(0)
    for m in (1, 2, 5, 30):
        p = rng.random(m) ** 2
        assert np.allclose(adjusted_p(p), multipletests(p, method="fdr_bh")[1])
