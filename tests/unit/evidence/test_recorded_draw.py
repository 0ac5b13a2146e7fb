"""Randomization inference follows the recorded draw: blocks, pairs, the draws that a bound accepts; or it refuses."""

from dataclasses import replace

import numpy as np
import pytest

from evidence_frames import CTX, carried, cluster_frame, make_plan, plan_value, texts
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.designs import randomized
from gainline.engine.evidence.evaluate import evaluate
from gainline.engine.evidence.inference.linear import Columns
from gainline.engine.evidence.inference.randomization import (
    Mechanism,
    _redraw,
    mechanism,
    randomization_test,
    recorded_mechanism,
)
from gainline.engine.pilots.assigning.draw import draw
from gainline.engine.pilots.assigning.lot import Lot, Procedure
from gainline.engine.pilots.assignment import Assignment, distances, pulls

SIDES = {"tool_arms": ("tool",), "usual_arms": ("usual",)}


def recorded(kind, *, m=24, k=2, blocks=None, seed=1, acceptance=None):
    values = np.random.default_rng(seed).normal(size=(m, k))
    units = tuple(f"s{place:02d}" for place in range(m))
    lot = Lot(units, tuple(blocks or ("",) * m), tuple("abcdefg"[:k]), values)
    return draw(lot, Procedure(kind, acceptance=acceptance), seed=seed).assignment, values


def as_drawn(frame, record):
    """The frame with the arms of the record, outcomes as they are: no effect."""
    arm = dict(zip(record.units, record.arms, strict=True))
    return replace(frame, tool=np.array([arm[unit] == 0 for unit in frame.unit]), assignment=record)


@pytest.mark.parametrize("kind", ["complete", "blocked", "pairs", "rerandomized"])
def test_what_is_redrawn_is_what_was_recorded(kind):
    blocks = tuple(f"b{place // 4}" for place in range(24)) if kind == "blocked" else None
    record, _ = recorded(kind, blocks=blocks, acceptance=0.05 if kind == "rerandomized" else None)
    unit = texts(np.repeat(record.units, 3))
    drawn = recorded_mechanism(unit, np.repeat(record.arms == 0, 3), record, **SIDES)
    rows = _redraw(np.random.Generator(np.random.PCG64(3)), drawn, 500)
    codes = np.unique(record.blocks, return_inverse=True)[1]
    for block in set(codes):
        assert set(rows[:, codes == block].sum(axis=1)) == {float((record.arms[codes == block] == 0).sum())}
    if kind == "rerandomized":
        pull = pulls(record.balance, codes, record.arms)
        assert distances((rows == 0).astype(int), pull).max() <= record.bound * (1 + 1e-9)
        assert drawn.log10_assignments() == pytest.approx(
            replace(drawn, recorded=None).log10_assignments() + np.log10(0.05), abs=0.05
        )


def noise(rng, values, unit_of):
    """Outcomes that the covariates of the units explain well, and the tool not at all."""
    m = len(values)
    return (values @ np.ones(values.shape[1]) + rng.normal(0, 0.5, m))[unit_of] + rng.normal(0, 0.2, len(unit_of))


def test_inference_over_accepted_draws_is_exact_and_inference_that_ignores_the_bound_is_conservative():
    rng = np.random.default_rng(4)
    _, values = recorded("complete", m=20)
    unit_of = np.repeat(np.arange(20), 2)
    others = Columns(("1",), np.ones((40, 1)))
    lot = Lot(tuple(f"s{place:02d}" for place in range(20)), ("",) * 20, ("a", "b"), values)
    follows, ignores = [], []
    for seed in range(250):
        record = draw(lot, Procedure("rerandomized", acceptance=0.05, candidates=2000), seed=seed).assignment
        tool = record.arms == 0
        y = noise(rng, values, unit_of)
        free = Mechanism(unit_of, np.zeros(20, dtype=np.intp), tool)
        own = replace(free, recorded=record)
        follows.append(randomization_test(y, others, own, draws=99, seed=seed).p)
        ignores.append(randomization_test(y, others, free, draws=99, seed=seed).p)
    rejected = [float(np.mean(np.array(p) <= 0.05)) for p in (follows, ignores)]
    assert 0.01 <= rejected[0] <= 0.092  # .05 with a Monte Carlo error of .014: three of them
    assert rejected[1] <= 0.008  # the spread of the difference is overstated about threefold
    assert float(np.mean(follows)) == pytest.approx(0.505, abs=0.055)  # uniform on 1/100..1: three errors of .018


def plan(**design):
    given = plan_value()["design"] | design
    return make_plan(design=given)


def test_pairs_are_analyzed_with_one_fixed_effect_per_pair():
    record, _ = recorded("pairs")
    frame = as_drawn(cluster_frame(effect=0.0), record)
    registered = plan(blocked=False, assignment="pairs")
    found = evaluate(registered, frame, **carried())
    first = found.estimates[0]
    assert "pair fixed effects" in first.method
    assert dict(first.diagnostics)["randomization inference"].endswith("by the recorded mechanism: pairs")
    by_hand = replace(frame, assignment=None, block=texts([record.blocks[record.units.index(u)] for u in frame.unit]))
    same = evaluate(plan(blocked=True), by_hand, **carried()).estimates[0]
    assert first.effect == pytest.approx(same.effect, rel=1e-12)
    assert first.std_error == pytest.approx(same.std_error, rel=1e-12)


def test_without_a_record_nothing_changes():
    frame = cluster_frame()
    lottery = randomized.prepare(make_plan(), frame)
    old = mechanism(frame.unit, frame.block, frame.tool)
    assert lottery.drawn.recorded is None
    assert np.array_equal(lottery.drawn.block, old.block)


def test_a_school_that_was_drawn_and_has_no_student_left_counts_as_lost():
    record, _ = recorded("complete", m=26)
    frame = as_drawn(cluster_frame(), record)
    found = randomized.analyze(plan(blocked=False), frame, make_plan().primary, ctx=CTX)
    clusters = found.attrition[0]
    assert clusters.level == "cluster"
    assert clusters.overall == pytest.approx(2 / 26)


def test_arms_that_are_not_compared_are_set_aside_and_the_others_shuffled_among_themselves():
    units = tuple(f"s{place:02d}" for place in range(12))
    lot = Lot(units, ("",) * 12, (), np.empty((12, 0)))
    record = draw(lot, Procedure("complete", labels=("tool", "usual", "other")), seed=1).assignment
    kept = record.arms < 2
    unit = texts(np.array(units)[kept])
    drawn = recorded_mechanism(unit, record.arms[kept] == 0, record, **SIDES)
    assert len(drawn.tool) == 8
    assert 10 ** drawn.log10_assignments() == pytest.approx(70)


def refused(record, frame, registered=None):
    found = evaluate(registered or plan(blocked=False), replace(frame, assignment=record), **carried())
    assert isinstance(found, Refusal)
    return found.code


def test_units_that_were_not_drawn_are_refused():
    record, _ = recorded("complete", m=20)
    assert refused(record, cluster_frame()) == "EV101"


def test_units_in_another_arm_than_they_were_drawn_into_are_refused():
    record, _ = recorded("complete")
    frame = as_drawn(cluster_frame(), record)
    crossed = frame.tool.copy()
    crossed[frame.unit == "s00"] ^= True
    assert refused(record, replace(frame, tool=crossed)) == "EV102"


def test_a_bound_that_no_draw_meets_is_refused():
    record, _ = recorded("rerandomized")
    assert refused(replace(record, bound=1e-12), as_drawn(cluster_frame(), record)) == "EV103"


def test_a_bound_over_arms_that_are_not_compared_is_refused():
    record, _ = recorded("rerandomized")
    named = replace(record, labels=("tool", "other"))
    drawn = recorded_mechanism(texts(record.units), record.arms == 0, named, **SIDES)
    kept = recorded_mechanism(texts(np.array(record.units)[record.arms == 0]), np.ones(12, dtype=bool), named, **SIDES)
    assert {drawn.code, kept.code} == {"EV101", "EV103"}


def test_another_kind_than_the_registered_one_is_refused():
    record, _ = recorded("complete")
    assert refused(record, as_drawn(cluster_frame(), record), plan(assignment="pairs")) == "EV104"


def test_the_recorded_draw_is_kept_when_the_rows_are_put_in_order():
    record, _ = recorded("pairs")
    frame = as_drawn(cluster_frame(), record)
    assert isinstance(frame.assignment, Assignment)
    back = np.arange(len(frame))[::-1]
    turned = replace(
        frame,
        **{
            name: getattr(frame, name)[back]
            for name in ("keys", "tool", "unit", "cluster", "block", "school", "used", "dosed", "dose")
        },
        **{
            name: {key: values[back] for key, values in getattr(frame, name).items()}
            for name in ("outcomes", "numbers", "categories", "subgroups")
        },
    )
    registered = plan(blocked=False, assignment="pairs")
    one, other = (evaluate(registered, given, **carried()).to_json_value() for given in (frame, turned))
    assert one == other
