"""Sources: each planted fault is found, and a clean district gives nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from gainline.engine.monitoring.sources import (
    Amounts,
    Licensed,
    Load,
    Observed,
    longest_silence,
    look,
    stability_index,
    unlike_minutes,
)

TODAY = date(2026, 3, 2)
RNG = np.random.default_rng(5)
WEEKLY = [Load(TODAY - timedelta(days=7 * back), 1000, 4, 500, 490) for back in range(8, -1, -1)]
BEFORE, ALIKE = RNG.gamma(2, 9, 4000), RNG.gamma(2, 9, 500)
CLEAN = Observed(
    loads={"lexia": WEEKLY},
    amounts={"lexia": [Amounts("lexia minutes_active", ALIKE, BEFORE)]},
    impossible={"lexia": {"an amount below zero": 0}},
    licensed=[Licensed("lexia", 4, 4)],
    minutes={"lexia": "clicks within five minutes", "moby": "Clicks within  five minutes"},
    waiting={"lexia": 0},
)


def codes(observed: Observed, as_of: date = TODAY) -> list[str]:
    return [issue.code for issue in look(observed, as_of=as_of)]


def test_a_clean_district_gives_nothing():
    assert codes(CLEAN) == []


PLANTED = {
    "IN411": {"loads": {"lexia": [*WEEKLY[:-1], replace(WEEKLY[-1], rejected=60)]}},
    "IN412": {"amounts": {"lexia": [Amounts("lexia minutes_active", ALIKE * 60, BEFORE)]}},
    "IN413": {"impossible": {"lexia": {"an amount below zero": 3}}},
    "IN414": {"loads": {"lexia": [*WEEKLY[:-1], replace(WEEKLY[-1], identities=300, matched=294)]}},
    "IN415": {"licensed": [Licensed("lexia", 38, 42)]},
    "IN416": {"minutes": {"lexia": "clicks within five minutes", "moby": "logged in"}},
    "IN417": {"loads": {"lexia": [*WEEKLY[:-1], replace(WEEKLY[-1], matched=450)]}},
    "IN418": {"waiting": {"lexia": 7}},
}


@pytest.mark.parametrize("code", PLANTED)
def test_a_planted_fault_is_found_and_nothing_else(code: str):
    assert codes(replace(CLEAN, **PLANTED[code])) == [code]


def test_a_late_file_is_late_by_its_own_rhythm():
    assert codes(CLEAN, TODAY + timedelta(days=9)) == []
    assert codes(CLEAN, TODAY + timedelta(days=10)) == ["IN410"]
    assert longest_silence(WEEKLY[:2]) == 35


def test_a_first_file_is_held_against_fixed_limits():
    first = Load(TODAY, 1000, 60, 500, 460)
    assert codes(replace(CLEAN, loads={"new": [first]})) == ["IN411", "IN417"]


def test_too_few_licensed_students_are_not_spoken_of():
    assert codes(replace(CLEAN, licensed=[Licensed("lexia", None, None)])) == []


def test_the_index_is_small_for_samples_of_one_distribution_and_its_bound_holds():
    draws = [stability_index(RNG.gamma(2, 9, 300), RNG.gamma(2, 9, 3000)) for _ in range(200)]
    assert sum(index > bound for index, bound in draws) <= 2  # 0.2 are expected
    shifted, _ = stability_index(RNG.normal(1, 1, 20_000), RNG.normal(0, 1, 20_000))
    assert shifted == pytest.approx(1.0, abs=0.1)  # of two normals one SD apart: (difference / SD) squared


def test_one_definition_of_a_minute_is_no_warning():
    assert unlike_minutes({"lexia": "as logged in"}) == []
