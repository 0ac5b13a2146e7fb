"""Consent on a small real workspace: whose facts are read, what is purged, and what becomes of estimates."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from gainline.engine.core.errors import Conflict, Missing, UserFixable
from gainline.engine.core.issues import has_errors
from gainline.engine.ledger import chain, lines
from gainline.engine.privacy.consent import Act, Ground, Relation
from gainline.engine.privacy.purposes import Basis, Purpose
from gainline.lake import Whom
from gainline.road import evaluating
from gainline.road.checking import verify_workspace
from gainline.road.consented import PATH, register_of
from gainline.road.consenting import (
    Said,
    Withdrawn,
    counted,
    declare,
    mark_restored,
    one_key,
    person_of,
    reapply,
    say,
    tell,
)
from gainline.road.importing import import_files
from gainline.road.measuring import measure
from gainline.road.withdrawing import follow
from gainline.road.workspace import Workspace
from intake_files import zipped
from terminal import gainline

DAY = date(2026, 3, 2)
MANY = 30
ROSTER = {
    "orgs.csv": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\ns1,,,Oak School,school,,\n",
    "users.csv": "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,"
    "familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password\n"
    + "".join(f"u{n},,,true,s1,student,n{n},,Ada,Ash,,{n:04d},,,,,03,\n" for n in range(MANY)),
}
USAGE = Ground("use-of-m", Purpose.EVALUATION, Basis.CONSENT, tables=("usage",), where={"tool": ("m",)})
TEXT = "We look at how long your child uses M. You can say no."


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("consent")
    (folder / "roster.zip").write_bytes(zipped(ROSTER))
    home = Workspace.create(folder / "home")
    import_files(home, [folder / "roster.zip"], as_of=DAY)
    for name, tool in (("use.csv", "m"), ("other.csv", "q")):
        rows = "".join(f"{n:04d},{tool},2026-02-02,{20 + n}\n" for n in range(MANY))
        (folder / name).write_text(f"student_id,tool,day,minutes\n{rows}")
        import_files(home, [folder / name], as_of=DAY)
    return folder


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(made / "home", tmp_path / "home")
    return Workspace.open(tmp_path / "home", clock=lambda: DAY)


def people(home: Workspace) -> list[int]:
    with home.records.reading() as reading:
        return sorted(reading.arrow(reading.current("students").select("person_key"))["person_key"].to_pylist())


def read(home: Workspace, tool: str = "m", **asked) -> set[int]:
    with home.lake.reading(**asked) as reading:
        table = reading.table("usage")
        return set(reading.arrow(table.filter(table.tool == tool).select("person_key"))["person_key"].to_pylist())


def asked_all(home: Workspace, ground: Ground = USAGE) -> list[str]:
    declare(home, ground)
    tell(home, ground.key, "en", TEXT, reviewed_by="Language office")
    persons = [person_of(home, key) for key in people(home)]
    for person in persons:
        say(home, Said(person, ground.key, Act.GIVEN))
    return persons


def test_without_a_ground_that_asks_families_every_row_is_read(home: Workspace):
    assert read(home) == set(people(home))
    declare(home, replace(USAGE, basis=Basis.SCHOOL_OFFICIAL))
    assert read(home) == set(people(home))


def test_only_rows_with_a_standing_yes_are_read_and_only_of_what_was_asked(home: Workspace):
    declare(home, USAGE)
    assert read(home) == set(), "nobody has agreed yet"
    assert read(home, "q") == set(people(home)), "the other tool rests on another ground"
    persons = asked_all(home)
    assert read(home) == set(people(home))
    say(home, Said(persons[0], USAGE.key, Act.REVOKED))
    assert read(home) == set(people(home)[1:]), "the next reading leaves them out"
    assert people(home)[0] in read(home, "q")


def test_a_reading_of_an_old_snapshot_is_held_to_what_stands_now(home: Workspace):
    persons = asked_all(home)
    say(home, Said(persons[0], USAGE.key, Act.REVOKED))
    assert people(home)[0] not in read(home, snapshot=home.lake.snapshots()[-1])


def test_a_clock_set_back_does_not_undo_a_word(home: Workspace):
    persons = asked_all(home)
    say(home, Said(persons[0], USAGE.key, Act.REVOKED))
    earlier = Workspace.open(home.root, clock=lambda: DAY - timedelta(1))
    assert people(home)[0] not in read(earlier)


def test_a_run_for_another_cycle_is_not_held_to_a_cycles_own_ground(home: Workspace):
    declare(home, replace(USAGE, cycles=("spring",)))
    assert read(home, cycle="autumn") == set(people(home))
    assert read(home, cycle="spring") == read(home) == set(), "who names no cycle is held to all"


def test_who_may_not_be_read_is_no_student_without_use(home: Workspace):
    shares = {n["n"] for n in measure(home, "active_days", where={"tool": ["m"]})}
    persons = asked_all(home)
    for person in persons[:5]:
        say(home, Said(person, USAGE.key, Act.REVOKED))
    after = measure(home, "active_days", where={"tool": ["m"]})
    assert shares == {MANY}
    assert {row["n"] for row in after} == {MANY - 5}


def test_rows_without_a_basis_are_purged_from_every_state_once_and_others_stay(home: Workspace):
    persons = asked_all(home)
    gone = people(home)[0]
    say(home, Said(persons[0], USAGE.key, Act.REVOKED))
    assert len(follow(home).purged) == 1
    assert follow(home).purged == (), "there is nothing left to do"
    with home.records.reading() as reading:
        table = reading.table("usage")
        left = reading.arrow(table.filter(table.person_key == gone).select("tool"))["tool"].to_pylist()
    assert left == ["q"]
    assert gone in people(home), "the roster is the school's"
    limited = Whom(frozenset({gone}), only=frozenset({"usage"}), where=(("tool", ("m",)),))
    assert not any(home.lake.finding().find(limited).rows.values())
    assert Whom.from_json_value(limited.to_json_value()) == limited


def test_agreeing_again_is_a_new_entry_and_brings_no_purged_row_back(home: Workspace):
    persons = asked_all(home)
    say(home, Said(persons[0], USAGE.key, Act.REVOKED))
    follow(home)
    say(home, Said(persons[0], USAGE.key, Act.GIVEN))
    assert people(home)[0] not in read(home)
    assert [one.act for one in register_of(home.root).entries[persons[0]]] == [Act.GIVEN, Act.REVOKED, Act.GIVEN]


def test_rows_that_another_ground_carries_are_left_out_and_not_purged(home: Workspace):
    declare(home, Ground("ours", Purpose.OPERATION, Basis.SCHOOL_OFFICIAL, tables=("usage",)))
    persons = asked_all(home)
    say(home, Said(persons[0], USAGE.key, Act.REVOKED))
    assert follow(home).purged == ()
    assert people(home)[0] not in read(home)


def test_rows_without_a_basis_do_not_come_in_with_a_new_file(home: Workspace, tmp_path: Path):
    for person in asked_all(home):
        say(home, Said(person, USAGE.key, Act.REVOKED))
    rows = "0000,m,2026-02-09,7\n0001,m,2026-02-09,8\n0000,q,2026-02-09,9\n"
    (tmp_path / "more.csv").write_text(f"student_id,tool,day,minutes\n{rows}")
    with home.records.reading() as reading:
        before = reading.arrow(reading.table("usage").count().as_table())[0][0].as_py()
    file = import_files(home, [tmp_path / "more.csv"], as_of=DAY).files[0]
    assert file.account is not None
    assert (file.account.read, file.account.loaded, file.account.rejected) == (3, 1, 2)
    assert file.account.by_code["PR049"] == 2
    assert [(one.code, one.line) for one in file.issues if one.code == "PR049"] == [("PR049", 2)]
    with home.records.reading() as reading:
        assert reading.arrow(reading.table("usage").count().as_table())[0][0].as_py() == before + 1


def test_the_journal_holds_no_pseudonym_and_counts_come_in_bands(home: Workspace):
    persons = asked_all(home)
    say(home, Said(persons[0], USAGE.key, Act.REVOKED, reference="letter/17"))
    text = (home.root / PATH).read_text()
    assert not any(str(key) in text for key in people(home))
    assert counted(home, USAGE.key) == {"revoked": "0 to 9", "valid": "20 to 29"}
    with pytest.raises(Missing, match="PR057"):
        person_of(home, 1)
    with pytest.raises(UserFixable, match="PR057"):
        one_key(frozenset({1, 2}), lambda _: True)


def test_rights_pass_to_the_student_whatever_the_next_entry_says(home: Workspace):
    persons = asked_all(home)
    say(home, Said(persons[0], USAGE.key, Act.GIVEN, rights_pass_on=DAY + timedelta(1)))
    grown = Workspace.open(home.root, clock=lambda: DAY + timedelta(1))
    assert people(home)[0] in read(home)
    assert people(home)[0] not in read(grown)
    with pytest.raises(UserFixable, match="PR046"):
        say(grown, Said(persons[0], USAGE.key, Act.GIVEN))
    say(grown, Said(persons[0], USAGE.key, Act.GIVEN, relation=Relation.STUDENT))
    assert people(home)[0] in read(grown)


def test_a_restored_workspace_reads_nobody_before_later_words_are_applied(home: Workspace, tmp_path: Path):
    persons = asked_all(home)
    backup = tmp_path / "backup"
    shutil.copytree(home.root, backup)
    say(home, Said(persons[0], USAGE.key, Act.REVOKED))
    restored = Workspace.open(backup, clock=lambda: DAY)
    assert mark_restored(backup)
    with pytest.raises(Conflict, match="PR052"):
        read(restored)
    short = tmp_path / "short.jsonl"
    short.write_bytes((home.root / PATH).read_bytes().split(b"\n", 1)[0] + b"\n")
    with pytest.raises(Conflict, match="PR053"):
        reapply(backup, short)
    assert reapply(backup, home.root / PATH) == 1
    assert people(home)[0] not in read(restored)
    assert len(follow(restored).purged) == 1
    assert not mark_restored(tmp_path), "where no family was asked there is nothing to apply"


def test_a_line_that_a_killed_writer_left_half_is_nobodys_word(home: Workspace):
    persons = asked_all(home)
    with (home.root / PATH).open("ab") as file:
        file.write(json.dumps({"kind": "consent_entry"}).encode())
    assert read(home) == set(people(home))
    say(home, Said(persons[0], USAGE.key, Act.REVOKED))
    assert people(home)[0] not in read(home)


def test_the_terminal_keeps_what_families_said_and_never_takes_whom_as_a_word(
    home: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "notice.txt").write_text(TEXT)
    here = ("-w", home.root, "--format", "json")

    def whose(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{text}\n"))

    asks = ("--purpose", "evaluating-tools", "--basis", "consent", "--table", "usage", "--tool", "m")
    assert gainline("consent", "ground", "use-of-m", *asks, *here).code == 0
    told = gainline("consent", "notice", "use-of-m", tmp_path / "notice.txt", "--reviewed-by", "Office", *here)
    assert json.loads(told.out)[0]["checked"] is True
    whose("0003")
    given = gainline("consent", "give", "use-of-m", "--reference", "scan/1", *here)
    assert given.code == 0, given.err
    assert json.loads(given.out)[0]["receipt"].startswith("R-")
    stands = gainline("consent", "status", *here)
    assert json.loads(stands.out)[0]["families"] == "valid 0 to 9"
    whose("0003")
    taken = gainline("consent", "revoke", "use-of-m", *here)
    assert taken.code == 0, taken.err
    assert "Purged, with a certificate each: 1" in taken.err
    whose("nobody-known")
    refused = gainline("consent", "revoke", "use-of-m", *here)
    assert refused.code == Missing.exit_code
    assert "nobody-known" not in refused.err
    again = gainline("consent", "follow", *here)
    assert json.loads(again.out) == [{"purged": [], "again": [], "noted": []}]
    assert gainline("consent", "reapply", home.root / PATH, "-w", home.root).code == 0


def test_a_run_during_each_of_whose_attempts_somebody_says_no_is_given_up(
    home: Workspace, monkeypatch: pytest.MonkeyPatch
):
    tried = []

    def disturbed(asked: object, watch: object) -> None:
        tried.append(asked)
        raise Withdrawn

    monkeypatch.setattr(evaluating, "read_plan", lambda _: SimpleNamespace(key="lumen"))
    monkeypatch.setattr(evaluating, "_evaluated", disturbed)
    with pytest.raises(Conflict, match="PR051"):
        evaluating.evaluate_plan(home, Path("lumen.toml"))
    assert len(tried) > 1


def test_an_altered_word_in_the_journal_is_found(home: Workspace):
    asked_all(home)
    path = home.root / PATH
    path.write_text(path.read_text().replace('"act":"given"', '"act":"revoked"', 1))
    assert has_errors(verify_workspace(home))
    with pytest.raises(Conflict, match="not intact"):
        read(home)


def test_of_a_word_that_comes_in_only_its_line_is_read(home, monkeypatch):
    declare(home, USAGE)
    tell(home, USAGE.key, "en", TEXT, reviewed_by="Language office")
    some = people(home)[:3]
    for key in some:
        say(home, Said(person_of(home, key), USAGE.key, Act.GIVEN, Relation.PARENT))
    register_of(home.root)
    seen = []
    plain = lines.read_line
    monkeypatch.setattr(chain, "read_line", lambda line, **more: seen.append(1) or plain(line, **more))
    said = person_of(home, some[0])
    say(home, Said(said, USAGE.key, Act.REVOKED, Relation.PARENT))
    seen.clear()
    assert [one.act for one in register_of(home.root).entries[said]] == [Act.GIVEN, Act.REVOKED]
    assert len(seen) == 1
    assert register_of(home.root) is register_of(home.root)


def test_a_journal_that_was_put_back_is_read_anew_and_an_altered_one_not_at_all(home):
    declare(home, USAGE)
    tell(home, USAGE.key, "en", TEXT, reviewed_by="Language office")
    said, journal = person_of(home, people(home)[0]), home.root / PATH
    before = journal.read_bytes()
    say(home, Said(said, USAGE.key, Act.REVOKED, Relation.PARENT))
    assert said in register_of(home.root).entries
    journal.write_bytes(before)
    assert said not in register_of(home.root).entries
    journal.write_bytes(before.replace(b"You can say no", b"You can say ho"))
    with pytest.raises(Conflict, match="not intact at line 2"):
        register_of(home.root)
    with pytest.raises(Conflict, match="not intact"):
        register_of(home.root)
