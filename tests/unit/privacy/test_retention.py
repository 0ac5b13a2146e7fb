"""What of the lake is due on which day, and what a legal hold keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gainline.engine.core.errors import UserFixable
from gainline.engine.privacy.catalog import catalogue
from gainline.engine.privacy.retention import (
    Due,
    HandedFile,
    Hold,
    Lived,
    Rules,
    classes_of,
    falls_due,
    row_class,
    tables_of,
)
from gainline.engine.records import TABLES, Retention

DAY = date(2026, 9, 1)
RULES = Rules(appeal_days=100, after_leaving_days=365)
HOLD = Hold("1", "Legal office", "case 12", DAY)
OF_LUMEN = Due(Retention.CONTRACT, "lumen", ("usage",), (("tool", ("lumen",)),), DAY)


def due(*, tools=None, cycles=(), on=DAY):
    return falls_due(catalogue(), tools=tools or {}, cycles=cycles, rules=RULES, on=on)


def of(found, retention):
    return [(one.source, one.since) for one in found if one.retention is retention]


def test_a_contracts_rows_are_due_from_its_day_of_destruction_and_never_without_one():
    asked = {"lumen": DAY, "math": None, "quest": DAY + timedelta(1)}
    assert of(due(tools=asked), Retention.CONTRACT) == [("lumen", DAY)]
    assert of(due(tools=asked, on=DAY - timedelta(1)), Retention.CONTRACT) == []
    (lumen,) = (one for one in due(tools=asked) if one.source == "lumen")
    assert "usage" in lumen.tables
    assert lumen.where == (("tool", ("lumen",)),)


def test_a_cycles_rows_are_due_when_no_cycle_of_its_tool_can_be_appealed_any_more():
    first = Lived("a", "lumen", DAY - timedelta(400), DAY - timedelta(200))
    second = Lived("b", "lumen", DAY - timedelta(300), DAY - timedelta(50))
    running = replace(second, over_on=None)
    appealed = first.over_on + timedelta(100)
    assert of(due(cycles=[first]), Retention.CYCLE) == [("a", appealed), ("lumen", appealed), ("district", appealed)]
    assert of(due(cycles=[second, first]), Retention.CYCLE) == [("a", appealed)], "the tool's second can be appealed"
    assert of(due(cycles=[first, running]), Retention.CYCLE) == [("a", appealed)], "the tool's second still runs"
    later = second.over_on + timedelta(100)
    assert of(due(cycles=[first, second], on=later), Retention.CYCLE)[1:] == [
        ("b", later), ("lumen", later), ("district", later),
    ]  # fmt: skip


def test_who_left_stays_while_a_cycle_may_look_at_the_two_years_before_it():
    (alone,) = due()
    assert (alone.source, alone.tables, alone.since) == ("left", (), DAY - timedelta(365))
    running = Lived("a", "lumen", DAY - timedelta(30), None)
    assert of(due(cycles=[running]), Retention.ROSTER) == [("left", running.began - timedelta(731))]
    over = replace(running, over_on=DAY - timedelta(101))
    assert of(due(cycles=[over]), Retention.ROSTER) == [("left", DAY - timedelta(365))]


def test_a_row_stays_as_long_as_the_fact_in_it_that_goes_first():
    assert row_class(catalogue(), "usage") is Retention.CONTRACT
    assert row_class(catalogue(), "students") is Retention.ROSTER
    sorted_out = [name for one in Retention for name in tables_of(catalogue(), one)]
    assert sorted(sorted_out) == sorted(name for name in TABLES if name in catalogue().lake)


@pytest.mark.parametrize(
    "wrong", [{"by": " "}, {"because": ""}, {"until": DAY - timedelta(1)}], ids=["nobody", "no reason", "backwards"]
)
def test_a_hold_that_nobody_stands_for_is_refused(wrong):
    with pytest.raises(UserFixable, match="PR091"):
        replace(HOLD, **wrong)


def test_a_hold_stands_through_its_last_day():
    assert HOLD.stands(DAY + timedelta(9999))
    dated = replace(HOLD, until=DAY)
    assert dated.stands(DAY)
    assert not dated.stands(DAY + timedelta(1))


def test_a_hold_keeps_its_class_and_its_tool_and_what_belongs_to_every_tool():
    assert HOLD.keeps(OF_LUMEN)
    assert replace(HOLD, retention=Retention.CONTRACT).keeps(OF_LUMEN)
    assert not replace(HOLD, retention=Retention.CYCLE).keeps(OF_LUMEN)
    assert replace(HOLD, tool="lumen").keeps(OF_LUMEN)
    assert not replace(HOLD, tool="math").keeps(OF_LUMEN)
    for everybodys in ("district", "left"):
        assert replace(HOLD, tool="math").keeps(replace(OF_LUMEN, source=everybodys))
    assert not replace(HOLD, person="0" * 64).keeps(OF_LUMEN), "one student's rows are not all of them"


@pytest.mark.parametrize(
    "hold", [HOLD, replace(HOLD, until=DAY, retention=Retention.CYCLE, tool="lumen", person="0" * 64)]
)
def test_a_hold_comes_back_from_its_json(hold):
    assert Hold.from_json_value(hold.to_json_value()) == hold


def test_a_hold_keeps_a_file_with_any_of_what_it_names():
    file = HandedFile("lumen", frozenset({Retention.CONTRACT, Retention.ROSTER}), frozenset({"a" * 64}))
    assert HOLD.keeps_file(file)
    assert replace(HOLD, retention=Retention.ROSTER).keeps_file(file)
    assert not replace(HOLD, retention=Retention.CYCLE).keeps_file(file)
    assert replace(HOLD, tool="lumen").keeps_file(file)
    assert not replace(HOLD, tool="math").keeps_file(file)
    assert replace(HOLD, tool="math").keeps_file(replace(file, tool="")), "nobody knows whose it is"
    assert replace(HOLD, person="a" * 64).keeps_file(file)
    assert not replace(HOLD, person="b" * 64).keeps_file(file)


def test_a_file_is_a_contracts_whatever_stands_in_it():
    assert classes_of(catalogue(), []) == {Retention.CONTRACT}
    assert classes_of(catalogue(), ["students", "of no lake"]) == {Retention.CONTRACT, Retention.ROSTER}
