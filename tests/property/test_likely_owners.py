"""Who an identity without an identifier is: on rosters whose truth is known, nobody is linked falsely."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gainline.engine.intake.likely import RUNNER_UP, STRANGER, Pairs, one_owner_each, suggest
from gainline.engine.intake.plain_names import plain_name
from gainline.engine.worlds.accounts import GRADES, Accounts, Rostered, build_accounts, build_roster
from gainline.road.likely_owners import Described, likely_owners


def described(people: Rostered | Accounts, rows: np.ndarray) -> list[Described]:
    names = [plain_name(people.given[row], people.family[row]) for row in rows]
    grades = [GRADES.index(people.grade[row]) if people.grade[row] else None for row in rows]
    return [Described(name, people.school[row], grade) for name, row, grade in zip(names, rows, grades, strict=True)]


def judged(students: int, accounts: int, strangers: int, seed: int) -> tuple[float, int]:
    """Recall among the accounts that have no identifier, and false links, of the suggestions that are sure."""
    roster = build_roster(students, seed=seed)
    made = build_accounts(roster, accounts, seed=seed, strangers=strangers)
    left = np.flatnonzero((made.sis_id == "") & (made.email == ""))
    others = np.setdiff1d(made.owner, made.owner[left])
    has_account = np.isin(np.arange(students), others)
    whole = described(roster, np.arange(students))
    sure = [one for one in likely_owners(described(made, left), whole, has_account=has_account) if one.is_sure]
    right = sum(made.owner[left[one.identity]] == one.student for one in sure)
    return right / int((made.owner[left] >= 0).sum()), len(sure) - right


def test_nine_in_ten_leftovers_of_a_small_district_are_found_and_nobody_falsely():
    recall, false = judged(2_000, 1_800, 15, seed=11)
    assert false == 0
    assert recall >= 0.94


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_leftovers_of_a_large_district_are_found_and_nobody_falsely(seed: int):
    recall, false = judged(20_000, 18_000, 150, seed=seed)
    assert false == 0
    assert recall >= 0.94


def test_one_owner_at_most_so_two_alike_students_share_the_probability():
    two = np.array([0, 1])
    flags = np.array([True, True])
    (one,) = suggest(Pairs(np.zeros(2, int), two, np.array([20.0, 20.0]), flags), has_account=np.zeros(100, bool))
    assert one.probability == pytest.approx(0.5, abs=0.01)  # the rest is somebody whom the roster does not have
    assert not one.is_sure


def test_a_student_whom_the_source_knows_already_seldom_owns_a_second_account():
    pair = Pairs(np.array([0]), np.array([0]), np.array([12.0]), np.array([True]))
    known, fresh = np.zeros(100, bool), np.zeros(100, bool)
    known[0] = True
    (first,), (second,) = suggest(pair, has_account=fresh), suggest(pair, has_account=known)
    assert first.is_sure
    assert not second.is_sure
    assert second.probability < first.probability


def by_enumeration(identity: np.ndarray, student: np.ndarray, odds: np.ndarray) -> np.ndarray:
    """The same probabilities by every assignment there is, one owner at most on both sides."""
    weight, total = np.zeros(len(odds)), 0.0
    for chosen in itertools.product([False, True], repeat=len(odds)):
        pairs = np.flatnonzero(chosen)
        if len(set(identity[pairs])) == len(set(student[pairs])) == len(pairs):
            product = float(np.prod(odds[pairs]))
            total += product
            weight[pairs] += product
    return weight / total


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-6, 6), min_size=1, max_size=9))
def test_without_circles_the_probabilities_are_those_of_all_assignments(exponents: list[float]):
    """Pairs in a chain: identity 0 and student 0, student 0 and identity 1, identity 1 and student 1, and so on."""
    odds = np.exp2(np.array(exponents))
    steps = np.arange(len(odds))
    identity, student = (steps + 1) // 2, steps // 2
    found, stranger = one_owner_each(identity, student, odds)
    # Messages stop when they move by less than 1e-7; half steps leave a few times that.
    assert found == pytest.approx(by_enumeration(identity, student, odds), abs=1e-5)
    assert np.all(found + stranger <= 1 + 1e-12)


def test_a_namesake_who_is_somebody_elses_is_no_rival():
    """Two accounts of one name at two schools, and their two students: each school settles both."""
    identity, student = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    weight = np.array([22.0, 15.0, 15.0, 22.0])
    flags = np.ones(4, bool)
    both = suggest(Pairs(identity, student, weight, flags), has_account=np.zeros(100, bool))
    (alone,) = suggest(Pairs(identity[:2], student[:2], weight[:2], flags[:2]), has_account=np.zeros(100, bool))
    assert [(one.student, one.is_sure) for one in both] == [(0, True), (1, True)]
    assert not alone.is_sure, "alone, the account may be the namesake's who moved: 1 in 129"
    assert 1 - alone.probability > RUNNER_UP


def test_bars_for_strangers_and_for_other_students_are_told_apart():
    """One pair, and as many bits as make a stranger as likely as the bar."""
    known = np.zeros(100, bool)
    bits = float(np.log2(100 * 0.05 / 0.95 * (1 / STRANGER - 1)))
    for more, sure in ((0.01, True), (-0.01, False)):
        (one,) = suggest(Pairs(np.array([0]), np.array([0]), np.array([bits + more]), np.array([True])),
                         has_account=known)  # fmt: skip
        assert one.is_sure is sure
