"""Settling who is who: suggestions a person confirms, remembered on the next import, undone without a trace."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from gainline.engine.core.errors import Conflict, Missing, UserFixable
from gainline.engine.intake import Linkage
from gainline.lake import Reading
from gainline.road import settling
from gainline.road.importing import import_files, unmatched
from gainline.road.linking import school_rates
from gainline.road.workspace import Workspace
from intake_files import roster_with, zipped
from terminal import gainline

TODAY, LATER = date(2026, 3, 1), date(2026, 3, 8)
HEADER = "student_id,first name,last name,grade,school,tool,day,minutes\n"
PEOPLE = [("000301", "Guadalupe", "Okonkwo"), ("000302", "Teodor", "Brzezinski"), ("000303", "Marisol", "Vang")]


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    """A workspace with a roster of three more students at Oak School, grade 3."""
    files = roster_with()
    users = "".join(f"x{n},,,true,s1,student,,,{g},{f},,{n},,,,,03,\n" for n, g, f in PEOPLE)
    files["users.csv"] += users
    (tmp_path / "roster.zip").write_bytes(zipped(files))
    workspace = Workspace.create(tmp_path / "home")
    import_files(workspace, [tmp_path / "roster.zip"], as_of=TODAY)
    return workspace


def use(home: Workspace, name: str, *rows: str, as_of: date = TODAY) -> None:
    path = home.root.parent / name
    path.write_text(HEADER + "".join(f"{row},03,Oak School,mathly,{as_of},5\n" for row in rows))
    import_files(home, [path], as_of=as_of)


def key_of(home: Workspace, number: str) -> int:
    with home.lake.reading() as reading:
        rows = reading.arrow(reading.current("identifiers")).to_pylist()
    return next(row["person_key"] for row in rows if row["value"] == number and row["how"] == "roster")


def usage(home: Workspace) -> list[tuple[int, bool]]:
    with home.lake.reading() as reading:
        return _rows(reading)


def _rows(reading: Reading) -> list[tuple[int, bool]]:
    return sorted((row["person_key"], row["matched"]) for row in reading.arrow(reading.table("usage")).to_pylist())


def test_a_nickname_a_typo_and_swapped_names_are_suggested_and_nothing_is_linked(home: Workspace):
    use(home, "a.csv", "901,Lupe,Okonkwo", "902,Teodor,Brzezinksi", "903,Vang,Marisol")
    found = {one.value: one for one in settling.waiting(home, as_of=TODAY)}
    assert {value: one.person_key for value, one in found.items()} == {
        "901": key_of(home, "000301"), "902": key_of(home, "000302"), "903": key_of(home, "000303"),
    }  # fmt: skip
    assert all(one.how == "likely" and one.probability is not None for one in found.values())
    assert all(not matched for _, matched in usage(home))


def test_a_confirmed_link_holds_for_rows_in_the_lake_and_for_the_next_file_and_can_be_undone(home: Workspace):
    use(home, "a.csv", "901,Lupe,Okonkwo")
    before, owner = usage(home), key_of(home, "000301")
    (one,) = settling.waiting(home, as_of=TODAY)
    settling.confirm(home, [one.id], by="R. Keeper", as_of=TODAY)
    assert usage(home) == [(owner, True)]
    assert settling.waiting(home, as_of=TODAY) == []
    assert unmatched(home).num_rows == 0
    use(home, "b.csv", "901,Lupe,Okonkwo", as_of=LATER)
    assert usage(home) == [(owner, True)] * 2
    settling.undo(home, [one.id], by="R. Keeper", as_of=LATER)
    assert usage(home) == before * 2
    use(home, "c.csv", "901,Lupe,Okonkwo", "901,Lupe,Okonkwo", as_of=LATER)
    assert [waits.value for waits in settling.waiting(home, as_of=LATER)] == ["901"]


def test_the_identity_table_says_how_who_and_when(home: Workspace):
    use(home, "a.csv", "901,Lupe,Okonkwo")
    (one,) = settling.waiting(home, as_of=TODAY)
    settling.confirm(home, [one.id], by="R. Keeper", as_of=TODAY)
    with home.lake.reading() as reading:
        rows = reading.arrow(reading.current("identifiers")).to_pylist()
    (row,) = [row for row in rows if row["value"] == "901"]
    assert (row["how"], row["confirmed_by"], row["valid_from"], row["valid_to"]) == (
        "confirmed",
        "R. Keeper",
        TODAY,
        None,
    )
    settling.undo(home, [one.id], by="R. Keeper", as_of=LATER)
    with home.lake.reading() as reading:
        rows = reading.arrow(reading.current("identifiers")).to_pylist()
    assert [row["valid_to"] for row in rows if row["value"] == "901"] == [LATER]
    assert [row["decision"] for row in settling.decided(home)] == ["undone"]


def test_a_rejected_pair_is_not_suggested_again(home: Workspace):
    use(home, "a.csv", "901,Lupe,Okonkwo")
    (one,) = settling.waiting(home, as_of=TODAY)
    settling.reject(home, [one.id], by="R. Keeper", as_of=TODAY)
    (again,) = settling.waiting(home, as_of=TODAY)
    assert again.person_key != one.person_key


def test_a_person_may_choose_another_student(home: Workspace):
    use(home, "a.csv", "901,Lupe,Okonkwo")
    (one,) = settling.waiting(home, as_of=TODAY)
    settling.choose(home, one.id, "000303", by="R. Keeper", as_of=TODAY)
    assert usage(home) == [(key_of(home, "000303"), True)]


def test_a_roster_that_comes_later_is_asked_again(tmp_path: Path):
    home = Workspace.create(tmp_path / "home")
    use(home, "a.csv", "000123,Ada,L")
    (tmp_path / "roster.zip").write_bytes(zipped(roster_with()))
    import_files(home, [tmp_path / "roster.zip"], as_of=TODAY)
    (one,) = settling.waiting(home, as_of=TODAY)
    assert (one.how, one.is_sure) == ("exact", True)
    assert [each.id for each in settling.confirm(home, [], by="R. Keeper", as_of=TODAY, sure=True)] == [one.id]
    assert usage(home) == [(key_of(home, "000123"), True)]


def test_twins_are_told_apart_or_left_to_a_person(home: Workspace, tmp_path: Path):
    files = roster_with()
    files["users.csv"] += (
        "t1,,,true,s1,student,,,Mia,Quist,,000401,,,,,03,\nt2,,,true,s1,student,,,Mara,Quist,,000402,,,,,03,\n"
    )
    (tmp_path / "twins.zip").write_bytes(zipped(files))
    import_files(home, [tmp_path / "twins.zip"], as_of=TODAY, confirm_removals=True)
    use(home, "a.csv", "901,M,Quist")
    (one,) = settling.waiting(home, as_of=TODAY)
    assert not one.is_sure


def test_what_cannot_be_decided_is_refused_with_its_code(home: Workspace):
    use(home, "a.csv", "901,Lupe,Okonkwo", "902,Nobody,Anywhere")
    found = {one.value: one for one in settling.waiting(home, as_of=TODAY)}
    assert found["902"].person_key is None
    with pytest.raises(Missing, match="IN405"):
        settling.confirm(home, ["00000000"], by="R. Keeper", as_of=TODAY)
    with pytest.raises(Conflict, match="IN406"):
        settling.confirm(home, [found["902"].id], by="R. Keeper", as_of=TODAY)
    with pytest.raises(Missing, match="IN408"):
        settling.choose(home, found["902"].id, "no such number", by="R. Keeper", as_of=TODAY)
    with pytest.raises(UserFixable, match="IN409"):
        settling.confirm(home, [found["901"].id], by=" ", as_of=TODAY)


def test_two_kinds_with_one_value_are_not_given_to_two_students(home: Workspace):
    use(home, "a.csv", "901,Lupe,Okonkwo", "902,Marisol,Vang")
    one, other = settling.waiting(home, as_of=TODAY)
    with pytest.raises(Conflict, match="IN407"):
        settling.refuse_twins([one, settling.Waiting(**{**_fields(other), "value": one.value})])


def _fields(one: settling.Waiting) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}


def test_what_a_rule_linked_can_be_undone_and_no_rule_links_it_again(home: Workspace):
    use(home, "a.csv", "STU_000301,Lupe,Okonkwo", "000302,Teodor,Brzezinski")
    wrong, other = key_of(home, "000301"), key_of(home, "000302")
    assert usage(home) == sorted([(wrong, True), (other, True)])
    before = home.lake.head()
    (one,) = [row for row in settling.by_rule(home) if row["how"] == "affix"]
    settling.undo(home, [one["id"]], by="R. Keeper", as_of=LATER)
    assert (other, True) in usage(home)
    assert [matched for key, matched in usage(home) if key != other] == [False]
    assert wrong not in [key for key, _ in usage(home)]
    assert unmatched(home)["value"].to_pylist() == ["STU_000301"]
    use(home, "b.csv", "STU_000301,Lupe,Okonkwo", as_of=LATER)
    assert [key for key, matched in usage(home) if matched] == [other]
    assert [row["decision"] for row in settling.decided(home)] == ["undone"]
    settling.choose(home, one["id"], "000301", by="R. Keeper", as_of=LATER)
    assert [key for key, matched in usage(home) if matched].count(wrong) == 2
    with home.lake.reading(before) as reading:
        assert (wrong, True) in _rows(reading), "an earlier snapshot stands as it was"


def test_rows_of_two_identifiers_of_one_student_are_not_torn_apart(home: Workspace):
    use(home, "a.csv", "STU_000301,Lupe,Okonkwo", "301,Lupe,Okonkwo")
    assert len(settling.by_rule(home)) == 2
    with pytest.raises(Conflict, match="IN422"):
        settling.undo(home, [settling.by_rule(home)[0]["id"]], by="R. Keeper", as_of=LATER)


def test_the_terminal_lists_confirms_and_undoes(home: Workspace):
    use(home, "a.csv", "901,Lupe,Okonkwo")
    here = ("-w", home.root, "--as-of", str(TODAY))
    listed = json.loads(gainline("link", "suggest", *here, "--format", "json").out)
    assert (listed[0]["given_name"], listed[0]["student_given_name"]) == ("Lupe", "Guadalupe")
    told = gainline("link", "confirm", listed[0]["id"], "--by", "R. Keeper", *here)
    assert told.code == 0
    assert "Lupe" not in told.err + told.out
    assert gainline("link", "undo", listed[0]["id"], "--by", "R. Keeper", *here).code == 0
    assert json.loads(gainline("link", "list", "-w", home.root, "--format", "json").out)[0]["decision"] == "undone"
    assert gainline("link", "confirm", "--by", "R. Keeper", *here).code == 2


def test_match_rates_by_school_are_released_and_small_schools_are_not_shown():
    linkage = Linkage(130, 100, 130, 100, {}, {"s1": (126, 98), "s2": (4, 2)}, ())
    rates = {rate.value: rate for rate in school_rates(linkage)}
    assert rates["s1"].low is not None
    assert rates["s2"].low is None
