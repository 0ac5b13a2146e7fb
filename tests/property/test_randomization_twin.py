"""Randomization inference and CR2 against the slow way, on 200 random problems each."""

import numpy as np
import pytest

from gainline.engine.evidence.inference.cr2 import cr2
from gainline.engine.evidence.inference.linear import Columns, least_squares
from gainline.engine.evidence.inference.randomization import Mechanism, _redraw, randomization_test

DRAWS = 25


def problem(rng):
    """Units of unequal size in blocks, a few covariates, missing outcomes; now and then a nearly collinear column."""
    units = int(rng.integers(6, 20))
    unit_of = np.repeat(np.arange(units), rng.integers(2, 9, units))
    n, blocks = len(unit_of), int(rng.integers(1, 3))
    block = np.sort(rng.integers(0, blocks, units))
    tool = rng.permutation(units) % 2 == 0
    x = rng.normal(size=(n, int(rng.integers(1, 4))))
    if rng.random() < 0.2:
        x = np.column_stack([x, x[:, 0] + 1e-4 * rng.normal(size=n)])
    columns = Columns(tuple(f"x{place}" for place in range(x.shape[1] + 1)), np.column_stack([np.ones(n), x]))
    y = rng.normal(size=n) + rng.normal(size=units)[unit_of] + 0.3 * tool[unit_of]
    y[rng.random(n) < 0.1] = np.nan
    return y, columns, Mechanism(unit_of, block, tool)


def slow_p(y, columns, drawn, seed):
    seen = ~np.isnan(y)
    redrawn = _redraw(np.random.Generator(np.random.PCG64(seed)), drawn, DRAWS)

    def coefficient(assigned):
        x = np.column_stack([columns.matrix, assigned[drawn.unit_of]])[seen]
        return np.linalg.lstsq(x, y[seen], rcond=None)[0][-1]

    observed = coefficient(drawn.tool.astype(float))
    return observed, (1 + sum(abs(coefficient(row)) >= abs(observed) * (1 - 1e-8) for row in redrawn)) / (1 + DRAWS)


def test_randomization_inference_equals_a_loop_of_regressions_on_200_problems():
    rng = np.random.default_rng(21)
    for seed in range(200):
        y, columns, drawn = problem(rng)
        found = randomization_test(y, columns, drawn, draws=DRAWS, seed=seed)
        effect, p = slow_p(y, columns, drawn, seed)
        assert found.effect == pytest.approx(effect, rel=1e-6, abs=1e-9)  # a collinear column costs some digits
        assert found.p == pytest.approx(p)


def dense_cr2(y, x, w, clusters):
    """Bell and McCaffrey with n by n matrices, written out."""
    n = len(y)
    bread = np.linalg.inv(x.T @ (w[:, None] * x))
    residual_maker = np.eye(n) - x @ bread @ (x * w[:, None]).T
    residual, meat, pieces = residual_maker @ y, np.zeros_like(bread), []
    for label in np.unique(clusters):
        own = np.flatnonzero(clusters == label)
        rows = residual_maker[own]
        value, vector = np.linalg.eigh(rows @ rows.T)
        root = np.where(value > 1e-10, 1.0 / np.sqrt(np.where(value > 1e-10, value, 1.0)), 0.0)
        adjust = vector @ (root[:, None] * vector.T)
        step = (x[own] * w[own, None]).T @ adjust
        meat += np.outer(step @ residual[own], step @ residual[own])
        pieces.append((bread @ step)[-1] @ rows)
    products = np.array(pieces) @ np.array(pieces).T
    return np.sqrt((bread @ meat @ bread)[-1, -1]), np.trace(products) ** 2 / np.sum(products**2)


def test_cr2_and_its_degrees_of_freedom_equal_the_dense_textbook_on_200_problems():
    rng = np.random.default_rng(22)
    done = 0
    while done < 200:
        y, columns, drawn = problem(rng)
        y = np.nan_to_num(y)
        if np.linalg.cond(columns.matrix) > 1e3:  # the textbook inverts what ours does not need to
            continue
        done += 1
        w = np.ones(len(y)) if rng.random() < 0.5 else rng.uniform(0.2, 3.0, len(y))
        tool = Columns(("tool",), drawn.tool[drawn.unit_of].astype(float)[:, None])
        fit = least_squares(y, columns.beside(tool), needed=["tool"], weights=w)
        found = cr2(fit, drawn.unit_of, fit.contrast("tool"))
        error, df = dense_cr2(y, np.column_stack([columns.matrix, tool.matrix]), w, drawn.unit_of)
        assert found.std_error == pytest.approx(error, rel=1e-8)
        assert found.df == pytest.approx(df, rel=1e-6)
