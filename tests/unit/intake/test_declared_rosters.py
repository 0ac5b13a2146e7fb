"""Rosters in other formats: the same school gives the same canonical rows as its OneRoster package."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gainline.engine.core.errors import Refused
from gainline.engine.intake import load_profiles, parse_profile
from gainline.road.importing import import_files
from gainline.road.workspace import Workspace
from intake_files import SALT, Office, Taken, roster_with, zipped
from shared_data import shared

HEAD = "sourcedId,status,dateLastModified"
ONEROSTER = {
    "orgs.csv": f"{HEAD},name,type,identifier,parentSourcedId\ns1,,,Oak School,school,11,\n",
    "users.csv": f"{HEAD},enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,"
    "email,sms,phone,agentSourcedIds,grades,password\n"
    "u1,,,,s1,student,ada.l,,Ada,L,,123,,,,,9,\nu4,,,,s1,teacher,di.o,,Di,O,,T9,,,,,,\n",
    "academicSessions.csv": f"{HEAD},title,type,startDate,endDate,parentSourcedId,schoolYear\n"
    "t1,,,Year,term,2025-08-01,2026-06-30,,\n",
    "courses.csv": f"{HEAD},schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes\n"
    "c1,,,,Algebra,101,,s1,Math,\n",
    "classes.csv": f"{HEAD},title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,"
    "subjects,subjectCodes,periods\nk1,,,Algebra 1,,c1,K1,scheduled,,s1,t1,Math,,\n",
    "enrollments.csv": f"{HEAD},classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n"
    "e1,,,k1,s1,u1,student,,,\ne2,,,k1,s1,u4,teacher,,,\n",
}
SDS_V1 = {
    "School.csv": "SIS ID,Name,School Number\ns1,Oak School,11\n",
    "Section.csv": "SIS ID,School SIS ID,Section Name,Section Number,Term SIS ID,Term Name,Term StartDate,Term EndDate,"
    "Course SIS ID,Course Name,Course Number,Course Subject,Status\n"
    "k1,s1,Algebra 1,K1,t1,Year,8/1/2025,6/30/2026,c1,Algebra,101,Math,Active\n",
    "Student.csv": "SIS ID,School SIS ID,First Name,Last Name,Username,Password,Student Number,Grade,Status\n"
    "u1,s1,Ada,L,ada.l,secret-of-ada,123,9,Active\n",
    "Teacher.csv": "SIS ID,School SIS ID,First Name,Last Name,Username,Password,Teacher Number,Status\n"
    "u4,s1,Di,O,di.o,secret-of-di,T9,Active\n",
    "StudentEnrollment.csv": "Section SIS ID,SIS ID\nk1,u1\n",
    "TeacherRoster.csv": "Section SIS ID,SIS ID\nk1,u4\n",
}
SDS_V2 = {
    "orgs.csv": "sourcedId,name,type,parentSourcedId\ns1,Oak School,school,\n",
    "users.csv": "sourcedId,orgSourcedIds,givenName,familyName,username,password,role,grade\n"
    "u1,s1,Ada,L,ada.l,secret-of-ada,Student,9\nu4,s1,Di,O,di.o,secret-of-di,Teacher,\n",
    "classes.csv": "sourcedId,orgSourcedId,title\nk1,s1,Algebra 1\n",
    "enrollments.csv": "classSourcedId,userSourcedId,role\nk1,u1,student\nk1,u4,Teacher\n",
}
SDS_V2_1 = {
    "orgs.csv": "sourcedId,name,type,parentSourcedId\ns1,Oak School,school,\n",
    "users.csv": "sourcedId,username,givenName,familyName,password,activeDirectoryMatchId,email,phone,sms\n"
    "u1,ada.l,Ada,L,secret-of-ada,,,,\nu4,di.o,Di,O,secret-of-di,,,,\n",
    "roles.csv": "userSourcedId,orgSourcedId,role,sessionSourcedId,grade,isPrimary,roleStartDate,roleEndDate\n"
    "u1,s1,student,t1,9,TRUE,,\nu4,s1,teacher,t1,,TRUE,,\n",
    "academicSessions.csv": "sourcedId,title,type,schoolYear,startDate,endDate\nt1,Year,term,,2025-08-01,2026-06-30\n",
    "courses.csv": "sourcedId,orgSourcedId,title,code,schoolYearSourcedId,subject,grade\nc1,s1,Algebra,101,,Math,\n",
    "classes.csv": "sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId\nk1,s1,Algebra 1,t1,c1\n",
    "enrollments.csv": "classSourcedId,userSourcedId,role\nk1,u1,student\nk1,u4,teacher\n",
    "userFlags.csv": "userSourcedId,flag\nu1,iep\nnobody,504\n",
}
FIELDS = {
    "schools": {"school_id", "name", "kind"},
    "people": {"person_key", "role", "given_name", "family_name", "username", "end_date"},
    "students": {"person_key", "school_id", "grade"},
    "sections": {"section_id", "title", "school_id"},
    "enrollments": {"person_key", "section_id", "school_id", "role", "begin_date", "end_date"},
    "roles": {"person_key", "school_id", "role", "rank", "begin_date", "end_date"},
}
FURTHER = {
    "terms": {"term_id", "title", "kind", "start_date", "end_date"},
    "courses": {"course_id", "title", "code", "subjects", "org_id"},
    "sections": {"section_id", "title", "school_id", "course_title", "subject", "term_ids", "course_id"},
}


def take(tmp_path: Path, files: dict[str, str]) -> Taken:
    (tmp_path / "roster.zip").write_bytes(zipped(files))
    return Office().take(tmp_path / "roster.zip")


def rows(taken: Taken, fields: dict[str, set[str]]) -> dict[str, list[str]]:
    return {
        table: sorted(str(sorted((name, row[name]) for name in names)) for row in taken.rows(table))
        for table, names in fields.items()
    }


@pytest.mark.parametrize(
    ("key", "files", "fields"),
    [
        ("sds_v1", SDS_V1, {**FIELDS, **FURTHER, "schools": {*FIELDS["schools"], "identifier"}}),
        ("sds_v2", SDS_V2, FIELDS),
        ("sds_v2_1", SDS_V2_1, {**FIELDS, **FURTHER}),
    ],
)
def test_a_school_gives_the_same_rows_in_every_format(
    tmp_path: Path, key: str, files: dict[str, str], fields: dict[str, set[str]]
):
    taken = take(tmp_path, files)
    assert taken.account.profile == key
    assert rows(taken, fields) == rows(take(tmp_path, ONEROSTER), fields)
    assert taken.adds_up()
    assert taken.account.read == sum(text.count("\n") - 1 for text in files.values())


def test_passwords_are_never_read(tmp_path: Path):
    for files in (SDS_V1, SDS_V2, SDS_V2_1):
        taken = take(tmp_path, files)
        kept = " ".join(str(table.to_pylist()) for table in taken.tables.values())
        assert "secret-of" not in kept + str([str(issue) for issue in taken.issues])


def test_flags_mark_students_and_one_about_nobody_is_kept_out_with_its_line(tmp_path: Path):
    taken = take(tmp_path, SDS_V2_1)
    assert [row["disability"] for row in taken.rows("students")] == [True]
    assert taken.lines("IN307") == [3]
    assert taken.account.rejected == 1


def test_a_fault_is_said_in_the_file_and_under_the_header_that_it_came_from(tmp_path: Path):
    files = {**SDS_V1, "Teacher.csv": SDS_V1["Teacher.csv"] + ",s1,No,Id,no.id,,T7,Active\n"}
    taken = take(tmp_path, files)
    folds = [(fold.file, fold.column, fold.lines) for fold in taken.account.faults if fold.code == "IN030"]
    assert folds == [("Teacher.csv", "SIS ID", [3])]
    assert (taken.account.rejected, taken.adds_up()) == (1, True)


def test_a_file_of_the_roster_that_is_not_there_is_said(tmp_path: Path):
    taken = take(tmp_path, {name: text for name, text in SDS_V1.items() if name != "TeacherRoster.csv"})
    assert taken.codes()["IN308"] == 1


def test_a_declared_roster_ends_whom_it_no_longer_names_and_stops_where_it_is_cut_short(tmp_path: Path):
    home = Workspace.create(tmp_path / "home", salt=SALT)
    (tmp_path / "first.zip").write_bytes(zipped(SDS_V1))
    import_files(home, [tmp_path / "first.zip"], as_of=date(2026, 6, 1))
    cut = {**SDS_V1, "Student.csv": SDS_V1["Student.csv"].splitlines()[0] + "\nu9,s1,Ed,P,ed.p,x,9,9,Active\n"}
    (tmp_path / "next.zip").write_bytes(zipped(cut))
    with pytest.raises(Refused, match="IN190"):
        import_files(home, [tmp_path / "next.zip"], as_of=date(2026, 6, 2))
    import_files(home, [tmp_path / "next.zip"], as_of=date(2026, 6, 2), confirm_removals=True)
    with home.lake.reading() as reading:
        people = reading.arrow(reading.current("people")).to_pylist()
    assert {row["given_name"]: row["end_date"] for row in people} == {"Ada": date(2026, 6, 2), "Ed": None, "Di": None}


def test_a_package_with_a_manifest_is_never_taken_for_another_format(tmp_path: Path):
    assert take(tmp_path, roster_with()).account.profile == "oneroster"


def test_a_roster_profile_is_refused_where_it_names_no_file_or_column_of_the_standard():
    text = 'key = "own"\nname = "Own"\ntarget = "roster"\nsource_system = "oneroster"\n\n[[tables]]\n'
    text += 'file = "a"\nto = "%s"\n'
    columns = '\n[tables.columns]\n%s = { header = "Id" }\n'
    for to, column, says in (("people", "sourcedId", "no file of OneRoster"), ("users", "shoe", "no column 'shoe'")):
        profile, issues = parse_profile(text % to + columns % column, file="own.toml")
        assert profile is None
        assert says in issues[0].says
        assert issues[0].line == 6


@pytest.mark.shared_data
def test_the_microsoft_samples_give_every_person_a_role_and_a_grade():
    for folder, students, people in (("sds_format_100_users", 86, 98), ("sds_v2", 22, 29), ("sds_v2_1", 4, 8)):
        taken = Office().take(shared(f"sds_csv_samples/{folder}"))
        assert (taken.account.rejected, len(taken.rows("students")), len(taken.rows("people"))) == (0, students, people)
        assert all(row["grade"] for row in taken.rows("students")), folder


@pytest.mark.shared_data
def test_signals_of_microsoft_365_find_their_students_by_the_ids_of_its_own_roster():
    office, folder = Office(), shared("oea_vendor_samples/m365_insights")
    kinds, issues = office.discover(folder)
    assert (kinds, issues) == (["m365_insights", "m365_activity", "m365_activity"], [])
    roster = office.take(folder, number=0)
    assert (len(roster.rows("students")), len(roster.rows("people"))) == (400, 448)
    signals = office.take(folder, number=1)
    assert signals.account.linkage is not None
    assert (signals.account.linkage.identities, signals.account.linkage.matched) == (400, 400)
    assert signals.tables["events"].num_rows == 5100
    assert {row["metric"] for row in signals.rows("usage")} == {"minutes_signal"}
    teachers = office.take(folder, number=2)
    assert (teachers.tables, teachers.codes()["IN302"]) == ({}, 576)


def test_every_roster_profile_is_among_the_shipped_ones():
    profiles, _ = load_profiles()
    assert {key for key, profile in profiles.items() if profile.target == "roster"} == {
        "m365_insights", "ma_schools", "sds_v1", "sds_v2", "sds_v2_1", "sis_students",
    }  # fmt: skip
