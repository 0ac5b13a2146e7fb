"""The interval out of the draw against a search over effects with every assignment regressed anew."""

from itertools import combinations

import numpy as np
import pytest

from evidence_frames import carried, cluster_frame, make_plan
from gainline.engine.evidence import evaluate
from gainline.engine.evidence.inference.inverted import inverted
from gainline.engine.evidence.inference.linear import Columns
from gainline.engine.evidence.inference.randomization import Mechanism


def problem(seed: int, units: int = 8, treated: int = 2):
    rng = np.random.default_rng(seed)
    unit_of = np.repeat(np.arange(units), rng.integers(3, 7, units))
    n = len(unit_of)
    tool = np.isin(np.arange(units), rng.choice(units, treated, replace=False))
    x = np.column_stack([np.ones(n), rng.normal(size=n)])
    y = rng.normal(size=n) + 0.5 * tool[unit_of] + 0.5 * rng.normal(size=units)[unit_of] + x[:, 1]
    return y, Columns(("1", "x"), x), Mechanism(unit_of, np.zeros(units, dtype=np.intp), tool)


def slow_p(y, columns, drawn, tau: float) -> float:
    """The share of all assignments with a partial correlation at least as far from zero, one regression each."""
    x = columns.matrix
    left = np.eye(len(y)) - x @ np.linalg.pinv(x)
    e = left @ (y - tau * drawn.tool[drawn.unit_of])
    units, treated = len(drawn.tool), int(drawn.tool.sum())

    def size(chosen) -> float:
        a = left @ np.isin(drawn.unit_of, chosen).astype(float)
        return abs(a @ e) / np.sqrt(a @ a)

    own = size(np.flatnonzero(drawn.tool))
    return float(np.mean([size(chosen) >= own * (1 - 1e-9) for chosen in combinations(range(units), treated)]))


@pytest.mark.parametrize("seed", range(40))
def test_effects_just_inside_are_kept_and_just_outside_are_rejected(seed):
    y, columns, drawn = problem(seed)
    found = inverted(y, columns, drawn, draws=99, seed=0)
    assert found.is_exact
    assert found.assignments == 28
    step = 1e-6 * (found.high - found.low)
    assert found.p == pytest.approx(slow_p(y, columns, drawn, 0.0))
    for end, inward in ((found.low, 1.0), (found.high, -1.0)):
        assert slow_p(y, columns, drawn, end + inward * step) > 0.05
        assert slow_p(y, columns, drawn, end - inward * step) <= 0.05


def test_a_draw_with_fewer_than_twenty_assignments_has_no_interval():
    found = inverted(*problem(1, units=6, treated=2), draws=99, seed=0)
    assert found.assignments == 15
    assert (found.low, found.high) == (-np.inf, np.inf)


def test_a_sample_of_assignments_comes_near_all_of_them():
    y, columns, drawn = problem(3, units=16, treated=4)
    exact = inverted(y, columns, drawn, draws=99, seed=0)
    many = inverted(*problem(3, units=24, treated=8), draws=4999, seed=0)
    assert exact.assignments == 1820
    assert not many.is_exact
    assert many.low < many.high


def test_it_claims_an_effect_as_often_as_promised_with_two_of_twelve():
    claims, worlds = 0, 400
    for seed in range(worlds):
        rng = np.random.default_rng(seed)
        y, columns, drawn = problem(seed, units=12, treated=2)
        y = rng.normal(size=len(y)) + rng.normal(size=12)[drawn.unit_of]
        found = inverted(y, columns, drawn, draws=99, seed=0)
        claims += not found.low <= 0.0 <= found.high
    assert 0.015 <= claims / worlds <= 0.08  # 3 of 66 is .045; three Monte Carlo errors are .031


def test_few_treated_schools_get_the_interval_of_the_draw_and_many_do_not():
    few = cluster_frame(schools=12, effect=4.0)
    names = sorted(set(few.school))
    tool = np.isin(few.school.astype(str), names[:2])
    plan = make_plan(design={"kind": "randomized", "unit": "school", "cluster": "school", "draws": 499})
    from dataclasses import replace

    found = evaluate(plan, replace(few, tool=tool), **carried()).estimates[0]
    assert "re-drawing the assignment" in found.method
    assert found.p == found.p_randomization
    assert "all 66 possible assignments" in dict(found.diagnostics)["interval from the draw itself"]
    usual = evaluate(plan, few, **carried()).estimates[0]
    assert "CR2/Satterthwaite" in usual.method
