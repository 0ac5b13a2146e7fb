"""Least squares by the quick road and by the slow one: the same fit, however alike the columns are."""

import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.inference.linear import Columns, independent, least_squares


@pytest.mark.parametrize("alike", [1.0, 0.2, 1e-2, 1e-4, 1e-7])
def test_the_fit_is_that_of_numpy_and_its_basis_is_orthonormal(alike):
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n, k = int(rng.integers(30, 80)), int(rng.integers(2, 7))
        x = np.column_stack([np.ones(n), 50.0 * rng.normal(size=(n, k))])
        x[:, -1] = x[:, 1] + alike * x[:, -1]
        weights = rng.uniform(0.1, 3.0, size=n) if seed % 2 else None
        y = x @ rng.normal(size=k + 1) + rng.normal(size=n)
        names = tuple(str(place) for place in range(k + 1))
        fit = least_squares(y, Columns(names, x), needed=names, weights=weights)
        assert not isinstance(fit, Refusal)
        root = np.sqrt(fit.weights)
        expected = np.linalg.lstsq(root[:, None] * x, root * y, rcond=None)[0]
        # Nearly equal columns lose as many digits of the coefficients as of their difference.
        assert x @ fit.coefficients == pytest.approx(x @ expected, rel=1e-9, abs=1e-9)
        basis = root[:, None] * fit.basis
        assert basis.T @ basis == pytest.approx(np.eye(k + 1), abs=1e-11)
        assert independent(Columns(names, x)) == list(range(k + 1))


def test_a_column_that_others_say_is_set_aside_wherever_it_stands():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(40, 3))
    said = np.column_stack([np.ones(40), x[:, 0], 2.0 - x[:, 0], x[:, 1], np.zeros(40), x[:, 0] + x[:, 1], x[:, 2]])
    assert independent(Columns(tuple("abcdefg"), said)) == [0, 1, 3, 6]
    fit = least_squares(x.sum(axis=1), Columns(tuple("abcdefg"), said), needed=["g"])
    assert fit.names == ("a", "b", "d", "g")
