"""Surveys, feedback, observations and service records: who speaks may be unknown, and every row is accounted for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gainline.engine.intake.profile import parse_profile
from gainline.engine.records import TABLES, Sensitivity
from intake_files import Office, Taken, roster_with, zipped


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office()
    path = tmp_path / "roster.zip"
    path.write_bytes(zipped(roster_with()))
    office.take(path)
    return office


def take(office: Office, folder: Path, name: str, text: str) -> Taken:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    taken = office.take(path)
    assert taken.adds_up()
    return taken


ANSWERS = """\
survey,question,answer,respondent,response_id,person_id,school,date,lowest,highest,reverse,construct
spring,q1,4,student,r1,000123,Oak School,2026-03-02,1,5,no,student_voice
spring,q2,1,student,r1,000123,Oak School,2026-03-02,1,5,yes,student_voice
spring,q1,2,Students,r2,999999,011,2026-03-02,1,5,no,student_voice
spring,q1,5,Family,r3,,Élm School,2026-03-03,1,5,no,family_trust
spring,q1,,Parent or guardian,r4,P-77,s2,2026-03-03,1,5,no,family_trust
spring,q1,6,teacher,r5,T-9,Oak School,2026-03-04,1,5,no,teacher_efficacy
spring,q1,often,teacher,r6,T-9,Oak School,2026-03-04,1,5,no,teacher_efficacy
spring,q1,3,visitor,r7,,Oak School,2026-03-04,1,5,no,x
spring,q3,3,teacher,r8,T-9,Oak School,2026-03-04,5,1,no,x
"""


def test_answers_load_with_their_questions_and_families_need_no_match(office: Office, tmp_path: Path) -> None:
    taken = take(office, tmp_path, "answers.csv", ANSWERS)
    rows = taken.rows("responses")
    assert [(r["respondent"], r["item"], r["answer"], r["school_id"], r["matched"]) for r in rows] == [
        ("student", "q1", 4.0, "s1", True),
        ("student", "q2", 1.0, "s1", True),
        ("student", "q1", 2.0, "s1", False),
        ("family", "q1", 5.0, "s2", False),
        ("family", "q1", None, "s2", False),
    ]
    assert len({r["person_key"] for r in rows}) == 4
    assert [(r["item"], r["reverse"], r["lowest"], r["highest"]) for r in taken.rows("survey_items")] == [
        ("q1", False, 1.0, 5.0),
        ("q2", True, 1.0, 5.0),
    ]
    assert {code: taken.lines(code) for code in ("IN380", "IN381", "IN032", "IN046", "IN382", "IN383", "IN384")} == {
        "IN380": [4],
        "IN381": [7],
        "IN032": [8],
        "IN046": [9],
        "IN382": [10],
        "IN383": [5],
        "IN384": [6],
    }
    assert taken.rows("unmatched") == []


def test_an_unnamed_questionnaire_is_one_person_however_often_it_is_read(office: Office, tmp_path: Path) -> None:
    text = "instrument,item,answer,respondent,response_id\n" + "".join(
        f"trust,q{item},{item},family,{sheet}\n" for sheet in ("a", "b") for item in (1, 2)
    )
    once, again = (take(office, tmp_path, "trust.csv", text).rows("responses") for _ in range(2))
    assert once == again
    assert [row["person_key"] == once[0]["person_key"] for row in once] == [True, True, False, False]


def test_answers_without_any_id_stand_each_for_itself(office: Office, tmp_path: Path) -> None:
    taken = take(office, tmp_path, "t.csv", "instrument,item,answer,respondent\ntrust,q1,1,family\ntrust,q1,1,family\n")
    assert len({(row["person_key"], row["response_id"]) for row in taken.rows("responses")}) == 2


def test_a_profile_says_the_order_of_the_choices(office: Office, tmp_path: Path) -> None:
    text = """
key = "words"
name = "Words"
target = "responses"
source_system = "office"
files = ["words*"]
scale = [1, 4]
[columns]
instrument = { value = "voice" }
item = { header = "item", required = true }
respondent = { value = "student" }
answer = { header = "answer", labels = { Never = "1", Rarely = "2", Often = "3", Always = "4" } }
"""
    profile, issues = parse_profile(text, file="words.toml")
    assert issues == []
    office.profiles["words"] = profile
    taken = take(office, tmp_path, "words.csv", "item,answer\nq1,often\nq1,ALWAYS\nq2,sometimes\n")
    assert [row["answer"] for row in taken.rows("responses")] == [3.0, 4.0]
    assert taken.lines("IN032") == [4]
    assert [(row["lowest"], row["highest"]) for row in taken.rows("survey_items")] == [(1.0, 4.0)]


def test_a_wide_sheet_of_the_usability_scale_gives_ten_answers_a_row(office: Office, tmp_path: Path) -> None:
    head = ",".join(f"SUS{n}" for n in range(1, 11))
    text = f"person_id,respondent,tool,date,{head}\nT-9,teacher,algebra,2026-03-02,5,4,2,1,2,3,2,4,5,2\n"
    taken = take(office, tmp_path, "sus.csv", text)
    rows = sorted(taken.rows("responses"), key=lambda row: int(str(row["item"])[1:]))
    assert [row["answer"] for row in rows] == [5, 4, 2, 1, 2, 3, 2, 4, 5, 2]
    assert len({row["response_id"] for row in rows}) == 1
    assert {row["matched"] for row in rows} == {True}
    items = taken.rows("survey_items")
    assert sorted(row["item"] for row in items if row["reverse"]) == ["q10", "q2", "q4", "q6", "q8"]


def test_a_list_of_questions_loads_with_open_ones(office: Office, tmp_path: Path) -> None:
    text = "survey,item,wording,construct,min,max,reverse\ns,q1,I feel heard,student_voice,1,4,\ns,q2,What else?,,,,\n"
    taken = take(office, tmp_path, "questions.csv", text)
    assert [(row["item"], row["lowest"], row["reverse"], row["construct"]) for row in taken.rows("survey_items")] == [
        ("q1", 1.0, False, "student_voice"),
        ("q2", None, False, None),
    ]


def test_the_words_of_feedback_stand_in_no_message(office: Office, tmp_path: Path) -> None:
    secret = "My daughter Ximena cries over it"
    rows = (f"{secret},family,2026-13-40,algebra,", f"{secret},parent,2026-03-01,algebra,P1")
    text = "\n".join(("text,respondent,date,tool,person_id", *rows)) + "\n"
    taken = take(office, tmp_path, "feedback.csv", text)
    assert [row["text"] for row in taken.rows("feedback")] == [secret]
    assert taken.rows("feedback")[0]["respondent"] == "family"
    assert "Ximena" not in "".join(f"{issue}{issue.to_json_value()}" for issue in taken.issues)
    [field] = [field for field in TABLES["feedback"].fields if field.name == "text"]
    assert field.sensitivity is Sensitivity.SPECIAL


OBSERVED = """\
observation_id,rubric,element,level,lowest,highest,rater_id,date,minutes,school
o1,tech,questions,3,1,4,T-9,2026-02-02,20,Oak School
o1,tech,questions,2,1,4,OBS-2,2026-02-02,20,Oak School
o1,tech,feedback,,1,4,OBS-2,2026-02-02,20,Oak School
o1,tech,feedback,5,1,4,OBS-2,2026-02-02,20,Oak School
o2,tech,feedback,4,1,4,,2026-02-03,,Oak School
o2,tech,feedback,4,1,,,2026-02-03,,Oak School
"""


def test_levels_load_per_rater_and_element(office: Office, tmp_path: Path) -> None:
    taken = take(office, tmp_path, "observations.csv", OBSERVED)
    rows = taken.rows("observations")
    assert [(r["observation_id"], r["element"], r["level"], r["minutes"], r["matched"]) for r in rows] == [
        ("o1", "questions", 3.0, 20.0, True),
        ("o1", "questions", 2.0, 20.0, False),
        ("o1", "feedback", None, 20.0, False),
        ("o2", "feedback", 4.0, None, False),
    ]
    assert rows[1]["person_key"] == rows[2]["person_key"] != rows[0]["person_key"]
    assert (taken.lines("IN381"), taken.lines("IN030"), taken.lines("IN384")) == ([5], [7], [4])


def test_tickets_take_hours_from_the_file_or_from_two_moments(office: Office, tmp_path: Path) -> None:
    text = (
        "ticket,tool,created,resolved,hours,type,school\n"
        "1,algebra,2026-02-02T08:00,2026-02-02T14:30,,access,Oak School\n"
        "2,algebra,2026-02-03,2026-02-05,4.5,access,\n"
        "3,algebra,2026-02-04,,,defect,Oak School\n"
        "4,algebra,2026-02-05,2026-02-01,,defect,Oak School\n"
        "5,,2026-02-05,,,defect,Oak School\n"
    )
    taken = take(office, tmp_path, "tickets.csv", text)
    rows = taken.rows("tickets")
    assert [(row["ticket_id"], row["hours_to_solve"], row["week_start"]) for row in rows] == [
        ("1", 6.5, date(2026, 2, 2)),
        ("2", 4.5, date(2026, 2, 2)),
        ("3", None, date(2026, 2, 2)),
    ]
    assert (taken.lines("IN043"), taken.lines("IN030")) == ([5], [6])


def test_outages_take_minutes_from_the_file_or_from_two_moments(office: Office, tmp_path: Path) -> None:
    text = (
        "tool,start,end,duration,planned\nalgebra,2026-02-02 08:00,2026-02-02 08:45,,no\n"
        "algebra,2026-02-03,,30,yes\nalgebra,2026-02-04,,,\n"
    )
    taken = take(office, tmp_path, "outages.csv", text)
    assert [(row["minutes"], row["planned"], row["outage_id"]) for row in taken.rows("outages")] == [
        (45.0, False, "2026-02-02 08:00"),
        (30.0, True, "2026-02-03"),
    ]
    assert taken.lines("IN030") == [4]


def test_training_access_and_incidents_hang_on_people(office: Office, tmp_path: Path) -> None:
    training = take(
        office,
        tmp_path,
        "training.csv",
        "teacher_id,training,date,hours,attended\nT-9,start,2026-02-02,3,yes\nT-9,more,2026-02-09,3,no\n"
        "T-8,start,2026-02-02,3,perhaps\n",
    )
    assert [(row["training"], row["attended"], row["matched"]) for row in training.rows("training")] == [
        ("start", True, True),
        ("more", False, True),
    ]
    assert training.lines("IN046") == [4]
    listed = take(office, tmp_path, "list.csv", "teacher_id,training,date\nT-9,start,2026-02-02\n")
    assert listed.rows("training")[0]["attended"] is True
    access = take(office, tmp_path, "access.csv", "student_id,device,home_internet\n000123,yes,no\n000124,,yes\n")
    assert [(row["device"], row["home_internet"]) for row in access.rows("access")] == [(True, False), (None, True)]
    incidents = take(
        office,
        tmp_path,
        "incidents.csv",
        "student_id,incident_id,date,type\n000123,i1,2026-02-04,privacy\n77,i1,2026-02-04,x\n",
    )
    assert [row["matched"] for row in incidents.rows("incidents")] == [True, False]
    assert incidents.rows("incidents")[0]["week_start"] == date(2026, 2, 2)
    assert incidents.codes()["IN053"] == 1
