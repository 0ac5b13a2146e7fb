"""Who is this: rules from the most to the least trustworthy, and two answers are no answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from gainline.engine.core.ids import person_key
from gainline.engine.intake.link import Linker, Schools, stripped
from intake_files import ROSTER, SALT, Office, Taken, roster_with, usage_rows, zipped


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office that knows the small roster."""
    return rostered(tmp_path, roster_with())


def rostered(tmp_path: Path, files: dict[str, str]) -> Office:
    office = Office()
    (tmp_path / "roster.zip").write_bytes(zipped(files))
    office.take(tmp_path / "roster.zip")
    return office


def use(office: Office, tmp_path: Path, *names: str, header: str = "student_id,school,tool,day,minutes") -> Taken:
    path = tmp_path / "use.csv"
    path.write_text(usage_rows(*(f"{name},Oak School,mathly,2025-09-01,5" for name in names), header=header))
    return office.take(path)


ADA = person_key(SALT, "roster", "u1")


@pytest.mark.parametrize(
    ("value", "kind", "rule"),
    [
        ("000123", "SisSourcedId", "exact"),
        ("u1", "SisSourcedId", "exact"),
        ("9001", "SisSourcedId", "exact"),
        ("U1", "SisSourcedId", "folded"),
        ("STU_000123", "SisSourcedId", "affix"),
        ("000123.0", "SisSourcedId", "affix"),
        ("_000123_1", "SisSourcedId", "affix"),
        ("123", "SisSourcedId", "zeros"),
        ("123.0", "SisSourcedId", "zeros"),
        ("ADA.L@x.example", "EmailAddress", "email"),
        ("ada.l@x.example", "SisSourcedId", "email"),
        ("Ada.L", "AccountUserName", "username"),
        ("ada.l@other.example", "EmailAddress", "username"),
        ("ada.l", "SisSourcedId", "username"),
    ],
)
def test_a_person_is_found_by_rule(office: Office, value: str, kind: str, rule: str):
    hit = Linker(office.identity(), source_system="v").find(value, kind)
    assert (hit.key, hit.rule) == (ADA, rule)


@pytest.mark.parametrize("value", ["999", "nobody@x.example", "0", "000", "_"])
def test_a_stranger_is_not_found(office: Office, value: str):
    assert Linker(office.identity(), source_system="v").find(value, "SisSourcedId").rule == "unmatched"


def test_known_affixes_are_stripped():
    assert [stripped(v) for v in ("STU_0012", "stu-7", "_80624_1", "60186.0", "S12")] == [
        "0012",
        "7",
        "80624",
        "60186",
        "s12",
    ]
    assert stripped("RB:77", ("rb:",)) == "77"


def test_repairs_are_counted_and_reported_with_their_lines(office: Office, tmp_path: Path):
    taken = use(office, tmp_path, "000123", "123", "STU_000124")
    assert (taken.account.loaded, taken.account.repaired) == (1, 2)
    assert (taken.lines("IN051"), taken.lines("IN050")) == ([3], [4])
    assert [row["matched"] for row in taken.rows("usage")] == [True, True, True]


def test_an_identifier_of_two_people_is_matched_to_none(tmp_path: Path):
    office = rostered(tmp_path, roster_with(users=[("stateId:9001", "stateId:000124")]))
    taken = use(office, tmp_path, "000124", "000123")
    (lost,) = taken.rows("unmatched")
    assert (lost["value"], lost["rows"]) == ("000124", 1)
    assert taken.lines("IN052") == [2]
    assert [row["matched"] for row in taken.rows("usage")] == [False, True]


def test_a_number_of_two_students_matches_nobody_and_one_shared_with_a_teacher_the_student(tmp_path: Path):
    students = rostered(tmp_path, roster_with(users=[("000124", "000123")]))
    assert [row["matched"] for row in use(students, tmp_path, "000123").rows("usage")] == [False]
    staff = rostered(tmp_path, roster_with(users=[("T-9", "000123")]))
    assert [row["person_key"] for row in use(staff, tmp_path, "000123").rows("usage")] == [ADA]


def test_two_ids_that_differ_only_in_zeros_are_not_told_apart_without_them(tmp_path: Path):
    office = rostered(tmp_path, roster_with(users=[("060186", "0123")]))
    assert use(office, tmp_path, "123").lines("IN052") == [2]
    assert use(office, tmp_path, "0123").codes() == {}


def test_the_unmatched_are_loaded_under_a_key_of_their_own_and_listed(office: Office, tmp_path: Path):
    taken = use(office, tmp_path, "7777", "7777", "000123")
    rows = taken.rows("usage")
    assert rows[0]["person_key"] == person_key(SALT, "generic", "7777")
    assert [row["matched"] for row in rows] == [False, False, True]
    (lost,) = taken.rows("unmatched")
    assert (lost["source"], lost["rows"], lost["school"]) == ("generic_usage", 2, "Oak School")
    assert lost["because"]
    assert lost["suggestion"]


def test_match_rates_are_given_overall_by_rule_by_school_and_by_subgroup(office: Office, tmp_path: Path):
    linkage = use(office, tmp_path, "000123", "123", "7777").account.linkage
    assert linkage is not None
    assert (linkage.identities, linkage.matched, linkage.rows, linkage.matched_rows) == (3, 2, 3, 2)
    assert linkage.by_rule == {"exact": 1, "unmatched": 1, "zeros": 1}
    assert linkage.by_school == {"s1": (3, 2)}
    seen = {(group.field, group.value): (group.rostered, group.seen) for group in linkage.seen}
    assert seen["all", "all"] == (2, 1)  # Ada of the two students of Oak School; Elm School does not occur
    assert seen["economically_disadvantaged", "yes"] == (2, 1)
    assert seen["disability", "yes"] == (1, 0)


def test_a_matched_identifier_is_remembered_for_its_own_system_only(office: Office, tmp_path: Path):
    use(office, tmp_path, "123")
    assert Linker(office.identity(), source_system="generic").find("123", "SisSourcedId").rule == "zeros"
    known = [row for table in office.known["identifiers"] for row in table.to_pylist() if row["source"] == "generic"]
    assert [(row["value"], row["how"], row["person_key"]) for row in known] == [("123", "zeros", ADA)]


def test_the_second_identity_column_decides_where_the_first_says_nothing(office: Office, tmp_path: Path):
    path = tmp_path / "use.csv"
    path.write_text(
        "student_id,email,tool,day,minutes\n,ada.l@x.example,m,2025-09-01,5\n8888,bo.m@x.example,m,2025-09-01,5\n"
    )
    assert [row["matched"] for row in office.take(path).rows("usage")] == [True, True]


def test_no_message_carries_an_identifier_or_a_name(office: Office, tmp_path: Path):
    taken = use(office, tmp_path, "secret-77", "4.56E+11", "STU_000123", "123", "")
    words = [str(issue) for issue in taken.issues] + [str(taken.account.to_json_value())]
    for planted in ("secret-77", "4.56E", "000123", "Ada", "ada.l"):
        assert not any(planted in text for text in words)


def test_schools_go_by_id_number_name_and_alias(office: Office):
    office.aliases = {"Oak Elem.": "s1"}
    schools = Schools(office.identity())
    assert [schools.find(t) for t in ("s1", "OAK school", "011", "oak elem", "Elm School", "Nowhere", "")] == [
        "s1", "s1", "s1", "s1", "s2", None, None,
    ]  # fmt: skip
    assert "Élm" in ROSTER["orgs.csv"]


def test_a_number_of_two_students_is_known_to_be_disputed(tmp_path: Path):
    office = rostered(tmp_path, roster_with(users=[("000124", "000123")]))
    taken = use(office, tmp_path, "000123")
    assert taken.lines("IN052") == [2]
    assert taken.codes().get("IN053") is None
    (lost,) = taken.rows("unmatched")
    assert lost["because"] == "more than one rostered person has this identifier"


def test_rows_with_a_name_and_no_identifier_wait_together_for_a_person(office: Office, tmp_path: Path):
    path = tmp_path / "use.csv"
    rows = ["", "7777"]
    header = "student_id,first_name,last_name,grade,school,tool,day,minutes\n"
    path.write_text(header + "".join(f"{n},Ada,L,3,Oak School,m,2025-09-0{d},5\n" for n in rows for d in (1, 2)))
    taken = office.take(path)
    assert taken.adds_up()
    assert taken.lines("IN400") == [2, 3]
    lost = {row["kind"]: row for row in taken.rows("unmatched")}
    assert lost["NamesGradeSchool"]["rows"] == 2
    assert (lost["SisSourcedId"]["given_name"], lost["SisSourcedId"]["family_name"]) == ("Ada", "L")
    assert not any("Ada" in str(issue) for issue in taken.issues)


def test_names_are_kept_of_nobody_whom_the_roster_knows(office: Office, tmp_path: Path):
    path = tmp_path / "use.csv"
    path.write_text("student_id,first_name,last_name,tool,day,minutes\n000123,Ada,L,m,2025-09-01,5\n")
    taken = office.take(path)
    assert taken.rows("unmatched") == []
    assert not any("Ada" in str(row) for table in taken.tables for row in taken.rows(table))
