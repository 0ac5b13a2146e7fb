"""Roster history: a full file ends whom it no longer names, changes end only what they say, and too many ends stop."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from canonical_rows import canonical
from gainline.engine.core.errors import Refused
from gainline.engine.core.ids import person_key
from gainline.road.importing import ImportReport, import_files
from gainline.road.workspace import Workspace
from intake_files import roster_with, zipped

SALT = b"a salt of thirty-two bytes, kept."
FIRST, NEXT, LATER = date(2025, 9, 1), date(2025, 10, 1), date(2025, 11, 1)
U = {one: person_key(SALT, "roster", one) for one in ("u1", "u2", "u3", "u4", "u9")}
BO = "u2,,,true,s1,student,bo.m,,Bo,M,,000124,bo.m@x.example,,,,03,\n"
BO_STAYS = "e2,,,k1,s1,u2,student,,2025-08-20,2026-01-10\n"
BO_ABOUT = "u2,,,2016-01-01,male,false,false,true,false,true,false,false,Free,N,Y\n"
WITHOUT_BO = {"users": [(BO, "")], "enrollments": [(BO_STAYS, "")], "demographics": [(BO_ABOUT, "")]}


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "home", salt=SALT)


def load(home: Workspace, files: dict[str, str], on: date, *, confirm: bool = True) -> ImportReport:
    path = home.root.parent / f"roster-{on}.zip"
    path.write_bytes(zipped(files))
    return import_files(home, [path], as_of=on, confirm_removals=confirm)


def rows(home: Workspace, table: str, *names: str) -> list[tuple[object, ...]]:
    with home.lake.reading() as reading:
        found: pa.Table = reading.arrow(reading.current(table).select(*names))
    return sorted(zip(*(found[name].to_pylist() for name in names), strict=True), key=str)


def ends(home: Workspace) -> dict[object, object]:
    return dict(rows(home, "people", "person_key", "end_date"))


def stays(home: Workspace, user: str) -> list[tuple[object, ...]]:
    found = rows(home, "enrollments", "person_key", "section_id", "begin_date", "end_date")
    return sorted((row[1:] for row in found if row[0] == U[user]), key=lambda stay: str(stay[1]))


def changes(**files: str) -> dict[str, str]:
    """A package of changes: the named files only, with the header of the full ones."""
    whole = roster_with()
    lines = {f"{name}.csv": whole[f"{name}.csv"].splitlines()[0] + "\n" + text for name, text in files.items()}
    modes = "".join(f"file.{name},delta\n" for name in files)
    return {"manifest.csv": "propertyName,value\noneroster.version,1.1\n" + modes, **lines}


def codes(report: ImportReport) -> dict[str, int]:
    return {code: n for file in report.files if file.account for code, n in file.account.by_code.items()}


def test_a_full_load_ends_whom_it_no_longer_names_and_keeps_their_rows(home: Workspace):
    load(home, roster_with(), FIRST)
    report = load(home, roster_with(**WITHOUT_BO), NEXT)
    assert ends(home) == {U["u1"]: None, U["u2"]: NEXT, U["u3"]: None, U["u4"]: None}
    assert stays(home, "u2") == [("k1", date(2025, 8, 20), NEXT)]
    assert stays(home, "u1") == [("k1", date(2025, 8, 20), None)]
    roles = rows(home, "roles", "person_key", "end_date")
    assert (U["u2"], NEXT) in roles
    assert {"IN191", "IN192"} <= set(codes(report))


def test_a_person_who_comes_back_is_there_again_with_both_stays(home: Workspace):
    load(home, roster_with(), FIRST)
    load(home, roster_with(**WITHOUT_BO), NEXT)
    back = roster_with(enrollments=[(BO_STAYS, BO_STAYS.replace("2025-08-20,2026-01-10", "2025-10-20,"))])
    report = load(home, back, LATER)
    assert ends(home)[U["u2"]] is None
    assert stays(home, "u2") == [("k1", date(2025, 8, 20), NEXT), ("k1", date(2025, 10, 20), None)]
    assert codes(report)["IN194"] == 1


def test_a_transfer_ends_the_old_section_and_opens_the_new_one(home: Workspace):
    load(home, roster_with(), FIRST)
    load(
        home,
        roster_with(enrollments=[("e1,,,k1,s1,u1,student,,2025-08-20", "e1,,,k2,s2,u1,student,,2025-10-01")]),
        NEXT,
    )
    assert stays(home, "u1") == [("k1", date(2025, 8, 20), NEXT), ("k2", date(2025, 10, 1), None)]
    assert set(ends(home).values()) == {None}


def test_a_new_first_day_in_the_same_section_closes_the_old_stay_the_day_before(home: Workspace):
    load(home, roster_with(), FIRST)
    load(home, roster_with(enrollments=[("u1,student,,2025-08-20", "u1,student,,2025-09-15")]), NEXT, confirm=False)
    assert stays(home, "u1") == [("k1", date(2025, 8, 20), date(2025, 9, 14)), ("k1", date(2025, 9, 15), None)]


def test_changes_end_nobody_by_silence_and_end_what_they_say(home: Workspace):
    load(home, roster_with(), FIRST)
    gone = "e1,tobedeleted,2025-10-01T00:00:00.000Z,k1,s1,u1,student,,,\n"
    report = load(home, changes(enrollments=gone), NEXT)
    assert stays(home, "u1") == [("k1", date(2025, 8, 20), NEXT)]
    assert stays(home, "u3") == [("k2", None, None)]
    assert set(ends(home).values()) == {None}
    assert codes(report)["IN076"] == 1
    assert "IN064" not in codes(report)


def test_a_removal_that_is_repeated_every_night_moves_no_end(home: Workspace):
    load(home, roster_with(), FIRST)
    gone = "u2,tobedeleted,2025-10-01T00:00:00.000Z,true,s1,student,bo.m,,Bo,M,,000124,,,,,03,\n"
    load(home, changes(users=gone), NEXT)
    load(home, changes(users=gone.replace("10-01T", "10-02T")), LATER)
    assert ends(home)[U["u2"]] == NEXT
    assert stays(home, "u2") == [("k1", date(2025, 8, 20), NEXT)]


def test_changes_of_a_user_keep_the_demographics_that_came_before(home: Workspace):
    load(home, roster_with(), FIRST)
    moved = BO.replace("u2,,,true,s1", "u2,active,2025-10-01T00:00:00.000Z,true,s2")
    load(home, changes(users=moved), NEXT)
    found = rows(home, "students", "person_key", "school_id", "sex", "english_learner")
    assert (U["u2"], "s2", "male", False) in found


def test_changes_of_demographics_alone_keep_school_and_grade(home: Workspace):
    load(home, roster_with(), FIRST)
    about = BO_ABOUT.replace("u2,,,", "u2,active,2025-10-01T00:00:00.000Z,").replace(",N,", ",Y,")
    load(home, changes(demographics=about), NEXT)
    found = rows(home, "students", "person_key", "school_id", "grade", "english_learner")
    assert (U["u2"], "s1", "03", True) in found


def test_a_load_that_would_end_more_than_a_tenth_stops_and_writes_nothing(home: Workspace):
    load(home, roster_with(), FIRST)
    before = home.lake.head().id
    with pytest.raises(Refused, match=r"IN190.*1 of 4 people") as stop:
        load(home, roster_with(**WITHOUT_BO), NEXT, confirm=False)
    assert "--confirm-removals" in stop.value.remedy
    assert home.lake.head().id == before
    assert set(ends(home).values()) == {None}


def test_a_file_that_is_missing_tonight_ends_nobody(home: Workspace):
    load(home, roster_with(), FIRST)
    load(home, roster_with({"enrollments.csv": None}), NEXT, confirm=False)
    assert stays(home, "u1") == [("k1", date(2025, 8, 20), None)]


def test_an_unreadable_row_ends_nobody_by_silence(home: Workspace):
    load(home, roster_with(), FIRST)
    report = load(home, roster_with(users=[(BO, BO.replace(",03,", ",03,,,"))]), NEXT, confirm=False)
    assert codes(report)["IN193"] == 1
    assert ends(home)[U["u2"]] is None


def test_enrollments_that_ran_out_with_their_term_are_no_removals(home: Workspace):
    load(home, roster_with(), FIRST)
    rest = roster_with(enrollments=[("e1,,,k1,s1,u1,student,,2025-08-20,\n", ""), ("e3,,,k2,s2,u3,student,,,\n", "")])
    load(home, rest, date(2026, 8, 1), confirm=False)
    assert stays(home, "u1") == [("k1", date(2025, 8, 20), date(2026, 6, 30))]


def test_a_person_under_a_new_sourced_id_keeps_the_pseudonym(home: Workspace):
    load(home, roster_with(), FIRST)
    renamed = {name: [("u2", "u9")] for name in ("users", "enrollments", "demographics")}
    report = load(home, roster_with(**renamed), NEXT, confirm=False)
    assert codes(report)["IN178"] == 1
    assert set(ends(home)) == {U["u1"], U["u2"], U["u3"], U["u4"]}
    assert set(ends(home).values()) == {None}
    load(home, roster_with(**renamed, orgs=[("Oak School", "Oak Elementary")]), LATER, confirm=False)
    assert U["u9"] not in ends(home)


def test_people_of_other_sources_are_not_ended_by_a_roster(home: Workspace):
    load(home, roster_with(), FIRST)
    stranger = pa.Table.from_pylist([{"person_key": 7, "role": "student", "import_id": "x"}])
    with home.lake.writing() as writer:
        writer.append("people", canonical("people", stranger.to_pylist()))
        writer.publish(as_of=FIRST)
    load(home, roster_with(orgs=[("Oak School", "Oak Elementary")]), NEXT, confirm=False)
    assert 7 in ends(home)
