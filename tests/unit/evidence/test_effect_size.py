"""Effect sizes on the worked vectors: published findings, package documentation, and two derived by hand."""

import pytest

from gainline.engine.evidence.effect_size import (
    Clustering,
    cluster_df,
    clustered_t,
    cox_index,
    effect_size,
    effect_size_ignoring_groups,
    hedges_g,
    improvement_index,
    pooled_sd,
    small_sample,
)
from gainline.engine.evidence.inference.distributions import t_p_value

PUBLISHED = [  # finding: n_i, n_c, clusters, g, h, p at an intraclass correlation of 0.2
    (148, 143, 9, -0.231376, 138.942509, 0.475231),
    (522, 887, 14, -0.109734, 303.971666, 0.668507),
    (131, 112, 9, -0.285501, 126.961035, 0.385118),
    (355, 345, 40, 0.059727, 424.911522, 0.704818),
    (54, 20, 4, 0.032235, 49.531067, 0.956232),
]


@pytest.mark.parametrize(("n_tool", "n_usual", "clusters", "g", "h", "p"), PUBLISHED)
def test_degrees_of_freedom_and_p_of_published_clustered_findings(n_tool, n_usual, clusters, g, h, p):
    grouped = Clustering((n_tool + n_usual) / clusters, 0.2)
    t, df = clustered_t(g, n_tool, n_usual, grouped)
    assert df == pytest.approx(h, abs=1e-6)
    assert t_p_value(t, df) == pytest.approx(p, abs=1e-4)  # as near as the export's own rounding goes


def test_degrees_of_freedom_of_the_package_documentation():
    assert cluster_df(100, Clustering(5, 0.1)) == pytest.approx(94.40, abs=0.005)


def test_a_regression_that_ignored_the_groups():
    found = effect_size_ignoring_groups(0.25, 0.11, 1.0, 400, Clustering(20, 0.2))
    assert found.g == pytest.approx(0.246799, abs=2e-6)
    assert found.h == pytest.approx(231.6576, abs=1e-4)


def test_a_regression_that_handled_the_groups():
    found = effect_size(0.25, 0.11, 1.0, 400, Clustering(20, 0.2))
    assert found.g == pytest.approx(0.246799, abs=2e-6)
    assert found.std_error == pytest.approx(0.109546, abs=2e-6)
    assert found.g / found.std_error == pytest.approx(2.2529, abs=1e-4)
    assert found.p == pytest.approx(0.02520, abs=1e-5)


@pytest.mark.parametrize(
    ("n", "means", "sds", "g", "index"),
    [
        ((151, 151), (4.08, 3.77), (0.58, 0.61), 0.519540, 20),
        ((13, 11), (4.56, 4.44), (0.42, 0.51), 0.250197, 10),
        ((10, 10), (97.5, 82.5), (13.8, 12.1), 1.106977, 37),
        ((683, 582), (0.02, -0.09), (0.48, 0.52), 0.220399, 9),
        ((149, 145), (2.01, 2.06), (1.30, 1.23), -0.039394, -2),
    ],
)
def test_g_and_improvement_index_of_published_findings(n, means, sds, g, index):
    found, _ = hedges_g(means[0] - means[1], pooled_sd(sds[0], n[0], sds[1], n[1]), sum(n))
    assert found == pytest.approx(g, abs=1e-6)
    assert improvement_index(found) == index


def test_the_improvement_index_rounds_half_away_from_zero():
    assert improvement_index(0.0) == 0
    assert improvement_index(-0.8) == -improvement_index(0.8)


def test_the_cox_index_is_undefined_at_the_ends():
    assert cox_index(0.0, 0.5, 100) is None
    assert cox_index(0.5, 1.0, 100) is None
    assert cox_index(0.5, 0.5, 100) == 0.0
    assert cox_index(0.6, 0.4, 100) == pytest.approx(small_sample(98) * 0.8109302162 / 1.65)


def test_a_single_student_per_group_is_no_grouping_at_all():
    assert cluster_df(200, Clustering(1, 0.0)) == pytest.approx(198)
    assert hedges_g(1.0, 2.0, 200, Clustering(1, 0.0)) == pytest.approx(hedges_g(1.0, 2.0, 200))
