"""The naive look: users against the others, or much use against little where everybody used the tool."""

from __future__ import annotations

import numpy as np
import pytest

from gainline.engine.evidence.robustness.naive import naive

SCORES = np.array([4.0, 6.0, 5.0, 1.0, 3.0, np.nan])


def test_users_are_held_against_non_users():
    used = np.array([True, True, True, False, False, False])
    found = naive(SCORES, used)
    assert found is not None
    assert (found.effect, found.n_users, found.n_others, found.split) == (pytest.approx(3.0), 3, 2, "users")


def test_where_everybody_used_it_much_use_is_held_against_little():
    everybody = np.ones(6, dtype=bool)
    much = np.array([True, True, True, False, False, False])
    assert naive(SCORES, everybody) is None
    found = naive(SCORES, everybody, above=much)
    assert found is not None
    assert (found.effect, found.n_users, found.n_others, found.split) == (pytest.approx(3.0), 3, 2, "amount")


def test_users_come_first_where_there_are_non_users():
    used = np.array([True, True, True, True, False, False])
    assert naive(SCORES, used, above=~used) is None  # one non-user with a score, and one above: too few either way
    found = naive(SCORES, np.array([True, True, True, False, False, False]), above=used)
    assert found is not None
    assert found.split == "users"
