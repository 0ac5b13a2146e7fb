"""The online science school: three systems, one student; what contradicts itself is left out and said."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from gainline.engine.core.ids import person_key
from gainline.engine.intake import discover, load_profiles
from gainline.engine.intake.agreement import contradicted, group
from intake_files import SALT, Office, Taken, zipped
from shared_data import shared

GRADEBOOK = """\
CourseSectionOrigID,Bb_UserPK,Gradebook_Item,Grade_Category,FinalGradeCEMS,Points_Possible,Points_Earned,Gender
AnPhA-S116-01,60186.0,Quiz \u2013 1,Qz,86.2,10.0,8.0,F
AnPhA-S116-01,60186.0,Quiz 2,Qz,86.2,5.0,,F
AnPhA-S116-01,70001.0,Quiz \u2013 1,Qz,,10.0,9.0,M
BioA-T116-02,70001.0,Quiz 2,Qz,71.0,20.0,3.0,M
"""
MINUTES = """Bb_UserPK,CourseSectionOrigID,TimeSpent
60186.0,AnPhA-S116-01,1000.5
70001.0,AnPhA-S116-01,20.0
80000.0,AnPhA-S116-01,7.0
70001.0,AnPhA-S116-01,-1.0
"""
QUESTIONS = ",".join(f"Q1MaincellgroupRow{number}" for number in range(1, 11))
SURVEY = f"""opdata_username,opdata_CourseID,{QUESTIONS}
_60186_1,AnPhA-S116-01,5,4,3,1,5,5,2,5,4,5
_60186_1,AnPhA-S116-01,3,,,,,,,,,
_70001_1,@X@course.course_id@X@,4,4,4,2,4,4,2,4,4,9
_70001_1,AnPhA-S116-01,,,,,,,,,,
@X@user.pk_string@X@,AnPhA-S116-01,1,1,1,1,1,1,1,1,1,1
_99999_1,OcnA-S216-01,1,1,1,1,1,1,1,1,1,1
"""
THEIR_SCALES = {"interest": "int", "perceived_competence": "pc", "utility_value": "uv"}
NAMES = ("course_data.csv", "course_minutes.csv", "pre_survey.csv")


def take(folder: Path, gradebook: str = GRADEBOOK, minutes: str = MINUTES, survey: str = SURVEY) -> Taken:
    for name, text in zip(NAMES, (gradebook, minutes, survey), strict=True):
        (folder / name).write_bytes(text.encode("mac_roman"))
    return Office().take(folder)


def key(bare: str) -> int:
    return person_key(SALT, "roster", bare)


def test_three_spellings_of_an_id_are_one_student(tmp_path: Path):
    taken = take(tmp_path)
    assert {row["person_key"] for row in taken.rows("students")} == {key("60186"), key("70001")}
    spelled = {(row["value"], row["how"]) for row in taken.rows("identifiers") if row["person_key"] == key("60186")}
    assert spelled == {("60186", "roster"), ("60186.0", "affix"), ("_60186_1", "affix")}
    assert taken.codes()["IN050"] == 4 + 3 + 5


def test_every_row_is_accounted_for(tmp_path: Path):
    taken = take(tmp_path)
    account = taken.account
    assert (account.profile, account.read, account.loaded, account.repaired, account.rejected) == (
        "k12_online",
        14,
        0,
        12,
        2,
    )
    assert taken.adds_up()
    assert taken.lines("IN031") == [5]
    assert taken.lines("IN030") == [6]
    assert taken.codes()["IN101"] == 2  # a user and a course of a preview


def test_the_folder_and_a_zip_of_it_read_alike(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    plain = take(tmp_path / "folder")
    content = zipped({name: (tmp_path / "folder" / name).read_bytes() for name in NAMES})
    (tmp_path / "school.zip").write_bytes(content)
    assert Office().take(tmp_path / "school.zip").tables == plain.tables


def test_section_ids_give_course_term_and_days(tmp_path: Path):
    taken = take(tmp_path)
    terms = {row["term_id"]: (row["title"], row["start_date"], row["end_date"]) for row in taken.rows("terms")}
    assert terms == {
        "S116": ("Semester 1, 2015-16", date(2015, 9, 8), date(2016, 1, 22)),
        "T116": ("Trimester 1, 2015-16", date(2015, 9, 8), date(2015, 11, 25)),
    }
    sections = {row["section_id"]: (row["course_title"], row["term_ids"]) for row in taken.rows("sections")}
    assert sections == {"AnPhA-S116-01": ("Anatomy and physiology", "S116"), "BioA-T116-02": ("Biology", "T116")}


@pytest.mark.parametrize("section", ["AnPhA", "AnPhA-S316-01", "AnPhA-S116", "AnPhA-S116-01-2"])
def test_a_section_that_names_no_declared_term_rejects_its_row(tmp_path: Path, section: str):
    taken = take(tmp_path, gradebook=GRADEBOOK + f"{section},60186.0,Quiz 3,Qz,86.2,5.0,1.0,F\n")
    assert taken.lines("IN046") == [6]
    assert len(taken.rows("sections")) == 2
    assert taken.adds_up()


def test_each_course_of_a_student_has_one_final_grade(tmp_path: Path):
    taken = take(tmp_path)
    finals = {
        (row["person_key"], row["section_id"]): (row["score"], row["status"])
        for row in taken.rows("results")
        if row["assessment"] == "course"
    }
    assert finals == {
        (key("60186"), "AnPhA-S116-01"): (86.2, "scored"),
        (key("70001"), "AnPhA-S116-01"): (None, "missing"),
        (key("70001"), "BioA-T116-02"): (71.0, "scored"),
    }
    assert taken.codes()["IN040"] == 1


def test_two_final_grades_for_one_course_are_none(tmp_path: Path):
    text = GRADEBOOK + "BioA-T116-02,70001.0,Quiz 3,Qz,72.0,5.0,1.0,M\nBioA-T116-02,60186.0,Quiz 3,Qz,60.0,5.0,1.0,F\n"
    taken = take(tmp_path, gradebook=text)
    assert taken.codes()["IN100"] == 2
    finals = {
        row["person_key"]: row["score"]
        for row in taken.rows("results")
        if row["section_id"] == "BioA-T116-02" and row["assessment"] == "course"
    }
    assert finals == {key("70001"): None, key("60186"): 60.0}


def test_points_count_where_an_item_has_one_worth(tmp_path: Path):
    taken = take(tmp_path)
    points = {(row["form"], row["score"]) for row in taken.rows("results") if row["assessment"] == "gradebook"}
    assert points == {
        ("AnPhA-S116-01: Quiz \u2013 1", 8.0),
        ("AnPhA-S116-01: Quiz \u2013 1", 9.0),
        ("BioA-T116-02: Quiz 2", 3.0),
    }
    worth = {row["form"]: row["scale_max"] for row in taken.rows("assessments") if row["assessment"] == "gradebook"}
    assert worth == {"AnPhA-S116-01: Quiz \u2013 1": 10.0, "BioA-T116-02: Quiz 2": 20.0}


def test_points_that_contradict_each_other_nearly_everywhere_are_all_left_out(tmp_path: Path):
    taken = take(tmp_path, gradebook=GRADEBOOK.replace("10.0,9.0", "12.0,9.0"))
    assert [row for row in taken.rows("results") if row["assessment"] == "gradebook"] == []
    assert taken.codes()["IN100"] == 4


def test_a_student_with_two_sexes_has_none(tmp_path: Path):
    same = {row["person_key"]: row["sex"] for row in take(tmp_path).rows("students")}
    assert same == {key("60186"): "female", key("70001"): "male"}
    text = GRADEBOOK.replace("86.2,5.0,,F", "86.2,5.0,,M") + "".join(
        f"AnPhA-S116-01,{9000 + n // 2}.0,Quiz {n},Qz,80.0,5.0,1.0,F\n" for n in range(8)
    )
    torn = {row["person_key"]: row["sex"] for row in take(tmp_path, gradebook=text).rows("students")}
    assert (torn[key("60186")], torn[key("70001")], torn[key("9000")]) == (None, "male", "female")


def test_minutes_cover_their_term_and_strangers_stay_unmatched(tmp_path: Path):
    taken = take(tmp_path)
    usage = taken.rows("usage")
    assert [(row["value"], row["matched"]) for row in usage] == [(1000.5, True), (20.0, True), (7.0, False)]
    assert {(row["first_day"], row["last_day"]) for row in usage} == {(date(2015, 9, 8), date(2016, 1, 22))}
    assert {(row["value"], row["rows"]) for row in taken.rows("unmatched")} == {("80000.0", 1), ("_99999_1", 1)}
    assert taken.account.linkage is not None
    assert (taken.account.linkage.identities, taken.account.linkage.matched) == (6, 4)


def test_scales_turn_the_reversed_questions_and_average_every_answer_of_a_student(tmp_path: Path):
    taken = take(tmp_path)
    found = {(row["person_key"], row["attribute"]): row["number"] for row in taken.rows("attributes")}
    assert found[key("60186"), "interest"] == pytest.approx((5 + 3 + 5 + 5 + 5 + 5) / 6)  # q4 = 1 counts as 5
    assert found[key("60186"), "perceived_competence"] == pytest.approx((3 + 4) / 2)  # q7 = 2 counts as 4
    assert found[key("60186"), "utility_value"] == pytest.approx((4 + 5 + 4) / 3)
    assert found[key("60186"), "q1"] == 4.0
    assert found[key("60186"), "q4"] == 1.0
    assert (key("70001"), "q10") not in found  # a 9 is no answer
    codes = taken.codes()
    assert (codes["IN044"], codes["IN102"], codes["IN103"], codes["IN064"]) == (1, 1, 2, 1)


def test_two_of_the_three_tables_are_not_taken_for_the_data_set(tmp_path: Path):
    (tmp_path / "course_data.csv").write_bytes(GRADEBOOK.encode("mac_roman"))
    (tmp_path / "course_minutes.csv").write_text(MINUTES)
    kinds, issues = Office().discover(tmp_path)
    assert kinds == []
    assert {issue.code for issue in issues} >= {"IN005"}


def test_a_group_with_one_value_agrees_and_a_few_bad_groups_do_not_spoil_the_rest():
    of = group(np.array([1, 1, 2, 2, 3, 3, 4]))
    value = np.array([5, 6, 7, 7, 8, 8, 9])
    given = np.ones(7, dtype=bool)
    assert contradicted(of, value, given).tolist() == [True, True, False, False, False, False, False]
    mostly = np.array([5, 6, 7, 8, 8, 8, 9])
    assert contradicted(of, mostly, given).all()
    given[1] = False
    assert not contradicted(of, value, given).any()


@pytest.fixture(scope="module")
def real() -> Taken:
    return Office().take(shared("dataedu_k12_online"))


@pytest.mark.shared_data
def test_the_real_school_has_every_row_accounted_for(real: Taken):
    account = real.account
    assert (account.read, account.loaded, account.repaired, account.rejected) == (31_411, 0, 31_389, 22)
    rows = {name: table.num_rows for name, table in real.tables.items()}
    assert (rows["students"], rows["enrollments"], rows["sections"], rows["terms"]) == (580, 603, 26, 3)
    assert (rows["usage"], rows["results"], rows["unmatched"]) == (598, 603, 7)
    codes = {code: real.codes()[code] for code in ("IN030", "IN040", "IN101", "IN102", "IN103")}
    assert codes == {"IN030": 22, "IN040": 30, "IN101": 47, "IN102": 177, "IN103": 541}
    assert account.linkage is not None
    assert (account.linkage.identities, account.linkage.matched) == (1166, 1159)
    assert account.linkage.rows - account.linkage.matched_rows == real.codes()["IN053"] == 272


@pytest.mark.shared_data
def test_the_real_school_s_sexes_and_points_contradict_themselves_and_are_left_out(real: Taken):
    said = {(fold.code, fold.column): fold.rows for fold in real.account.faults}
    assert said["IN100", "Gender"] == 29_711
    assert said["IN100", "Points_Possible"] == 29_705
    assert {row["sex"] for row in real.rows("students")} == {None}


def authors_table() -> Iterator[dict[str, str]]:
    with gzip.open(shared("dataedu_k12_online/sci_mo_processed.csv.gz"), "rt", newline="") as text:
        yield from csv.DictReader(text)


@pytest.mark.shared_data
def test_scales_grades_and_minutes_equal_the_authors_own_table(real: Taken):
    scales = {(row["person_key"], row["attribute"]): row["number"] for row in real.rows("attributes")}
    grades = {(row["person_key"], row["section_id"]): row["score"] for row in real.rows("results")}
    minutes = {(row["person_key"], row["section_id"]): row["value"] for row in real.rows("usage")}
    theirs = list(authors_table())
    assert len(theirs) == 603
    for row in theirs:
        who = key(row["student_id"].removesuffix(".0"))
        pairs = [(scales.get((who, name)), row[column]) for name, column in THEIR_SCALES.items()]
        pairs += [(grades[who, row["course_id"]], row["FinalGradeCEMS"])]
        pairs += [(minutes.get((who, row["course_id"])), row["TimeSpent"])]
        for ours, text in pairs:
            assert ours == (pytest.approx(float(text), abs=1e-9) if text else None)


def test_its_tables_are_one_source_when_they_are_named_one_by_one(tmp_path: Path):
    for name, text in zip(NAMES, (GRADEBOOK, MINUTES, SURVEY), strict=True):
        (tmp_path / name).write_bytes(text.encode("mac_roman"))
    profiles, _ = load_profiles([])
    whole, _ = discover([tmp_path], profiles)
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    paths = sorted(tmp_path.iterdir())
    [loose], issues = discover(paths, profiles)
    assert (loose.kind, loose.sha256) == ("k12_online", whole[0].sha256)
    assert loose.name == "course_data.csv + 2"
    assert [(one.code, one.file) for one in issues] == [("IN005", "notes.csv")]
