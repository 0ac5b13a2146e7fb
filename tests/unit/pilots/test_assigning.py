"""Drawing: six ways for chance to decide, each reproducible, recorded, and refused where it cannot decide."""

from itertools import combinations

import numpy as np
import pytest

from gainline.engine.core.errors import DataIssues, UserFixable
from gainline.engine.core.refusals import Refusal
from gainline.engine.pilots.assigning.draw import draw
from gainline.engine.pilots.assigning.lot import Lot, Procedure
from gainline.engine.pilots.assigning.pairing import mahalanobis, pair_up
from gainline.engine.pilots.assigning.possible import bound_of, log10_possible, remaining_variance, smallest_p
from gainline.engine.pilots.assigning.record import from_json_value, to_json_value
from gainline.engine.pilots.assignment import Assignment, block_codes, distances, pulls, redraw

WAVES = ("autumn", "winter", "spring")


def lot(m=24, k=3, *, blocks=None, seed=0):
    values = np.random.default_rng(seed).normal(size=(m, k))
    units = tuple(f"s{place:03d}" for place in range(m))
    return Lot(units, tuple(blocks or [""] * m), tuple(f"x{place}" for place in range(k)), values)


def procedure(kind, **changes):
    return Procedure(kind, **({"labels": WAVES} if kind == "waves" else {}), **changes)


def halves(blocks):
    return [f"b{place % blocks}" for place in range(24)]


KINDS = ("complete", "blocked", "pairs", "rerandomized", "waves")


def drawn(kind, seed=5, **changes):
    found = draw(lot(blocks=halves(3) if kind == "blocked" else None), procedure(kind, **changes), seed=seed)
    assert not isinstance(found, Refusal), found
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_draws_the_same_whatever_the_order_of_the_units(kind):
    given = lot(blocks=halves(3) if kind == "blocked" else None)
    back = Lot(given.units[::-1], given.blocks[::-1], given.names, given.covariates[::-1])
    first, again = (draw(one, procedure(kind), seed=11) for one in (given, back))
    other = draw(given, procedure(kind), seed=12)
    assert to_json_value(first.assignment) == to_json_value(again.assignment)
    assert to_json_value(first.assignment) != to_json_value(other.assignment)


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_reads_back_as_it_was_written(kind):
    found = drawn(kind).assignment
    value = to_json_value(found)
    assert to_json_value(from_json_value(value)) == value


@pytest.mark.parametrize("kind", KINDS)
def test_every_redraw_keeps_the_numbers_of_each_block_and_the_bound(kind):
    found = drawn(kind).assignment
    rows = redraw(found, 300, seed=2)
    assert rows.shape == (300, 24)
    codes = block_codes(found.blocks)
    for block in set(codes):
        inside = codes == block
        expected = np.bincount(found.arms[inside], minlength=3)
        assert all(np.array_equal(np.bincount(row[inside], minlength=3), expected) for row in rows)
    if kind == "rerandomized":
        assert distances(rows, pulls(found.balance, codes, found.arms)).max() <= found.bound * (1 + 1e-9)


@pytest.mark.parametrize("kind", ["complete", "blocked", "waves"])
def test_every_unit_has_the_chance_of_its_block_to_be_in_each_arm(kind):
    found = drawn(kind).assignment
    rows = redraw(found, 4000, seed=3)
    for arm in range(len(found.labels)):
        share = (rows == arm).mean(axis=0)
        assert np.abs(share - 1 / len(found.labels)).max() < 0.04  # 5 standard errors of .0079


def test_a_complete_draw_over_few_units_reaches_every_assignment_equally_often():
    found = draw(lot(4, 0), procedure("complete"), seed=1).assignment
    rows = redraw(found, 6000, seed=4)
    _, counts = np.unique(rows, axis=0, return_counts=True)
    assert len(counts) == 6
    assert np.sum((counts - 1000) ** 2 / 1000) < 20.5  # chi-squared on 5 df, p = .001


def test_odd_blocks_do_not_all_give_their_third_unit_to_the_same_arm():
    found = draw(lot(24, 0, blocks=[f"b{place // 3}" for place in range(24)]), procedure("blocked"), seed=1).assignment
    assert np.bincount(found.arms).tolist() == [12, 12]


def test_shares_are_kept():
    found = draw(lot(24, 0), procedure("complete", shares=(1, 3)), seed=1).assignment
    assert np.bincount(found.arms).tolist() == [6, 18]


def matchings(units):
    """Every way to join an even number of units two by two."""
    if not units:
        yield []
        return
    first, *rest = units
    for partner in rest:
        for others in matchings([unit for unit in rest if unit != partner]):
            yield [(first, partner), *others]


@pytest.mark.parametrize("seed", range(8))
def test_pairs_are_those_of_the_least_sum_of_all_pairings(seed):
    distance = mahalanobis(np.random.default_rng(seed).normal(size=(8, 2)))
    best = min(sum(distance[pair] for pair in way) for way in matchings(list(range(8))))
    number = pair_up(distance)
    joined = [tuple(np.flatnonzero(number == pair)) for pair in range(4)]
    assert sum(distance[pair] for pair in joined) == pytest.approx(best, rel=1e-9)


@pytest.mark.parametrize("m", [3, 7, 25, 131])
def test_the_odd_one_joins_the_nearest_pair_and_the_draw_says_so(m):
    found = draw(lot(m), procedure("pairs"), seed=1)
    if m == 3:
        assert found.code == "PL120"
        return
    sizes = np.bincount(block_codes(found.assignment.blocks))
    assert sorted(sizes)[-1] == 3
    assert set(sizes[sizes != 3]) <= {2}
    assert "PL126" in {note.code for note in found.notes}


def test_pairs_are_formed_within_the_blocks_that_were_given():
    found = draw(lot(blocks=halves(3)), procedure("pairs"), seed=1).assignment
    level = dict(zip(lot().units, halves(3), strict=True))
    for pair in set(found.blocks):
        assert len({level[unit] for unit, own in zip(found.units, found.blocks, strict=True) if own == pair}) == 1


def test_the_distance_is_that_of_morgan_and_rubin():
    given = lot(20, 3)
    arms = np.repeat([0, 1], [8, 12])
    difference = given.covariates[:8].mean(axis=0) - given.covariates[8:].mean(axis=0)
    expected = 8 * 12 / 20 * difference @ np.linalg.inv(np.cov(given.covariates.T)) @ difference
    found = distances(arms[None, :], pulls(given.covariates, np.zeros(20, dtype=np.intp), arms))
    assert found[0] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(("k", "acceptance", "published"), [(5, 0.01, 0.0778), (10, 0.001, 0.1209)])
def test_the_remaining_variance_is_the_published_one(k, acceptance, published):
    assert remaining_variance(k, bound_of(k, acceptance)) == pytest.approx(published, abs=5e-5)


def test_a_bound_leaves_about_the_variance_that_it_says():
    found = draw(lot(40, 5), procedure("rerandomized", acceptance=0.01), seed=1)
    rows = redraw(found.assignment, 2000, seed=9)
    balance = found.assignment.balance
    spread = [np.var([row @ balance[:, 0] for row in many == 0]) for many in (rows, _free(found.assignment))]
    assert found.accepted == pytest.approx(0.01, abs=1e-9)
    assert spread[0] / spread[1] == pytest.approx(found.remaining_variance, abs=0.04)  # two simulated variances
    assert found.remaining_variance == pytest.approx(0.0778, abs=0.015)  # chi-squared holds only in large lots


def _free(found):
    codes = block_codes(found.blocks)
    rng = np.random.default_rng(0)
    return np.array([rng.permutation(found.arms) for _ in range(4000)]) if codes.max() == 0 else None


def test_few_units_accept_more_draws_so_that_an_inference_is_left():
    found = draw(lot(10, 2), procedure("rerandomized"), seed=1)
    assert found.accepted > 0.5
    assert found.smallest_p <= 0.05


def test_the_number_of_possible_assignments_is_counted():
    arms = np.array([0, 0, 1, 1, 0, 1, 2])
    assert 10 ** log10_possible(arms, ("a",) * 4 + ("b",) * 3) == pytest.approx(6 * 6)
    assert smallest_p(np.log10(6), np.array([0, 0, 1, 1]), ("",) * 4) == pytest.approx(2 / 6)
    assert smallest_p(np.log10(4), np.array([0, 1, 1, 1]), ("",) * 4) == pytest.approx(1 / 4)


def test_the_smallest_p_is_the_share_of_draws_as_far_apart_as_the_farthest():
    values = np.arange(6.0)
    every = np.array([np.isin(np.arange(6), chosen) for chosen in combinations(range(6), 3)])
    apart = np.abs(every @ values - (~every) @ values)
    arms, blocks = np.repeat([0, 1], 3), ("",) * 6
    assert smallest_p(log10_possible(arms, blocks), arms, blocks) == pytest.approx(np.mean(apart == apart.max()))


def test_too_few_draws_for_a_p_value_are_said():
    found = draw(lot(8), procedure("pairs"), seed=1)
    assert [note.code for note in found.notes] == ["PL127"]
    assert found.smallest_p == pytest.approx(1 / 8)


def test_many_covariates_for_few_units_are_said():
    found = draw(lot(12, 7), procedure("rerandomized"), seed=1)
    assert "PL128" in {note.code for note in found.notes}


CONSTANT = Lot(("a", "b", "c", "d"), ("",) * 4, ("x",), np.ones((4, 1)))
HOLED = Lot(("a", "b", "c", "d"), ("",) * 4, ("x",), np.array([[1.0], [np.nan], [2.0], [3.0]]))


@pytest.mark.parametrize(
    ("given", "how", "code"),
    [
        (lot(3), procedure("complete"), "PL120"),
        (lot(5), procedure("waves"), "PL120"),
        (lot(4, blocks=["a", "a", "a", "b"]), procedure("blocked"), "PL121"),
        (lot(8, 0), procedure("pairs"), "PL122"),
        (CONSTANT, procedure("pairs"), "PL122"),
        (HOLED, procedure("rerandomized"), "PL122"),
        (lot(20, 4), procedure("rerandomized", bound=1e-9), "PL123"),
        (lot(8, 7), procedure("rerandomized"), "PL124"),
        (lot(0, 0), procedure("complete"), "PL125"),
        (Lot(("a", "a"), ("", ""), (), np.empty((2, 0))), procedure("complete"), "PL125"),
        (lot(24, 0, blocks=halves(2)), procedure("complete"), "PL125"),
        (lot(), Procedure("pairs", labels=WAVES), "PL125"),
        (lot(), procedure("pairs", shares=(1, 2)), "PL125"),
        (lot(), procedure("complete", shares=(1, 0)), "PL125"),
        (lot(), procedure("complete", shares=(1,)), "PL125"),
        (lot(), procedure("rerandomized", acceptance=1.5), "PL125"),
        (lot(), procedure("rerandomized", bound=-1.0), "PL125"),
    ],
)
def test_what_chance_cannot_decide_is_refused(given, how, code):
    found = draw(given, how, seed=1)
    assert isinstance(found, Refusal)
    assert found.code == code


@pytest.mark.parametrize(
    "change",
    [
        {"format": "else"},
        {"kind": "coin"},
        {"bound": 2.0},
        {"seed": None},
        {"units": ["s000"] * 24},
        {"blocks": [""]},
        {"arms": ["tool"] * 24},
        {"blocks": ["a"] * 12 + ["b"] * 12},
        {"balance": [["x"]] * 24},
        {"extra": 1},
    ],
)
def test_a_record_that_was_changed_by_hand_is_not_read(change):
    value = to_json_value(drawn("complete").assignment) | change
    with pytest.raises(DataIssues, match="PL129"):
        from_json_value(value)


def test_a_rerandomized_record_whose_arms_were_swapped_by_hand_is_not_read():
    value = to_json_value(drawn("rerandomized", acceptance=0.001).assignment)
    value["arms"] = sorted(value["arms"])
    with pytest.raises(DataIssues, match="further apart"):
        from_json_value(value)


def test_a_bound_that_nothing_meets_stops_a_redraw():
    arms = np.array([0, 0, 1, 1])
    impossible = Assignment(
        "rerandomized", 1, ("tool", "usual"), tuple("abcd"), ("",) * 4, arms, np.array([[1.0], [2], [4], [9]]), 1e-6
    )
    with pytest.raises(UserFixable, match="none of"):
        redraw(impossible, 1, seed=1)
