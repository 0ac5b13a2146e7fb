"""The attack and its proof: what a reader works out, what is spared where it is known already, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.optimize

from gainline.engine.privacy import Cell, Policy, ReleaseTable, Sum, nested, one_way, two_way
from gainline.engine.privacy.attack import HIDDEN, Asked, Span, Work, WorkSpent, attack, equations, needs, prove
from gainline.engine.privacy.suppress import everything, suppress
from gainline.engine.privacy.tables import CEILING, UNSEEN

GRADES = one_way("g", {"a": 12, "b": 15, "c": 40})
A, B, C, ALL = (("g", name) for name in ("a", "b", "c", "total"))
BANDS = {A: Span(10, 15), B: Span(12, 17)}


def asked(work=10_000, reach=5):
    return Asked(reach, 10, Work(work))


def narrowest(table, hidden):
    spans = {cell.key: cell.unknown for cell in table.cells if cell.key in hidden}
    return min((span.width for span in attack(table, spans, of=hidden).values()), default=CEILING)


def test_two_bands_beside_their_sum_leave_what_both_allow():
    assert attack(GRADES, {A: Span(10, 15), B: Span(10, 15)}) == {A: Span(12, 15), B: Span(12, 15)}
    assert attack(GRADES, BANDS, of={B}) == {B: Span(12, 17)}


def test_a_hidden_total_is_the_sum_of_its_parts():
    assert attack(GRADES, {ALL: HIDDEN}) == {ALL: Span(67, 67)}
    assert attack(GRADES, {ALL: HIDDEN, A: HIDDEN})[ALL].low == 56


def test_a_count_in_no_sum_may_be_any():
    alone = ReleaseTable((Cell(("x",), 4), *GRADES.cells), GRADES.sums)
    found = attack(alone, {("x",): HIDDEN})[("x",)]
    assert found.low == 1
    assert found.high > 1_000
    assert equations([("x",)], alone.sums, GRADES.counts()) is None


def test_a_reader_knows_that_nobody_passed_where_zeros_are_hidden_too():
    table = ReleaseTable((Cell(("x",), 0, is_outcome=True), Cell(("y",), 4)))
    found = attack(table, {cell.key: cell.unknown for cell in table.cells})
    assert (found["x",].low, found["y",].low) == (0, 1)


def test_a_count_of_before_that_the_reader_knows_exactly_is_no_unknown():
    known = Cell(("was",), 7, seen=Span(7, 7), is_printed=False)
    vague = Cell(("then",), 5, seen=UNSEEN, is_printed=False)
    table = ReleaseTable((Cell(("now",), 12), known, vague), (Sum(("now",), (("was",), ("then",))),))
    assert attack(table, {}) == {("then",): Span(5, 5)}
    assert attack(table, {("now",): HIDDEN})[("now",)].low == 7


@pytest.mark.parametrize(
    ("cell", "is_guarded"),
    [
        (Cell(("x",), 9, seen=UNSEEN), True),
        (Cell(("x",), 10, seen=UNSEEN), False),
        (Cell(("x",), 1, seen=UNSEEN), True),
        (Cell(("x",), 0, seen=UNSEEN), False),
        (Cell(("x",), 0, seen=UNSEEN, is_outcome=True), True),
        (Cell(("x",), 9, seen=UNSEEN, is_guarded=False), False),
        (Cell(("x",), 9, seen=Span(9, 9)), False),
        (Cell(("x",), 9), False),
    ],
)
def test_small_counts_of_which_a_reader_has_parts_are_guarded(cell, is_guarded):
    table = ReleaseTable((cell, Cell(("y",), 3)))
    assert needs(table, set(), 10) == ({("x",)} if is_guarded else set())
    assert needs(table, {("y",)}, 10) == needs(table, set(), 10) | {("y",)}


def test_what_was_seen_before_is_not_guarded_because_it_is_hidden_now():
    table = ReleaseTable((Cell(("x",), 40, seen=UNSEEN), Cell(("y",), 3)))
    assert needs(table, {("x",), ("y",)}, 10) == {("y",)}


def test_a_range_of_just_the_reach_is_proof_and_one_less_is_none():
    pair = prove(GRADES, BANDS, asked())[A]
    assert [world[A] for world in pair] == [10, 15]
    assert all(world[A] + world[B] == 27 for world in pair)
    assert prove(GRADES, BANDS, asked(reach=6)) is None


def test_a_proof_is_found_far_from_the_truth_as_well():
    table = ReleaseTable((Cell(("x",), 100), Cell(("y",), 100), Cell(("s",), 200)), (Sum(("s",), (("x",), ("y",))),))
    proof = prove(table, {("x",): Span(1, 120), ("y",): Span(1, 199)}, asked(reach=115))
    assert proof is not None


def test_worlds_that_still_fit_are_kept_and_cost_nothing():
    held = prove(GRADES, BANDS, asked())
    assert prove(GRADES, BANDS, asked(work=0), held) == held
    with pytest.raises(WorkSpent):
        prove(GRADES, BANDS, asked(work=0))


@pytest.mark.parametrize("now", [{A: Span(11, 16), B: Span(11, 17)}, {A: Span(9, 14), B: Span(12, 18)}])
def test_worlds_that_a_narrower_band_rules_out_are_looked_for_again(now):
    held = prove(GRADES, BANDS, asked())
    fresh = prove(GRADES, now, asked(), held)
    assert fresh is not None
    assert all(now[key].low <= world[key] <= now[key].high for pair in fresh.values() for world in pair for key in now)


def fake(monkeypatch, **found):
    answer = SimpleNamespace(x=None, status=0, mip_node_count=None, message="")
    monkeypatch.setattr(scipy.optimize, "milp", lambda *_, **__: SimpleNamespace(**{**vars(answer), **found}))
    bounds = scipy.optimize.Bounds([0, 0], [1, 1])
    return lambda work: work.solve(np.zeros(2), bounds, [])


@pytest.mark.parametrize(("nodes", "left"), [(None, 98), (0, 98), (7, 91)])
def test_a_program_costs_its_columns_and_its_nodes(monkeypatch, nodes, left):
    solve, work = fake(monkeypatch, x=[0, 0], mip_node_count=nodes), Work(100)
    solve(work)
    assert work.left == left


def test_the_last_of_the_budget_may_be_spent(monkeypatch):
    solve = fake(monkeypatch, x=[0, 0])
    solve(Work(2))
    with pytest.raises(WorkSpent):
        solve(Work(1))


def test_a_search_that_ended_early_counts_when_it_found_something(monkeypatch):
    assert fake(monkeypatch, x=[0, 0], status=1)(Work(9)).x == [0, 0]
    with pytest.raises(WorkSpent):
        fake(monkeypatch, status=1)(Work(9))
    assert fake(monkeypatch, status=2)(Work(9)).x is None


def test_an_audit_without_an_answer_is_a_defect_and_not_a_release(monkeypatch):
    fake(monkeypatch, status=2, message="infeasible")
    with pytest.raises(ArithmeticError, match="infeasible"):
        attack(GRADES, BANDS)


def test_what_must_go_is_what_is_small_and_decided_on_here():
    table = ReleaseTable(
        (
            Cell(("nine",), 9), Cell(("ten",), 10), Cell(("none",), 0), Cell(("nobody passed",), 0, is_outcome=True),
            Cell(("seen",), 4, seen=Span(0, 9)),
        )
    )  # fmt: skip
    hidden = suppress(table, Policy(), forced=frozenset(), work=Work())
    assert hidden == {("nine",), ("nobody passed",)}
    assert everything(table) == {("nine",), ("ten",), ("nobody passed",)}


def test_what_is_forced_goes_and_is_protected():
    forced = frozenset({("t", "a", "x")})
    table = two_way("t", "ab", "xy", [[30, 40], [25, 31]])
    hidden = suppress(table, Policy(), forced=forced, work=Work())
    assert forced < hidden
    assert narrowest(table, hidden) >= 5


def test_what_protects_is_the_smaller_of_two_and_a_part_before_a_total():
    table = two_way("t", "ab", "xyz", [[4, 400, 30], [300, 500, 31]])
    hidden = suppress(table, Policy(), forced=frozenset(), work=Work())
    assert hidden == {("t", row, column) for row in "ab" for column in "xz"}


def test_a_count_that_nobody_prints_is_the_first_to_protect():
    table = nested("f", [("enrolled", 300), ("used", 200), ("dosed", 4)])
    hidden = suppress(table, Policy(), forced=frozenset(), work=Work())
    assert hidden == {("f", "dosed"), ("f", "used", "not dosed")}


def test_where_an_earlier_page_left_too_little_nothing_is_found():
    seen = Cell(("x",), 4, seen=Span(3, 6), is_printed=False)
    assert suppress(ReleaseTable((seen,)), Policy(), forced=frozenset(), work=Work()) is None
    wide = replace(seen, seen=Span(1, 6))
    assert suppress(ReleaseTable((wide,)), Policy(), forced=frozenset(), work=Work()) == frozenset()
