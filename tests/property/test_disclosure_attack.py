"""A reader with another solver works nothing out of what the public pages print."""

from __future__ import annotations

import numpy as np
import pytest

from disclosure_oracle import least_hidden
from disclosure_scenes import POLICY, Tally, counts_of, cube, grid, history, single
from gainline.engine.privacy import Audience, release, two_way
from reader_attack import Reader

SEED = 20261122


def assert_nothing_is_worked_out(tally):
    assert tally.guarded > 0
    assert (tally.exact, tally.narrow, tally.differences) == (0, 0, 0), str(tally)


def singles(scenes, size):
    chance, tally = np.random.default_rng(SEED), Tally()
    for _ in range(scenes):
        single(chance, tally, size)
    return tally


def cubes(scenes, size):
    chance, tally = np.random.default_rng(SEED), Tally()
    for _ in range(scenes):
        cube(chance, tally, size)
    return tally


def histories(scenes, releases):
    chance, stranger, knowing = np.random.default_rng(SEED), Tally(), Tally()
    for _ in range(scenes):
        history(chance, stranger, knowing, releases=releases)
    return stranger, knowing


def shares(tables):
    """How many counts are not shown exactly, and how many at least would have to be."""
    chance, ours, least = np.random.default_rng(SEED), 0, 0
    for _ in range(tables):
        rows, columns = chance.integers(2, 5), chance.integers(2, 4)
        counts = counts_of(chance, rows, columns)
        table = two_way("t", [f"r{i}" for i in range(rows)], [f"c{i}" for i in range(columns)], counts)
        fewest = least_hidden(table, POLICY)
        if fewest is not None:
            released = release(table, audience=Audience.PUBLIC, policy=POLICY)
            ours += sum(count.shown != "exact" for count in released.counts.values())
            least += fewest
    return ours, least


def test_forty_single_tables_give_nothing_away():
    assert_nothing_is_worked_out(singles(40, (4, 3)))


def test_fifteen_linked_cubes_give_nothing_away():
    assert_nothing_is_worked_out(cubes(15, 2))


def test_five_histories_of_releases_give_nobody_away_not_even_to_who_knows_how_many_came_and_left():
    for tally in histories(5, 3):
        assert tally.asked_differences > 0
        assert (tally.exact, tally.narrow, tally.differences) == (0, 0, 0), str(tally)


def test_the_reader_works_out_a_count_that_is_hidden_alone():
    table = two_way("t", ["a", "b"], ["x", "y"], [[3, 40], [25, 31]])
    reader = Reader()
    for key, many in table.counts().items():
        reader.read(key, "too few to show" if POLICY.is_small(many) else str(many))
    for total, parts in grid("t", ["a", "b"], ["x", "y"]):
        reader.add_up(total, parts)
    assert reader.range_of(("t", "a", "x")) == (3, 3)


def test_the_hidden_share_is_near_the_fewest():
    ours, least = shares(12)
    assert ours <= 1.15 * least


@pytest.mark.slow
def test_five_hundred_single_tables_give_nothing_away():
    assert_nothing_is_worked_out(singles(500, (7, 5)))


@pytest.mark.slow
def test_two_hundred_linked_cubes_give_nothing_away():
    assert_nothing_is_worked_out(cubes(200, 3))


@pytest.mark.slow
def test_fifty_histories_of_five_releases_give_nobody_away():
    for tally in histories(50, 5):
        assert_nothing_is_worked_out(tally)
        assert tally.asked_differences > 0


@pytest.mark.slow
def test_the_hidden_share_of_a_hundred_small_tables_is_near_the_fewest():
    ours, least = shares(100)
    assert ours <= 1.15 * least
