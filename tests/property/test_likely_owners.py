"""Who an identity without an identifier is: on rosters whose truth is known, nobody is linked falsely."""

from __future__ import annotations

import numpy as np
import pytest

from gainline.engine.intake.likely import Pairs, suggest
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
    (one,) = suggest(
        Pairs(np.zeros(2, int), two, np.array([20.0, 20.0]), flags, flags), has_account=np.zeros(100, bool)
    )
    assert one.probability == pytest.approx(0.5, abs=0.01)  # the rest is somebody whom the roster does not have
    assert not one.is_sure


def test_a_student_whom_the_source_knows_already_seldom_owns_a_second_account():
    pair = Pairs(np.array([0]), np.array([0]), np.array([12.0]), np.array([True]), np.array([True]))
    known, fresh = np.zeros(100, bool), np.zeros(100, bool)
    known[0] = True
    (first,), (second,) = suggest(pair, has_account=fresh), suggest(pair, has_account=known)
    assert first.is_sure
    assert not second.is_sure
    assert second.probability < first.probability
