"""OneRoster packages: sound ones whole, messy ones with everything said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gainline.engine.core.ids import person_key
from intake_files import AS_OF, SALT, Office, Taken, roster_with, zipped
from shared_data import shared


def take(tmp_path: Path, files: dict[str, str], *, folder: str = "") -> Taken:
    path = tmp_path / "roster.zip"
    path.write_bytes(zipped({folder + name: text for name, text in files.items()}))
    return Office().take(path)


def test_a_sound_package_gives_every_table_and_no_issue(tmp_path: Path):
    taken = take(tmp_path, roster_with())
    assert taken.issues == []
    assert {name: table.num_rows for name, table in taken.tables.items()} == {
        "schools": 3,
        "terms": 1,
        "courses": 1,
        "sections": 2,
        "people": 4,
        "roles": 4,
        "identifiers": 17,
        "students": 3,
        "enrollments": 4,
    }
    assert (taken.account.read, taken.account.loaded) == (18, 18)


def test_students_carry_school_grade_and_the_markers_of_metadata_columns(tmp_path: Path):
    taken = take(tmp_path, roster_with())
    by_key = {row["person_key"]: row for row in taken.rows("students")}
    bo = by_key[person_key(SALT, "roster", "u2")]
    assert (bo["school_id"], bo["grade"], bo["sex"]) == ("s1", "03", "male")
    assert (bo["economically_disadvantaged"], bo["english_learner"], bo["disability"]) == (True, False, True)
    assert bo["race_ethnicity"] == "Two or more races"
    cy = by_key[person_key(SALT, "roster", "u3")]
    assert (cy["grade"], cy["race_ethnicity"], cy["disability"]) == ("04", "Hispanic or Latino", None)


def test_identifiers_hold_every_way_to_name_a_person(tmp_path: Path):
    taken = take(tmp_path, roster_with())
    ada = person_key(SALT, "roster", "u1")
    kinds = {row["kind"]: row["value"] for row in taken.rows("identifiers") if row["person_key"] == ada}
    assert kinds == {
        "OneRosterSourcedId": "u1",
        "SisSourcedId": "000123",
        "AccountUserName": "ada.l",
        "EmailAddress": "ada.l@x.example",
        "userIds.stateId": "9001",
    }


def test_a_folder_in_the_zip_macos_litter_and_a_missing_manifest_are_no_obstacle(tmp_path: Path):
    files = roster_with({"manifest.csv": None})
    taken = take(tmp_path, {**{f"export/{n}": t for n, t in files.items()}, "__MACOSX/export/._users.csv": "x"})
    assert taken.tables["students"].num_rows == 3
    assert set(taken.codes()) == {"IN060", "IN171", "IN311"}


def test_a_plain_folder_reads_like_the_zip_and_has_the_same_hash(tmp_path: Path):
    office, folder, archive = Office(), tmp_path / "plain", tmp_path / "z.zip"
    folder.mkdir()
    for name, text in roster_with().items():
        (folder / name).write_text(text, encoding="utf-8")
    archive.write_bytes(zipped(roster_with()))
    from gainline.engine.intake import discover

    sources, _ = discover([folder, archive], office.profiles)
    assert [source.kind for source in sources] == ["oneroster", "oneroster"]
    assert sources[0].sha256 == sources[1].sha256


def test_a_byte_order_mark_before_the_header_is_not_part_of_a_name(tmp_path: Path):
    files = roster_with()
    taken = take(tmp_path, {**files, "users.csv": "\ufeff" + files["users.csv"]})
    assert taken.tables["people"].num_rows == 4
    assert taken.codes() == {"IN309": 1}


def test_the_1_2_layout_takes_roles_and_schools_from_roles(tmp_path: Path):
    users = (
        "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,identifier,grades,primaryOrgSourcedId\n"
        "u1,,,true,ada.l,,Ada,L,000123,03,\nu2,,,true,bo.m,,Bo,M,000124,03,s1\nu3,,,true,cy.n,,Cy,N,060186,04,s2\n"
        "u4,,,true,di.o,,Di,O,T-9,,s1\n"
    )
    roles = (
        "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId\n"
        "r1,,,u1,primary,student,,,s2,\nr2,,,u2,primary,student,,,s1,\nr3,,,u3,primary,student,,,s2,\nr4,,,u4,primary,teacher,,,s1,\n"
    )
    taken = take(tmp_path, roster_with({"users.csv": users, "roles.csv": roles}))
    schools = {row["person_key"]: row["school_id"] for row in taken.rows("students")}
    assert schools[person_key(SALT, "roster", "u1")] == "s2"
    assert len(schools) == 3


@pytest.mark.parametrize(
    ("changes", "code", "rows"),
    [
        ({"users": [("u1,,,true", "u1,active,2025-09-01,TRUE")]}, "IN062", 1),
        ({"users": [("u1,,,true", "u1,,,TRUE")]}, "IN068", 1),
        ({"classes": [("k1,,,Room 1,03,c1,,homeroom", "k1,,,Room 1,03,c1,,Homeroom")]}, "IN067", 1),
        ({"classes": [(",c1,,homeroom,,s1", ",c9,,homeroom,,s1")]}, "IN064", 1),
        ({"enrollments": [("k2,s2,u3", "k2,d1,u3")]}, "IN074", 1),
        ({"enrollments": [("k1,s1,u2,student", "k1,s1,u2,teacher")]}, "IN072", 1),
        ({"users": [("familyName", "lastName")]}, "IN070", 1),
        ({"users": [("identifier", "identifer")]}, "IN009", 1),
        ({"users": [("u1,,,true,s1", 'u1,,,true,"s1, s2"')]}, "IN075", 1),
        ({"orgs": [("s2,,,Élm School,school", "s2,,,Élm School,lyceum")]}, "IN079", 1),
        ({"academicSessions": [("y,,,", "y y,,,")]}, "IN073", 1),
        ({"manifest": [("file.courses,bulk", "file.courses,absent")]}, "IN061", 1),
        ({"manifest": [("file.courses,bulk", "file.courses,delta")]}, "IN076", 1),
    ],
)  # fmt: skip
def test_a_known_deviation_is_read_and_said(tmp_path: Path, changes: dict, code: str, rows: int):
    taken = take(tmp_path, roster_with(**changes))
    assert taken.codes().get(code) == rows
    assert taken.tables["students"].num_rows == 3
    assert taken.adds_up()
    assert taken.account.rejected == 0


def test_an_identical_duplicate_is_loaded_once_and_a_conflicting_one_not_at_all(tmp_path: Path):
    twice = "u2,,,true,s1,student,bo.m,,Bo,M,,000124,bo.m@x.example,,,,03,\n"
    once = take(tmp_path, roster_with(users=[(twice, twice * 2)]))
    assert (once.tables["people"].num_rows, once.codes()["IN065"]) == (4, 1)
    other = take(tmp_path, roster_with(users=[(twice, twice + twice.replace("Bo", "Bea"))]))
    assert (other.tables["people"].num_rows, other.codes()["IN066"]) == (3, 2)
    assert once.adds_up()
    assert other.adds_up()


def test_an_enrollment_that_is_no_longer_active_ends_on_the_day_of_the_import(tmp_path: Path):
    taken = take(tmp_path, roster_with(enrollments=[("e1,,,", "e1,tobedeleted,2026-05-01T00:00:00.000Z,")]))
    ends = {row["person_key"]: row["end_date"] for row in taken.rows("enrollments")}
    assert ends[person_key(SALT, "roster", "u1")] == AS_OF
    assert ends[person_key(SALT, "roster", "u2")] == date(2026, 1, 10)


def test_a_bad_date_or_an_empty_required_cell_keeps_one_row_out_with_its_line(tmp_path: Path):
    taken = take(tmp_path, roster_with(enrollments=[("2025-08-20,\n", "20 Aug,\n"), ("e3,,,k2", "e3,,,")]))
    assert taken.lines("IN034") == [2]
    assert taken.lines("IN030") == [4]
    assert taken.account.rejected == 2


def test_a_package_without_users_says_so(tmp_path: Path):
    taken = take(tmp_path, roster_with({"users.csv": None}))
    assert "IN071" in taken.codes()
    assert taken.tables["schools"].num_rows == 3


BOTH = {"IN067", "IN068", "IN072", "IN074", "IN177", "IN180", "IN181"}
"""Scheduled, TRUE, a role that differs, a department as school, no courses, a system called absent, no line end."""
FULL = {"IN062", "IN063", "IN064", "IN069", "IN075", "IN172"}
"""Status in full files, not active, a parent in no file, bare dates, blanks in lists, a status of the sender's own."""


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "said"), [("full", BOTH | FULL), ("minimal", BOTH)])
def test_the_messy_samples_load_every_row_and_every_known_deviation_is_said(name: str, said: set[str]):
    taken = Office().take(shared(f"oneroster_samples/v1p1_{name}_messy.zip"))
    assert (taken.account.read, taken.account.rejected, taken.account.repaired) == (20, 0, 1)
    assert said <= set(taken.codes())
    assert {
        name: taken.tables[name].num_rows for name in ("schools", "terms", "sections", "people", "enrollments")
    } == {
        "schools": 1,
        "terms": 5,
        "sections": 2,
        "people": 6,
        "enrollments": 6,
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"orgs": [("s2,,,", "s2,retired,,")]}, "IN172"),
        ({"users": [("enabledUser", "homeroomColor")]}, "IN173"),
        ({"classes": [(",periods", ",")]}, "IN175"),
        ({"users": [("000124", "000123")]}, "IN176"),
        ({"enrollments": [("2026-01-10", "2026-01-10T00:00:00Z")]}, "IN179"),
        ({"manifest": [("file.courses,bulk", "file.courses,bulk\nfile.courses,bulk")]}, "IN182"),
        ({"academicSessions": [("2026-06-30,,2026", "2026-06-30,,26/27")]}, "IN183"),
        ({"classes": [(",periods", ""), ("y,,,\n", "y,,\n"), (",classType", ""), (",homeroom", "")]}, "IN184"),
        ({"classes": [("k1,,,Room 1,03,c1,,homeroom", "k1,,,Room 1,03,c1,,")]}, "IN185"),
    ],
)  # fmt: skip
def test_a_deviation_from_the_standard_is_said_by_its_own_code(tmp_path: Path, changes: dict, code: str):
    taken = take(tmp_path, roster_with(**changes))
    assert code in taken.codes()
    assert taken.adds_up()
    assert taken.tables["students"].num_rows == 3


def test_files_outside_of_the_standard_and_names_in_another_case_are_said(tmp_path: Path):
    files = roster_with({"notes.csv": "a,b\n1,2\n"})
    files["Users.csv"] = files.pop("users.csv")
    codes = take(tmp_path, files).codes()
    assert {"IN174", "IN186"} <= set(codes)


def test_further_columns_are_kept_as_metadata_of_students_and_secrets_never(tmp_path: Path):
    files = roster_with(users=[("agentSourcedIds", "ssn"), ("middleName", "metadata.bus"), (",Ada,L,,", ",Ada,L,12,")])
    rows = take(tmp_path, files).rows("attributes")
    assert [(row["attribute"], row["text"]) for row in rows] == [("metadata.bus", "12")]


GRADEBOOK = {
    "lineItems.csv": "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,"
    "categorySourcedId,gradingPeriodSourcedId,resultValueMin,resultValueMax\n"
    "q1,,,Quiz 1,,2025-09-01,2025-09-08,k1,g1,y,0,10\n",
    "results.csv": "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,"
    "comment\nr1,,,q1,u1,fully graded,7.5,2025-09-08,\nr2,,,q1,u2,not submitted,,2025-09-08,\n"
    "r3,,,q9,u2,exempt,,2025-09-08,\n",
    "categories.csv": "sourcedId,status,dateLastModified,title\ng1,,,Quizzes\n",
    "resources.csv": "sourcedId,status,dateLastModified,"
    "vendorResourceId,title,roles,importance,vendorId,applicationId\n"
    'x1,,,lumen-1,Lumen,"student,teacher",primary,lumen,lumen\n',
    "classResources.csv": "sourcedId,status,dateLastModified,"
    "title,classSourcedId,resourceSourcedId\nl1,,,Lumen,k1,x1\n",
}


def test_gradebook_and_resources_become_assessments_results_and_links(tmp_path: Path):
    taken = take(tmp_path, roster_with(GRADEBOOK))
    scores = sorted((row["score"] or 0.0, row["status"], row["form"]) for row in taken.rows("results"))
    assert scores == [(0.0, "missing", "y"), (7.5, "scored", "y")]
    assert [row["scale_max"] for row in taken.rows("assessments")] == [10.0]
    assert [row["section_id"] for row in taken.rows("resource_links")] == ["k1"]
    assert {"IN189", "IN197"} <= set(taken.codes())
    assert taken.adds_up()


def test_the_rules_of_1_2_over_several_cells_are_checked(tmp_path: Path):
    columns = "userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId"
    roles = f"sourcedId,status,dateLastModified,{columns}\n"
    roles += "".join(f"r{n},,,u{n % 4 + 1},primary,student,,,s1,\n" for n in range(5))
    files = roster_with(
        {"roles.csv": roles}, manifest=[("version,1.1", "version,1.2")], courses=[("Reading,01", 'Reading,"01,02"')]
    )
    assert {"IN187", "IN188"} <= set(take(tmp_path, files).codes())


def test_changes_without_status_or_day_are_said(tmp_path: Path):
    assert "IN196" in take(tmp_path, roster_with(manifest=[("file.users,bulk", "file.users,delta")])).codes()
