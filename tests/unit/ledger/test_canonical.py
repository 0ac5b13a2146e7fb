"""Canonical JSON: what it writes and what it refuses."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from math import copysign

import numpy as np
import pytest

from gainline.engine.ledger import NotCanonical, canonical, digest, settle


class Color(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Point:
    x: float
    when: date | None


def test_it_follows_the_standards_own_example():
    # RFC 8785, section 3.2.3: keys sort by their UTF-16 code units; 3.2.2.3: numbers as ECMAScript prints them
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    order = list(json.loads(canonical(dict.fromkeys(keys, 0))))
    assert order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert canonical([4.5, 2e-3, 1e-27, 1e30]) == b"[4.5,0.002,1e-27,1e+30]"


def test_dates_tuples_enums_dataclasses_decimals_and_numpy_scalars_have_one_form():
    value = {
        "d": date(2026, 5, 1),
        "t": datetime(2026, 5, 1, 8, tzinfo=UTC),
        "tuple": (1, 2),
        "enum": Color.RED,
        "point": Point(1.5, None),
        "decimal": Decimal("1.10"),
        "numpy": [np.float64(0.25), np.int64(3), np.bool_(True)],
        Color.RED: 1,
    }
    assert canonical(value) == (
        b'{"d":"2026-05-01","decimal":"1.10","enum":"red","numpy":[0.25,3,true],"point":{"when":null,"x":1.5},'
        b'"red":1,"t":"2026-05-01T08:00:00+00:00","tuple":[1,2]}'
    )


def test_the_last_bits_of_a_sum_do_not_show():
    assert 0.1 + 0.2 != 0.3
    assert digest(0.1 + 0.2) == digest(0.3)
    assert settle(1 / 3) == 0.333333333333
    assert canonical(-0.0) == b"0"
    assert copysign(1.0, settle(-0.0)) == 1.0, "minus zero would print as another number"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), 2**53, -(2**53), np.float64("nan")])
def test_numbers_that_json_cannot_hold_are_refused_with_their_place(number):
    with pytest.raises(NotCanonical, match=r"value\.a\[1\]"):
        canonical({"a": [0, number]})


@pytest.mark.parametrize("value", [{1: "a"}, {"a": {1, 2}}, b"bytes", object(), "\ud800", Point])
def test_what_has_no_single_text_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical(value)


def test_the_largest_safe_integer_is_written():
    assert canonical(2**53 - 1) == b"9007199254740991"


def test_the_digest_is_the_hash_of_the_text():
    assert digest({"a": 1}) == hashlib.sha256(b'{"a":1}').hexdigest()


def test_settle_is_its_own_fixed_point():
    once = settle({"a": (1 / 3, date(2026, 1, 1))})
    assert settle(once) == once
