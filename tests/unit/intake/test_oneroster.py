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
        "sections": 2,
        "people": 4,
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
    assert list(taken.codes()) == ["IN060"]


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
    assert taken.issues == []


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


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["full", "minimal"])
def test_the_messy_samples_load_every_row(name: str):
    taken = Office().take(shared(f"oneroster_samples/v1p1_{name}_messy.zip"))
    assert (taken.account.read, taken.account.rejected, taken.account.repaired) == (20, 0, 1)
    assert {"IN064", "IN067", "IN068", "IN072", "IN074"} <= set(taken.codes())
    assert taken.tables["enrollments"].num_rows == 6
