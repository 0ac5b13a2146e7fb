"""Randomization inference against a loop of full regressions over the same redrawn assignments."""

import numpy as np
import pytest

from evidence_frames import texts
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.inference.linear import Columns
from gainline.engine.evidence.inference.randomization import Mechanism, _redraw, mechanism, randomization_test


def problem(seed=0, missing=0.1, schools=12):
    rng = np.random.default_rng(seed)
    unit_of = np.repeat(np.arange(schools), rng.integers(3, 9, schools))
    n = len(unit_of)
    tool = np.arange(schools) % 2 == 0
    block = np.arange(schools) // 4
    x = np.column_stack([np.ones(n), rng.normal(size=n), (block[unit_of][:, None] == [1, 2]).astype(float)])
    y = rng.normal(size=n) + 0.5 * tool[unit_of] + rng.normal(size=schools)[unit_of]
    y[rng.random(n) < missing] = np.nan
    return y, Columns(("1", "x", "b1", "b2"), x), Mechanism(unit_of, block, tool)


def test_it_equals_a_loop_of_regressions_over_the_same_draws():
    y, others, drawn = problem()
    found = randomization_test(y, others, drawn, draws=300, seed=11)
    seen = ~np.isnan(y)
    rng = np.random.Generator(np.random.PCG64(11))
    redrawn = np.vstack([_redraw(rng, drawn, 256), _redraw(rng, drawn, 44)])

    def coefficient(assigned):
        x = np.column_stack([others.matrix, assigned[drawn.unit_of]])[seen]
        return np.linalg.lstsq(x, y[seen], rcond=None)[0][-1]

    observed = coefficient(drawn.tool.astype(float))
    count = sum(abs(coefficient(row)) >= abs(observed) * (1 - 1e-10) for row in redrawn)
    assert found.effect == pytest.approx(observed, rel=1e-9)
    assert found.p == (1 + count) / 301


def test_every_redraw_keeps_the_numbers_of_each_block():
    _, _, drawn = problem()
    redrawn = _redraw(np.random.Generator(np.random.PCG64(5)), drawn, 200)
    for block in range(3):
        inside = drawn.block == block
        assert set(redrawn[:, inside].sum(axis=1)) == {float(drawn.tool[inside].sum())}


def test_the_number_of_possible_assignments_is_the_product_over_blocks():
    _, _, drawn = problem()
    assert 10 ** drawn.log10_assignments() == pytest.approx(6**3)  # three blocks of four, two treated


def test_the_same_seed_gives_the_same_p_and_another_seed_may_not():
    y, others, drawn = problem(3)
    first, again, other = (randomization_test(y, others, drawn, draws=500, seed=s).p for s in (1, 1, 2))
    assert first == again
    assert abs(first - other) < 0.1


def test_p_is_never_zero():
    y, others, drawn = problem(1, missing=0.0, schools=24)
    y = y + 100.0 * drawn.tool[drawn.unit_of]
    assert randomization_test(y, others, drawn, draws=199, seed=1).p >= 1 / 200


def test_under_no_effect_p_is_at_most_five_percent_about_one_time_in_twenty():
    rng = np.random.default_rng(8)
    _, others, drawn = problem(2, missing=0.0)
    noise = [rng.normal(size=len(drawn.unit_of)) + rng.normal(size=12)[drawn.unit_of] for _ in range(300)]
    p = np.array([randomization_test(y, others, drawn, draws=199, seed=s).p for s, y in enumerate(noise)])
    assert 0.01 <= np.mean(p <= 0.05) <= 0.10  # 5 % with a Monte Carlo error of 1.3 points


@pytest.mark.parametrize("kind", ["arms", "blocks"])
def test_a_unit_in_both_arms_or_two_blocks_is_refused(kind):
    unit = texts(["a", "a", "b", "b"])
    block = texts(["x", "y" if kind == "blocks" else "x", "x", "x"])
    tool = np.array([True, kind == "blocks", False, False])
    refused = mechanism(unit, block, tool)
    assert isinstance(refused, Refusal)
    assert refused.code == "EV011"
