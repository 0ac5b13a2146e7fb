"""Figures with noise: what is spent is refused, the same figures cost nothing, and the noise is what it says."""

from __future__ import annotations

import math
import sys
from datetime import date

import numpy as np
import pytest
import scipy.stats

from gainline.engine.core.errors import Refused, UserFixable
from gainline.engine.privacy.noisy import BUDGET, Spending, admit, large_enough, off_by, parts_of_use, spent
from gainline.road import noisy
from gainline.road.noisy import share_noisy, two_sided_geometric
from gainline.road.workspace import Workspace

DAY = date(2026, 2, 1)
EVIDENCE = {"plan": {"window": {"start": "2025-10-01"}}, "funnel": {"enrolled": 2000, "used": 1500, "dosed": 700}}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(noisy, "read_evidence", lambda _, key: EVIDENCE)
    return Workspace.create(tmp_path / "home")


def share(home, key="a", epsilon=0.25):
    return share_noisy(home, key, home.root / "out" / f"{key}.csv", epsilon=epsilon, on=DAY)


def test_what_is_spent_is_refused_and_what_was_told_is_told_again(home):
    first = share(home, "a", 0.75)
    assert first.says == "±4 at epsilon 0.75"
    assert sum(figure for _, figure in first.figures) == pytest.approx(2000, abs=60)
    with pytest.raises(Refused, match="PR100"):
        share(home, "b", 0.5)
    share(home, "b", 0.25)
    for key in "cde":
        with pytest.raises(Refused, match="PR100"):
            share(home, key, 0.001)
    assert share(home, "a", 0.75) == first
    text = (home.root / "out" / "a.csv").read_text()
    assert text.splitlines()[0] == "students,figure,off by at most (95 of 100),epsilon"


def test_of_two_commands_at_once_the_one_that_came_second_is_refused(home, monkeypatch):
    seen = []

    def both(asked, before):
        before = list(before)
        seen.append(len(before))
        return None if len(seen) == 1 else admit(asked, [Spending("2025-26", "use", 900), *before])

    monkeypatch.setattr(noisy, "admit", both)
    with pytest.raises(Refused, match="PR100"):
        share(home)


def test_another_school_year_has_a_budget_of_its_own(home, monkeypatch):
    share(home, "a", 1.0)
    spring = {**EVIDENCE, "plan": {"window": {"start": "2025-02-01"}}}
    monkeypatch.setattr(noisy, "read_evidence", lambda _, key: spring)
    assert share(home, "b", 1.0).spending.year == "2024-25"


def test_a_small_cycle_is_told_nothing_of(home, monkeypatch):
    monkeypatch.setattr(
        noisy, "read_evidence", lambda _, key: {**EVIDENCE, "funnel": dict.fromkeys(EVIDENCE["funnel"], 499)}
    )
    with pytest.raises(Refused, match="PR101"):
        share(home)
    assert large_enough(500) is None


@pytest.mark.parametrize("epsilon", [0.0001, 0.00055])
def test_epsilon_goes_in_thousandths(home, epsilon):
    with pytest.raises(UserFixable, match="thousandth"):
        share(home, "a", epsilon)


def test_without_opendp_nothing_is_told(home, monkeypatch):
    monkeypatch.setitem(sys.modules, "opendp.prelude", None)
    with pytest.raises(UserFixable, match="PR102"):
        two_sided_geometric([1], epsilon=1.0)


def test_ten_tenths_are_one_and_not_a_hair_more():
    tenths = [Spending("2025-26", "use", 100)] * 10
    assert spent(tenths, "2025-26", "use") == BUDGET
    assert spent([*tenths, *tenths], "2025-26", "use") == BUDGET
    assert spent(tenths, "2025-26", "results") == spent(tenths, "2024-25", "use") == 0
    assert admit(tenths[0], tenths[:9]) is None
    assert admit(tenths[0], tenths).code == "PR100"
    with pytest.raises(ValueError, match="above zero"):
        admit(Spending("2025-26", "use", 0), [])


@pytest.mark.parametrize(("epsilon", "most"), [(1, 3), (0.5, 6), (0.25, 12), (0.1, 30), (20, 0)])
def test_how_far_a_figure_is_off_is_what_the_sum_of_the_tail_says(epsilon, most):
    def beyond(a):
        ratio = math.exp(-epsilon)
        return 2 * sum(ratio**k * (1 - ratio) / (1 + ratio) for k in range(a + 1, 4000))

    assert off_by(epsilon) == most
    assert beyond(most) <= 0.05
    assert most == 0 or beyond(most - 1) > 0.05


def test_each_student_stands_in_one_part():
    assert parts_of_use({"enrolled": 10, "used": 12, "dosed": 11}) == {
        "dosed": 10,
        "used under the dose": 0,
        "not used": 0,
    }


@pytest.mark.parametrize("epsilon", [1.0, 0.1])
def test_the_noise_is_two_sided_geometric(epsilon):
    """On 100,000 draws: Kolmogorov's distance against the exact distribution, whose steps make the test only stricter
    to fail; p > 0.0001, so that a sound source fails once in 10,000 runs, and a scale off by 2 % always.
    """
    draws = two_sided_geometric([0] * 100_000, epsilon=epsilon)
    exact = scipy.stats.dlaplace(epsilon)
    steps = np.unique(draws)
    at_most = np.searchsorted(np.sort(draws), steps, side="right") / len(draws)
    distance = float(np.max(np.abs(at_most - exact.cdf(steps))))
    assert scipy.stats.kstwobign.sf(distance * math.sqrt(len(draws))) > 1e-4
