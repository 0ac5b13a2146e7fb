"""Answers to a survey from before its first day come in from nobody, named or not, and each is accounted for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gainline.engine.privacy.consent import Act
from gainline.engine.privacy.consent.surveys import Survey, Topic
from gainline.road.consenting import Said, person_of, say
from gainline.road.consenting.saying import announce, worded
from gainline.road.importing import import_files
from gainline.road.workspace import Workspace
from intake_files import roster_with, zipped

TOLD, OPENS = date(2026, 3, 2), date(2026, 3, 16)
BEFORE = OPENS - timedelta(1)
TEXT = "We ask how your child feels. You can say no."
HEAD = "instrument,item,answer,respondent,answered_on,response_id,student_id\n"


@pytest.fixture
def told(tmp_path):
    """A workspace in which a survey with a protected question was announced to families."""
    home = Workspace.open(Workspace.create(tmp_path / "home").root, clock=lambda: TOLD)
    (tmp_path / "roster.zip").write_bytes(zipped(roster_with()))
    import_files(home, [tmp_path / "roster.zip"], as_of=TOLD)
    survey = Survey("climate", (Topic.MIND,), is_required=False, is_federal=False, told_on=TOLD, opens_on=OPENS)
    announce(home, survey, [worded(home, "survey-climate", "en", TEXT, reviewed_by="Office", reviewed_on=TOLD)])
    return home


def brought(home, rows, on, preview=False):
    path = home.root.parent / f"answers-{on}.csv"
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows))
    return import_files(Workspace.open(home.root, clock=lambda: on), [path], as_of=on, preview=preview).files[0]


def kept(home):
    with home.records.reading() as reading:
        rows = reading.arrow(reading.table("responses").select("instrument", "answer")).to_pylist()
    return sorted((row["instrument"], row["answer"]) for row in rows)


def outside(file):
    """Rows in, loaded and kept out, by code; and the first line that each code names."""
    account = file.account
    codes = {code: many for code, many in account.by_code.items() if code.startswith("PR")}
    lines = {one.code: one.line for one in file.issues if one.code.startswith("PR")}
    return account.read, account.loaded + account.repaired, account.rejected, codes, lines


def test_answers_without_a_name_wait_for_the_first_day_as_named_ones_do(told):
    rows = [
        "other,q1,1,student,,r0,",
        "climate,q1,2,student,,r1,",
        "climate,q1,3,student,,,",
        " Climate,q1,4,student,,r2,",
    ]
    found = outside(brought(told, rows, BEFORE))
    assert found == (4, 1, 3, {"PR096": 3}, {"PR096": 3})
    assert kept(told) == [("other", 1.0)]


def test_from_its_first_day_on_they_come_in(told):
    found = outside(brought(told, ["climate,q1,2,student,,r1,", "climate,q1,3,student,2026-03-16,r2,"], OPENS))
    assert found == (2, 2, 0, {}, {})


def test_answers_of_the_days_between_notice_and_opening_stay_outside_when_they_come_later(told):
    rows = [
        "climate,q1,1,student,2026-03-01,r1,",  # of an earlier round, before families were told of this one
        "climate,q1,2,student,2026-03-02,r2,",
        "climate,q1,3,student,2026-03-15,r3,",
        "climate,q1,4,student,2026-03-16,r4,",
    ]
    found = outside(brought(told, rows, OPENS + timedelta(30)))
    assert found == (4, 2, 2, {"PR096": 2}, {"PR096": 3})
    assert kept(told) == [("climate", 1.0), ("climate", 4.0)]


def test_a_preview_says_so_too_and_brings_nothing(told):
    assert outside(brought(told, ["climate,q1,2,student,,r1,"], BEFORE, preview=True))[3] == {"PR096": 1}
    assert kept(told) == []


def test_each_row_stands_under_one_code_where_a_family_said_no_as_well(told):
    with told.records.reading() as reading:
        known = reading.current("identifiers").semi_join(reading.current("students"), "person_key")
        rows = reading.arrow(known.select("person_key", "value", "kind")).to_pylist()
    one = next(row for row in rows if row["kind"] == "SisSourcedId")
    say(told, Said(person_of(told, one["person_key"]), "survey-climate", Act.REVOKED))
    early, named = f"climate,q1,2,student,2026-03-05,r1,{one['value']}", f"climate,q1,3,student,,r2,{one['value']}"
    found = outside(brought(told, [early, named, "climate,q1,4,student,,r3,"], OPENS))
    assert found == (3, 1, 2, {"PR096": 1, "PR049": 1}, {"PR049": 3, "PR096": 2})
    assert kept(told) == [("climate", 4.0)]


@pytest.mark.parametrize("days", [{}, {"opens_on": OPENS}, {"told_on": TOLD, "opens_on": OPENS}])
def test_a_survey_says_itself_which_answers_it_takes(days):
    survey = Survey("plain", (None,), is_required=False, is_federal=False, **days)
    assert survey.takes(None, BEFORE) == ("opens_on" not in days)
    assert survey.takes(None, OPENS)
    assert survey.takes(BEFORE, OPENS) == ("told_on" not in days)
