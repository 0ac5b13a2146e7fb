"""The cutoff's algebra beside a slow and obvious form: normal equations in the score's unit, loops over students."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest

from gainline.engine.evidence.estimators.bandwidth import Bandwidths, choose
from gainline.engine.evidence.estimators.cutoff import discontinuity, scores_at
from gainline.engine.evidence.estimators.local import Side, residuals

TOLERANCE = 1e-7  # normal equations lose half the digits that the orthogonal form keeps


def made(seed: int, n: int = 400, ties: bool = False) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(0.3, 10, n)
    if ties:
        x = np.round(x)
    return x, 50 + 0.4 * x - 0.01 * x**2 + 3.0 * (x >= 0) + rng.normal(0, 4, n)


def slow_residuals(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    found = []
    for i in range(len(x)):
        apart = np.abs(x - x[i])
        others = np.delete(np.arange(len(x)), i)
        third = np.sort(apart[others])[2]
        chosen = others[apart[others] <= third + 1e-9]
        found.append(np.sqrt(len(chosen) / (len(chosen) + 1)) * (y[i] - y[chosen].mean()))
    return np.array(found)


def slow_polynomial(x, y, h, order):
    """Coefficients and the matrix that makes them from y, by normal equations."""
    w = np.clip(1 - np.abs(x) / h, 0, None)
    r = np.vander(x, order + 1, increasing=True)
    make = np.linalg.solve(r.T @ (w[:, None] * r), r.T * w)
    return make @ y, make


def slow_jump(x, y, h, b):
    """Bias-corrected jump and its robust error, as in equations of the 2014 paper with the second derivative."""
    total, variance, plain = 0.0, 0.0, 0.0
    for sign, part in ((1, x >= 0), (-1, x < 0)):
        part = part & (np.abs(x) < max(h, b))
        u, v = x[part], y[part]
        line, make = slow_polynomial(u, v, h, 1)
        curve, make_curve = slow_polynomial(u, v, b, 2)
        second = factorial(2) * curve[2]
        bias = (make[0] @ u**2) * second / factorial(2)
        weights = make[0] - (make[0] @ u**2) * make_curve[2]
        total += sign * (line[0] - bias)
        plain += sign * line[0]
        variance += np.sum((weights * slow_residuals(u, v)) ** 2)
    return plain, total, np.sqrt(variance)


def slow_bandwidth(x, y):
    """One bandwidth after another, by the general formula, in the score's own unit."""
    sides = [(x[x < 0], y[x < 0]), (x[x >= 0], y[x >= 0])]
    low, high = np.quantile(x, [0.25, 0.75], method="averaged_inverted_cdf")
    pilot = 2.576 * min(x.std(ddof=1), (high - low) / 1.349) * len(np.unique(x)) ** -0.2
    reach = [np.abs(u).max() + 1e-8 for u, _ in sides]
    for o, k, bias_order, scale in ((3, 3, 4, 0.0), (2, 2, 3, 1.0), (1, 0, 2, 1.0)):
        variance, bias, noise = 0.0, [], 0.0
        for (u, v), far in zip(sides, reach, strict=True):
            near = np.abs(u) < pilot
            _, make = slow_polynomial(u[near], v[near], pilot, o)
            variance += np.sum((make[k] * slow_residuals(u[near], v[near])) ** 2) * pilot ** (2 * k + 1)
            constant = make[k] @ u[near] ** (o + 1) / pilot ** (o + 1 - k)
            inside = np.abs(u) < far
            found, make = slow_polynomial(u[inside], v[inside], far, bias_order)
            bias.append(constant * found[o + 1])
            noise += constant**2 * np.sum((make[o + 1] * slow_residuals(u[inside], v[inside])) ** 2)
        below = 2 * (o + 1 - k) * ((bias[1] - bias[0]) ** 2 + scale * 3 * noise)
        h = ((2 * k + 1) * variance / below) ** (1 / (2 * o + 3))
        previous, reach = reach, [h, h]
    return h, previous[0]


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_neighbors_are_those_that_a_loop_finds(seed: int, ties: bool):
    x, y = made(seed, 150, ties)
    order = np.argsort(x, kind="stable")
    np.testing.assert_allclose(residuals(Side(x[order], y[order])), slow_residuals(x[order], y[order]), atol=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_the_jump_and_its_error_are_those_of_the_normal_equations(seed: int):
    x, y = made(seed)
    found = discontinuity(scores_at(x, y, 0.0, "at or above"), bandwidths=Bandwidths(9.0, 14.0))
    plain, corrected, error = slow_jump(x, y, 9.0, 14.0)
    assert found.conventional.effect == pytest.approx(plain, rel=TOLERANCE)
    assert found.effect.effect == pytest.approx(corrected, rel=TOLERANCE)
    assert found.effect.std_error == pytest.approx(error, rel=TOLERANCE)


@pytest.mark.parametrize("seed", range(6))
def test_the_bandwidths_are_those_of_the_general_formula(seed: int):
    x, y = made(seed)
    main, bias = slow_bandwidth(x, y)
    most = np.abs(x).max()
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    found = choose(Side(x[x < 0], y[x < 0]), Side(x[x >= 0], y[x >= 0]))
    if max(main, bias) < most:
        assert found.main == pytest.approx(main, rel=1e-5)  # a fourth-order fit by normal equations
        assert found.bias == pytest.approx(bias, rel=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_equal_bandwidths_give_the_jump_of_two_parabolas(seed: int):
    """Calonico, Cattaneo and Titiunik (2014), remark 7; it is what the form for clusters rests on."""
    x, y = made(seed)
    found = discontinuity(scores_at(x, y, 0.0, "at or above"), bandwidths=Bandwidths(12.0, 12.0)).effect.effect
    sides = [slow_polynomial(x[side], y[side], 12.0, 2)[0][0] for side in (x >= 0, x < 0)]
    assert found == pytest.approx(sides[0] - sides[1], rel=TOLERANCE)
    clusters = np.arange(len(x))
    grouped = discontinuity(
        scores_at(x, y, 0.0, "at or above", clusters=clusters), bandwidths=Bandwidths(12.0, 12.0)
    ).effect.effect
    assert grouped == pytest.approx(found, rel=TOLERANCE)
