"""Ed-Fi: interchanges and API resources to the same canonical rows, and what is damaged or hostile kept out."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from gainline.engine.intake.edfi.nodes import DEPTH
from intake_files import Office, Taken, roster_with, zipped
from shared_data import shared

NAMESPACE = "http://ed-fi.org/5.2.0"
SECTION = (
    "<SectionReference><SectionIdentity><SectionIdentifier>s9</SectionIdentifier><CourseOfferingReference>"
    "<CourseOfferingIdentity><LocalCourseCode>R3</LocalCourseCode><SchoolReference><SchoolIdentity><SchoolId>11</SchoolId>"
    "</SchoolIdentity></SchoolReference><SessionReference><SessionIdentity><SessionName>Fall</SessionName>"
    "<SchoolYear>2025-2026</SchoolYear></SessionIdentity></SessionReference></CourseOfferingIdentity>"
    "</CourseOfferingReference></SectionIdentity></SectionReference>"
)
WHO = "<StudentReference><StudentIdentity><StudentUniqueId>{}</StudentUniqueId></StudentIdentity></StudentReference>"
STUDENT = (
    "<Student><StudentUniqueId>{0}</StudentUniqueId><Name><FirstName>Ada{0}</FirstName>"
    "<LastSurname>Lo</LastSurname></Name></Student>"
)


def interchange(*elements: str, name: str = "Student", head: str = "") -> bytes:
    body = "\n".join(elements)
    return (
        f'<?xml version="1.0"?>\n{head}<Interchange{name} xmlns="{NAMESPACE}">\n{body}\n</Interchange{name}>'.encode()
    )


def take(tmp_path: Path, content: bytes, name: str = "Student.xml", office: Office | None = None) -> Taken:
    path = tmp_path / name
    path.write_bytes(content)
    return (office or Office()).take(path)


def test_students_staff_schools_and_sections_become_a_roster(tmp_path):
    office = Office()
    content = interchange(
        '<LocalEducationAgency id="L1"><NameOfInstitution>District</NameOfInstitution>'
        "<LocalEducationAgencyId>1</LocalEducationAgencyId></LocalEducationAgency>",
        "<School><NameOfInstitution>Oak</NameOfInstitution><SchoolId>11</SchoolId>"
        '<LocalEducationAgencyReference ref="L1"/></School>',
        "<Course><CourseCode>READ</CourseCode><CourseTitle>Reading 3</CourseTitle><AcademicSubject>uri://x#Reading"
        "</AcademicSubject><EducationOrganizationReference><EducationOrganizationIdentity><EducationOrganizationId>11"
        "</EducationOrganizationId></EducationOrganizationIdentity></EducationOrganizationReference></Course>",
        "<CourseOffering><LocalCourseCode>R3</LocalCourseCode><SchoolReference><SchoolIdentity><SchoolId>11</SchoolId>"
        "</SchoolIdentity></SchoolReference><SessionReference><SessionIdentity><SessionName>Fall</SessionName>"
        "<SchoolYear>2025-2026</SchoolYear></SessionIdentity></SessionReference><CourseReference><CourseIdentity>"
        "<CourseCode>READ</CourseCode><EducationOrganizationReference><EducationOrganizationIdentity>"
        "<EducationOrganizationId>11</EducationOrganizationId></EducationOrganizationIdentity>"
        "</EducationOrganizationReference></CourseIdentity></CourseReference></CourseOffering>",
        f"<Section>{SECTION.replace('SectionReference', 'Part')}<SectionName>Reading</SectionName></Section>",
        "<Session><SessionName>Fall</SessionName><SchoolYear>2025-2026</SchoolYear><BeginDate>2025-08-20</BeginDate>"
        "<EndDate>2025-12-19</EndDate><Term>uri://x#Fall Semester</Term><SchoolReference><SchoolIdentity><SchoolId>11"
        "</SchoolId></SchoolIdentity></SchoolReference></Session>",
        STUDENT.format(604821),
        f"<StudentSchoolAssociation>{WHO.format(604821)}<SchoolReference><SchoolIdentity><SchoolId>11</SchoolId>"
        "</SchoolIdentity></SchoolReference><EntryDate>2025-08-20</EntryDate><EntryGradeLevel>uri://x#Third grade"
        "</EntryGradeLevel></StudentSchoolAssociation>",
        f"<StudentEducationOrganizationAssociation>{WHO.format(604821)}<Sex>uri://x#Female</Sex>"
        "<HispanicLatinoEthnicity>false</HispanicLatinoEthnicity><Race>uri://x#White</Race>"
        "<LimitedEnglishProficiency>uri://x#Limited</LimitedEnglishProficiency><StudentIdentificationCode>"
        "<IdentificationCode>S-77</IdentificationCode><StudentIdentificationSystem>uri://x#State"
        "</StudentIdentificationSystem></StudentIdentificationCode></StudentEducationOrganizationAssociation>",
        f"<StudentSectionAssociation>{WHO.format(604821)}{SECTION}<BeginDate>2025-08-20</BeginDate>"
        "</StudentSectionAssociation>",
        "<Staff><StaffUniqueId>604821</StaffUniqueId><Name><FirstName>Te</FirstName></Name><ElectronicMail>"
        "<ElectronicMailAddress>TE@x.example</ElectronicMailAddress></ElectronicMail></Staff>",
        "<StaffSectionAssociation><StaffReference><StaffIdentity><StaffUniqueId>604821</StaffUniqueId></StaffIdentity>"
        f"</StaffReference>{SECTION}<ClassroomPosition>uri://x#Teacher of Record</ClassroomPosition>"
        "</StaffSectionAssociation>",
    )
    taken = take(tmp_path, content, office=office)
    assert taken.codes() == {}
    assert (taken.account.read, taken.account.loaded) == (12, 12)
    by_kind = {row["kind"]: row for row in taken.rows("schools")}
    assert by_kind["school"]["parent_id"] == "1"
    (student,) = taken.rows("students")
    assert (student["school_id"], student["grade"], student["sex"]) == ("11", "03", "female")
    assert (student["race_ethnicity"], student["english_learner"]) == ("White", True)
    people = {row["role"]: row for row in taken.rows("people")}
    assert people.keys() == {"student", "teacher"}  # one number, two people
    assert people["teacher"]["email"] == "te@x.example"
    (one,) = taken.rows("sections")
    assert (one["section_id"], one["course_title"]) == ("11/2025-2026/Fall/R3/s9", "Reading 3")
    assert {row["section_id"] for row in taken.rows("enrollments")} == {one["section_id"]}
    assert [row["is_primary"] for row in taken.rows("enrollments") if row["role"] == "teacher"] == [True]
    assert taken.rows("terms")[0]["term_id"] == one["term_ids"] == "11/2025-2026/Fall"
    usage = tmp_path / "usage.csv"
    usage.write_text("student_id,school,tool,day,minutes\n604821,,lumen,2026-01-05,10\nS-77,,lumen,2026-01-06,10\n")
    later = office.take(usage)  # other files find the student by either number
    assert [row["matched"] for row in later.rows("usage")] == [True, True]
    assert {row["person_key"] for row in later.rows("usage")} == {student["person_key"]}


def test_the_api_gives_the_same_rows_as_an_interchange(tmp_path):
    resources = {
        "students": [{"studentUniqueId": "1", "firstName": "Ada1", "lastSurname": "Lo", "_etag": "5"}],
        "assessments": [
            {
                "assessmentIdentifier": "a",
                "namespace": "uri://n",
                "assessmentTitle": "Fall math",
                "academicSubjects": [{"academicSubjectDescriptor": "uri://x#Mathematics"}],
                "scores": [],
                "maxRawScore": 10,
            }
        ],
        "studentAssessments": [
            {
                "studentAssessmentIdentifier": "r1",
                "studentReference": {"studentUniqueId": "1"},
                "assessmentReference": {"assessmentIdentifier": "a", "namespace": "uri://n"},
                "administrationDate": "2025-09-28T15:00:00Z",
                "scoreResults": [
                    {"assessmentReportingMethodDescriptor": "uri://x#Percentile", "result": "88"},
                    {"assessmentReportingMethodDescriptor": "uri://x#Scale score", "result": "512"},
                ],
            }
        ],
    }
    taken = take(tmp_path, json.dumps(resources).encode(), "export.json")
    assert taken.account.read == 3
    (result,) = taken.rows("results")
    assert result["matched"] is True
    assert str(result["taken_on"]) == "2025-09-28"
    assert taken.rows("people")[0]["given_name"] == "Ada1"
    lone = take(tmp_path, json.dumps(resources["studentAssessments"]).encode(), "studentAssessments.json")
    assert len(lone.rows("results")) == 1


def test_a_student_whom_another_roster_knows_stays_who_they_are(tmp_path):
    office = Office()
    (tmp_path / "roster.zip").write_bytes(zipped(roster_with()))
    roster = office.take(tmp_path / "roster.zip")
    taken = take(tmp_path, interchange(STUDENT.format("000123")), office=office)
    ada = next(row["person_key"] for row in roster.rows("people") if row["given_name"] == "Ada")
    assert taken.rows("people") == []  # names and school stay as that roster says
    assert [row["person_key"] for row in taken.rows("identifiers")] == [ada]


def test_a_fact_about_somebody_unknown_goes_on_the_worklist(tmp_path):
    event = (
        f"<StudentSchoolAttendanceEvent><AttendanceEvent><EventDate>2025-09-01</EventDate><AttendanceEventCategory>"
        f"uri://x#Unexcused Absence</AttendanceEventCategory></AttendanceEvent>{WHO.format(5)}"
        "<SchoolReference><SchoolIdentity><SchoolId>11</SchoolId></SchoolIdentity></SchoolReference>"
        "</StudentSchoolAttendanceEvent>"
    )
    taken = take(tmp_path, interchange(event, event.replace("Unexcused Absence", "Tardy")), "Attendance.xml")
    assert [row["status"] for row in taken.rows("attendance")] == ["late"]
    assert [row["matched"] for row in taken.rows("attendance")] == [False]
    assert taken.codes()["IN355"] == 1  # two words for one day
    assert taken.account.repaired == 1
    assert len(taken.rows("unmatched")) == 1
    assert taken.adds_up()


@pytest.mark.parametrize(
    ("element", "code"),
    [
        ("<Student><Name><FirstName>Ada</FirstName></Name></Student>", "IN030"),
        (f"<StudentSectionAssociation>{WHO.format(1)}</StudentSectionAssociation>", "IN030"),
        (
            f"<StudentSectionAssociation>{WHO.format(1)}{SECTION}<BeginDate>soon</BeginDate></StudentSectionAssociation>",
            "IN034",
        ),
        (
            f"<StudentSectionAssociation>{WHO.format(1)}{SECTION}<BeginDate>2026-01-02</BeginDate><EndDate>2026-01-01</EndDate>"
            "</StudentSectionAssociation>",
            "IN043",
        ),
        (
            "<Assessment><AssessmentIdentifier>a</AssessmentIdentifier><MaxRawScore>ten</MaxRawScore></Assessment>",
            "IN032",
        ),
        (
            "<Assessment><AssessmentIdentifier>a</AssessmentIdentifier><MaxRawScore>NaN</MaxRawScore></Assessment>",
            "IN032",
        ),
        (STUDENT.format(1), "IN045"),
    ],
)
def test_an_element_that_makes_no_row_is_kept_out_with_its_line(tmp_path, element, code):
    taken = take(tmp_path, interchange(STUDENT.format(1), element))
    assert (taken.account.read, taken.account.rejected) == (2, 1)
    assert taken.lines(code) == [4]
    assert taken.adds_up()
    assert "Ada" not in str([str(issue) for issue in taken.issues])


def test_what_no_table_has_is_read_and_said(tmp_path):
    taken = take(tmp_path, interchange("<Person><PersonId>1</PersonId></Person>", "<Locker/>"))
    assert (taken.account.read, taken.account.rejected) == (2, 0)
    assert taken.codes() == {"IN354": 2}


BOMB = '<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n'


@pytest.mark.parametrize("head", [BOMB, OUTSIDE, "<!DOCTYPE x>\n", '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">\n'])
def test_no_document_may_bring_entities_or_point_outside(tmp_path, head):
    taken = take(tmp_path, interchange(STUDENT.format("&b;" if "b" in head else "1"), head=head))
    assert (taken.account.read, taken.account.rejected) == (1, 1)
    assert taken.codes() == {"IN351": 1}
    assert taken.tables == {}


def test_nesting_and_texts_without_end_are_not_followed(tmp_path):
    deep = "<a>" * (DEPTH + 5) + "</a>" * (DEPTH + 5)
    long = f"<Student><StudentUniqueId>{'9' * (1 << 21)}</StudentUniqueId></Student>"
    wide = f"<Student>{'<a/>' * 100_001}</Student>"
    for element in (f"<Student>{deep}</Student>", long, wide):
        taken = take(tmp_path, interchange(STUDENT.format(1), element))
        assert taken.codes() == {"IN353": 1}
        assert len(taken.rows("people")) == 1
        assert taken.adds_up()
    spiral: object = "x"
    for _ in range(DEPTH + 5):
        spiral = {"a": spiral}
    taken = take(
        tmp_path,
        json.dumps([{"studentUniqueId": "1"}, {"studentUniqueId": "2", "a": spiral}]).encode(),
        "students.json",
    )
    assert taken.codes() == {"IN353": 1}


def test_a_cut_or_damaged_interchange_gives_what_was_whole_and_says_where_it_ends(tmp_path):
    whole = interchange(*(STUDENT.format(n) for n in range(1, 30)))
    chance = random.Random(4)
    for _ in range(25):
        cut = chance.randrange(120, len(whole) - 5)
        broken = whole[:cut] + chance.choice([b"", b"<", b"\x00\xff", b"&x;", b"</Student>"])
        taken = take(tmp_path, broken)
        assert taken.codes().get("IN352") == 1
        assert taken.adds_up()
        assert len(taken.rows("people")) == taken.account.loaded
        assert {row["given_name"] for row in taken.rows("people")} <= {f"Ada{n}" for n in range(1, 30)}


@pytest.mark.parametrize(
    "body", [b'[{"studentUniqueId": "1"}, 5, "x"]', b'[{"studentUniqueId": "1"}, {"studentUniqueId": ']
)
def test_damaged_json_is_accounted_for(tmp_path, body):
    taken = take(tmp_path, body, "students.json")
    assert len(taken.rows("people")) == 1
    assert taken.account.rejected >= 1
    assert taken.adds_up()
    assert set(taken.codes()) <= {"IN117", "IN352"}


def test_an_intervention_is_registered_under_the_code_by_which_students_name_it(tmp_path):
    taken = take(
        tmp_path,
        interchange(
            "<Intervention><ContentIdentifier>CheckAndConnect</ContentIdentifier><InterventionClass>uri://x#Practice"
            "</InterventionClass><InterventionIdentificationCode>11-CC</InterventionIdentificationCode></Intervention>",
            "<InterventionPrescription><InterventionPrescriptionIdentificationCode>1-CC"
            "</InterventionPrescriptionIdentificationCode></InterventionPrescription>",
            "<InterventionStudy><Participants>25</Participants></InterventionStudy>",
            "<Intervention></Intervention>",
        ),
    )
    assert [(row["resource_id"], row["vendor_resource_id"], row["title"]) for row in taken.rows("resources")] == [
        ("11-CC", "CheckAndConnect", "Practice"),
        ("1-CC", "1-CC", None),
    ]
    assert (taken.account.read, taken.account.rejected) == (4, 1)
    assert set(taken.codes()) == {"IN030", "IN354"}  # a study's counts belong to no person and no table here


@pytest.mark.shared_data
def test_every_file_of_the_sample_district_is_read_with_every_element_accounted_for():
    office = Office()
    counts = {
        "EducationOrganization": 200,
        "Student": 963,
        "AssessmentMetadata-Benchmarks-3rdGradeMath": 48,
        "MasterSchedule": 704,
        "StaffAssociation": 888,
        "StudentAssessment-Benchmarks-3rdGradeMath": 160,
        "StudentGradebook": 261,
        "StudentIntervention": 30,
        "StudentProgram": 706,
        "StudentSchoolAttendance": 1917,
        "Survey": 142,
    }
    rows: dict[str, int] = {}
    for name, elements in counts.items():
        taken = office.take(shared(f"edfi_sample_xml/{name}.xml.gz"))
        assert taken.account.read == elements, name
        assert taken.adds_up()
        assert taken.account.rejected == (1 if name == "MasterSchedule" else 0)  # one offering stands twice
        linkage = taken.account.linkage
        assert linkage is None or linkage.matched == linkage.identities
        for table in taken.tables:
            rows[table] = rows.get(table, 0) + len(taken.rows(table))
    assert {
        name: rows[name] for name in ("people", "sections", "results", "responses", "survey_items", "assessments")
    } == {
        "people": 960 + 68,
        "sections": 532,
        "results": 160 + 250,
        "responses": 60,
        "survey_items": 5,
        "assessments": 12,
    }
    with gzip.open(shared("edfi_sample_xml/Survey.xml.gz")) as survey:
        assert b"Dave Hahn" in survey.read()
    assert "Dave" not in str(office.known["responses"])
