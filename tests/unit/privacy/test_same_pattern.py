"""The same counts are hidden in the same way, today and after an upgrade: two patterns of one table undo each other.

The patterns below were worked out by this code, looked at by hand and attacked by the tests of `test_privacy_attack`.
Whoever changes one changes what readers may already have seen: that is a reason for an entry in the change log.
"""

from __future__ import annotations

import pytest

from disclosure_scenes import publicly as public
from gainline.engine.privacy import nested, one_way, two_way
from gainline.engine.privacy.release import remember
from gainline.engine.privacy.tables import faces, outcomes


def grid(*rows):
    return two_way("t", "abcd"[: len(rows)], "xyz"[: len(rows[0])], rows)


def told(released):
    """What is not shown exactly, as `cell hidden` or `cell low-high`."""
    return [
        "/".join(key[1:]) + (" hidden" if count.is_hidden else f" {count.low}-{count.high}")
        for key, count in released.counts.items()
        if count.shown != "exact"
    ]


@pytest.mark.parametrize(
    ("table", "pattern"),
    [
        (one_way("g", {"3": 40, "4": 4, "5": 33}), ["4 hidden", "5 30-39"]),
        (one_way("g", {"a": 9, "b": 8, "c": 10, "d": 11, "e": 500}), ["a hidden", "b hidden"]),
        (
            grid([3, 40, 12], [25, 31, 44], [22, 18, 30]),
            ["a/x hidden", "a/z hidden", "c/x 15-24", "c/z 30-39"],
        ),
        (
            grid([3, 40, 12], [25, 31, 4], [22, 18, 30], [150, 7, 0]),
            ["a/x hidden", "a/z hidden", "b/x 20-29", "b/y 30-39", "b/z hidden", "d/x 150-159", "d/y hidden"],
        ),
        (
            grid([120, 9, 240], [7, 300, 310], [205, 410, 6]),
            ["a/x 120-129", "a/y hidden", "b/x hidden", "b/y 300-309", "b/z 310-319", "c/x 205-214", "c/z hidden"],
        ),
        (
            nested("f", [("enrolled", 5000), ("used", 4991), ("dosed", 3000), ("mastered", 12), ("retained", 7)]),
            ["enrolled 5000-5009", "retained hidden", "enrolled/not used hidden", "mastered/not retained hidden"],
        ),
        (
            nested("f", [("enrolled", 10003), ("used", 10000), ("dosed", 9998)]),
            ["used 9995-10004", "dosed 9990-9999", "enrolled/not used hidden", "used/not dosed hidden"],
        ),
        (
            nested("f", [("enrolled", 24), ("used", 21), ("dosed", 14)]),
            ["used 15-24", "enrolled/not used hidden", "used/not dosed hidden"],
        ),
        (
            faces("t", ["ab", "xy", "kl"], [[[20, 30], [4, 25]], [[31, 12], [18, 22]]]),
            [f"{a}/{x}/{k} hidden" for a in "ab" for x in "xy" for k in "kl"],
        ),
        (
            outcomes("p", {"3": (80, 80), "4": (41, 90), "5": (0, 30)}),
            ["3/reached 75-84", "3/not reached 0-9", "5/reached 0-9", "5/not reached 25-34"],
        ),
    ],
)
def test_a_table_is_hidden_as_it_always_was(table, pattern):
    assert told(public(table)) == pattern


@pytest.mark.parametrize(
    ("march", "moved", "pattern"),
    [
        ([[4, 61], [52, 33]], {"left": 36}, "a/x hidden, b/x 45-54, a/total 65-74, b/total 80-89"),
        (
            [[41, 61], [72, 53]],
            {"joined": 41},
            "a/x 30-49, a/y 60-69, b/x 65-74, b/y 45-54, a/total 100-109, b/total 120-129",
        ),
    ],
)
def test_beside_an_earlier_release_as_well(march, moved, pattern):
    january = grid([40, 61], [52, 33])
    past = remember("January", january, public(january), **moved)
    assert ", ".join(told(public(grid(*march), earlier=[past]))) == pattern


def test_a_total_weighs_as_much_in_linked_tables_as_in_one():
    def weights(table):
        return [{cell.weight for cell in table.cells if cell.key.count("total") == many} for many in range(4)]

    assert weights(grid([1, 2], [3, 4]))[:3] == [{1.0}, {2.0}, {4.0}]
    assert weights(faces("t", ["ab", "xy", "kl"], [[[1, 1], [1, 1]], [[1, 1], [1, 1]]])) == [{1.0}, {1.0}, {2.0}, {4.0}]
