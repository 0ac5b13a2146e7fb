"""Whatever the table, an exact attack works no hidden count out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gainline.engine.privacy import Audience, Policy, nested, release, two_way
from gainline.engine.privacy.attack import HIDDEN, Span, attack

POLICY = Policy()
RUN = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def worst_range(table):
    released = release(table, audience=Audience.PUBLIC, policy=POLICY)
    spans = {
        key: HIDDEN if count.is_hidden else Span(count.low, count.high)
        for key, count in released.counts.items()
        if count.shown != "exact"
    }
    small = {key for key, count in table.counts().items() if POLICY.is_small(count)}
    assert small <= set(spans)
    for key, span in spans.items():
        assert span.low <= table.counts()[key] <= span.high
    return min((span.width for span in attack(table, spans).values()), default=POLICY.minimum_range)


@st.composite
def tables(draw):
    rows, columns = draw(st.integers(2, 5)), draw(st.integers(2, 3))
    count = st.one_of(st.integers(0, 12), st.integers(0, 120))
    counts = draw(st.lists(st.lists(count, min_size=columns, max_size=columns), min_size=rows, max_size=rows))
    return two_way("t", [f"r{i}" for i in range(rows)], [f"c{j}" for j in range(columns)], counts)


@RUN
@given(tables())
def test_no_hidden_cell_of_a_table_with_margins_is_worked_out(table):
    assert worst_range(table) >= POLICY.minimum_range


@RUN
@given(st.lists(st.integers(0, 400), min_size=2, max_size=4))
def test_no_difference_of_nested_counts_is_worked_out(counts):
    steps = [(f"step {i}", count) for i, count in enumerate(sorted(counts, reverse=True))]
    assert worst_range(nested("f", steps)) >= POLICY.minimum_range


@pytest.mark.slow
def test_sixty_random_tables_of_the_size_of_a_district_give_nothing_away():
    chance = np.random.default_rng(20261122)
    for _ in range(60):
        rows, columns = chance.integers(3, 13), chance.integers(2, 8)
        counts = chance.negative_binomial(1, 1 / 30, size=(rows, columns)).tolist()
        table = two_way("t", [f"r{i}" for i in range(rows)], [f"c{j}" for j in range(columns)], counts)
        assert worst_range(table) >= POLICY.minimum_range
