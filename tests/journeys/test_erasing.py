"""A student leaves for good: imported in every way there is, erased, and not a byte is left of them."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from canonical_rows import canonical
from gainline.engine.records import TABLES
from gainline.lake import Lake
from intake_files import ROSTER, zipped
from terminal import gainline
from town import write_rows

DAY = ("--as-of", "2026-02-01")
ORDER = ("--by", "Records office", "--because", "request 17", *DAY)
USAGE = ("student_id", "tool", "day", "metric", "value")
SCORES = ("student_id", "school", "assessment", "form", "score", "taken_on")


@dataclass(frozen=True)
class Student:
    """One student of the test's district by every name that anything knows them by."""

    place: int
    canary: bool

    @property
    def word(self) -> str:
        return f"{'qxcanary' if self.canary else 'plain'}{self.place:04d}"

    @property
    def sis(self) -> str:
        return f"{7731 if self.canary else 1200}{self.place:05d}"

    @property
    def traces(self) -> tuple[str, ...]:
        """What must not be found afterwards; every longer name holds one of these."""
        return self.word, self.sis

    def users_row(self) -> str:
        word = self.word
        own = f"{word}.login,,{word}given,{word}family,,{self.sis},{word}@x.example"
        return f"{word}-sid,,,true,s1,student,{own},,,,03,"


def district(students: Sequence[Student]) -> dict[str, str]:
    """A roster package of these students and the small package's teacher."""
    lines = ROSTER["users.csv"].splitlines()
    users = [lines[0], *(one.users_row() for one in students), lines[4]]
    heads = ROSTER["enrollments.csv"].splitlines()
    stays = [f"e{one.place},,,k1,s1,{one.word}-sid,student,,2025-08-20," for one in students]
    files = {name: text for name, text in ROSTER.items() if name != "demographics.csv"}
    files["manifest.csv"] = files["manifest.csv"].replace("file.demographics,bulk", "file.demographics,absent")
    return files | {
        "users.csv": "\n".join(users) + "\n",
        "enrollments.csv": "\n".join([heads[0], *stays, heads[4]]) + "\n",
    }


def statements(students: Sequence[Student]) -> str:
    """One xAPI statement each, by e-mail."""
    return "".join(
        json.dumps(
            {
                "id": f"00000000-0000-4000-8000-{one.place:012d}",
                "actor": {"mbox": f"mailto:{one.word}@x.example", "name": f"{one.word}given {one.word}family"},
                "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
                "object": {"id": "https://tool.example/lesson/1"},
                "timestamp": "2025-11-03T15:00:00Z",
            }
        )
        + "\n"
        for one in students
    )


def build(folder: Path, students: Sequence[Student]) -> Path:
    """A workspace whose lake holds these students in every way there is, over many snapshots."""
    home = folder / "home"
    assert gainline("init", home).code == 0
    incoming = folder / "incoming"
    usage = [(one.sis, "quest", "2025-09-02", "minutes_active", 10 + one.place % 7) for one in students]
    early = write_rows(incoming / "early.csv", USAGE, usage)
    later = [(f"STU_{one.sis}", "quest", "2025-10-07", "minutes_active", 20) for one in students]
    strangers = [(f"{one.word}-nowhere", "quest", "2025-10-07", "minutes_active", 5) for one in students[:3]]
    scores = [(one.sis, "Oak School", "reading", "fall", 40 + one.place % 9, "2025-09-12") for one in students]
    (incoming / "roster.zip").write_bytes(zipped(district(students)))
    (incoming / "events.ndjson").write_text(statements(students))
    write_rows(incoming / "later.csv", USAGE, later + strangers)
    write_rows(incoming / "scores.csv", SCORES, scores)
    write_rows(incoming / "licenses.csv", ("student_id", "tool"), [(one.sis, "quest") for one in students])
    for path in (early, *(incoming / n for n in ("roster.zip", "later.csv", "scores.csv", "licenses.csv"))):
        ran = gainline("import", path, "-w", home, *DAY)
        assert ran.code in {0, 10}, ran.err
    assert gainline("import", incoming / "events.ndjson", "-w", home, *DAY).code in {0, 10}
    say_something(home, students)
    draw = ("pilot", "assign", "quest-pilot", "--unit", "student", "--grades", "03", "-w", home, *DAY)
    ran = gainline(*draw)
    assert ran.code == 0, ran.err
    assert gainline("import", home / "pilots" / "quest-pilot" / "assignments.csv", "-w", home, *DAY).code == 0
    return home


def keys_of(home: Path) -> dict[str, int]:
    with Lake.open(home / "lake").reading() as reading:
        rows = reading.arrow(reading.table("identifiers")).to_pylist()
    return {row["value"]: row["person_key"] for row in rows}


def say_something(home: Path, students: Sequence[Student]) -> None:
    """What they answered and wrote in a survey, and what others wrote of them."""
    keys, lake = keys_of(home), Lake.open(home / "lake")
    own = [{"person_key": keys[one.sis], "feedback_id": f"f{one.place}", "text": "good"} for one in students]
    plain = next(one for one in students if not one.canary)
    about = [
        {
            "person_key": keys[plain.sis],
            "feedback_id": f"g{one.place}",
            "text": f"with {one.word}given {one.word}family",
        }
        for one in students
        if one.canary
    ]
    answers = [{"person_key": keys[one.sis], "response_id": f"r{one.place}", "item": "q1"} for one in students]
    with lake.writing() as writer:
        writer.append("feedback", canonical("feedback", own + about))
        writer.append("responses", canonical("responses", answers))
        writer.publish(as_of=date(2026, 1, 20))


def crowd(plain: int, canaries: int) -> list[Student]:
    return [
        Student(place, canary=place % ((plain + canaries) // canaries) == 0) for place in range(1, plain + canaries + 1)
    ]


def erase(home: Path, said: Sequence[str], *words: object, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(said) + "\n"))
    return gainline("erase", "-w", home, *words)


def contents(root: Path) -> Iterator[tuple[str, bytes]]:
    """Every byte of the workspace: files as they lie, and again with everything that is packed in them unpacked."""
    for path in sorted(root.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            where = path.relative_to(root).as_posix()
            yield where, where.encode() + content
            if content[:4] == b"PAR1":
                plain = io.BytesIO()
                pq.write_table(pq.ParquetFile(path).read(), plain, compression="none", use_dictionary=False)
                yield where, plain.getvalue()
            elif content[:2] == b"\x1f\x8b":
                yield where, gzip.decompress(content)
            elif content[:4] == b"PK\x03\x04":
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    yield from ((f"{where}/{name}", archive.read(name)) for name in archive.namelist())


def hits(root: Path, traces: Sequence[str], keys: Sequence[int]) -> list[tuple[str, int]]:
    """Where any of the texts, or any of the pseudonyms as text or as eight bytes, stands."""
    wanted = [text.encode() for text in traces] + [str(key).encode() for key in keys]
    wanted += [key.to_bytes(8, "little") for key in keys]
    return [(where, place) for where, held in contents(root) for place, one in enumerate(wanted) if one in held]


def rows_of_others(home: Path, gone: set[int]) -> dict[str, list[str]]:
    found = {}
    with Lake.open(home / "lake").reading() as reading:
        for name, table in TABLES.items():
            if table.about_people and name != "feedback":
                rows = reading.arrow(reading.table(name)).to_pylist()
                found[name] = sorted(str(row) for row in rows if row["person_key"] not in gone)
    return found


def stranded(home: Path, canaries: Sequence[Student]) -> set[int]:
    """Every pseudonym that only canaries have: those of nobody who is left by any identifier."""
    keys = keys_of(home)
    mine = {keys[one.sis] for one in canaries}
    with Lake.open(home / "lake").reading() as reading:
        used = reading.arrow(reading.table("usage").filter(lambda t: ~t.matched)).to_pylist()
    early = {row["person_key"]: row for row in used}
    lines = {one.place + 1: one for one in canaries}
    return mine | {key for key, row in early.items() if row["source_line"] in lines and row["first_day"].month == 9}


def check_all_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, plain: int, canaries: int) -> None:
    students = crowd(plain, canaries)
    home = build(tmp_path, students)
    gone = [one for one in students if one.canary]
    assert len(gone) >= canaries - 1
    traces = [trace for one in gone for trace in one.traces]
    keys = stranded(home, gone)
    assert len(keys) == 2 * len(gone), "each has the roster's pseudonym and the one of the file before the roster"
    before = rows_of_others(home, keys)
    held = hits(home, traces, sorted(keys))
    assert {place for _, place in held} >= set(range(len(traces))), "every canary is found before"
    nowhere = [f"{one.word}-nowhere" for one in students[:3] if one.canary]
    ran = erase(home, [one.sis for one in gone] + nowhere, *ORDER, "--format", "json", monkeypatch=monkeypatch)
    assert ran.code == 0, ran.err
    assert hits(home, traces, sorted(keys)) == []
    assert rows_of_others(home, keys) == before
    assert gainline("verify", "-w", home).code == 0
    certificate = json.loads(ran.out)
    assert certificate["is_complete"] is True
    assert certificate["draws"] == ["quest-pilot"]
    assert certificate["rows"]["identifiers"] >= 3 * len(gone)


def test_nothing_is_left_of_five_canaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_all_gone(tmp_path, monkeypatch, plain=35, canaries=5)


@pytest.mark.slow
def test_nothing_is_left_of_a_hundred_canaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_all_gone(tmp_path, monkeypatch, plain=300, canaries=100)


@pytest.fixture(scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("district"), crowd(8, 2))


@pytest.fixture
def home(_built: Path, tmp_path: Path) -> Path:
    """A workspace of ten students, two of them canaries: the fifth and the tenth."""
    shutil.copytree(_built, tmp_path / "home")
    return tmp_path / "home"


CANARY = Student(5, canary=True)


def test_a_dry_run_counts_and_changes_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "notes.csv").write_text(f"who,what\n{CANARY.sis},call home\n")
    before = dict(contents(home))
    ran = erase(home, [CANARY.sis], "--dry-run", "--format", "json", monkeypatch=monkeypatch)
    assert ran.code == 0, ran.err
    said = json.loads(ran.out)
    assert said["people"] == 2
    assert {row["table"]: row["rows"] for row in said["rows"]}["usage"] == 2
    assert {"notes.csv", "pilots/quest-pilot/assignments.csv"} <= {one["path"] for one in said["copies"]}
    assert dict(contents(home)) == before
    assert CANARY.word not in ran.out + ran.err


def test_copies_outside_the_lake_are_named_and_cut_only_on_request(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "notes.csv").write_bytes(f"who,what\r\n{CANARY.sis},call home\r\n120099999,none\r\n".encode())
    (home / "old.json.gz").write_bytes(gzip.compress(f'{{"who": "{CANARY.word}@x.example"}}'.encode()))
    ran = erase(home, [f"{CANARY.word}.login"], *ORDER, monkeypatch=monkeypatch)
    assert ran.code == 10
    assert "notes.csv" in ran.err
    assert "old.json.gz" in ran.err
    (home / "old.json.gz").unlink()
    assert erase(home, [CANARY.sis], *ORDER, monkeypatch=monkeypatch).code == 13, "the lake knows them no more"
    (home / "erasures").rename(home.parent / "kept")


def test_lines_are_cut_out_of_text_on_request(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "notes.csv").write_bytes(f"who,what\r\n{CANARY.sis},call home\r\n120099999,none\r\n".encode())
    ran = erase(home, [CANARY.sis], *ORDER, "--clean-copies", monkeypatch=monkeypatch)
    assert ran.code == 0, ran.err
    assert (home / "notes.csv").read_bytes() == b"who,what\r\n120099999,none\r\n"
    assert "Cut out of notes.csv: 1 lines" in ran.err


@pytest.mark.parametrize(
    ("said", "words", "code", "tells"),
    [
        (["nobody-here"], ORDER, 13, "line 1 names nobody"),
        ([CANARY.sis, "zz"], ORDER, 13, "line 2 names nobody"),
        (["", "  "], ORDER, 2, "nobody is named"),
        ([CANARY.sis], DAY, 2, "needs somebody who stands for it"),
        ([CANARY.sis], ("--by", "Office", "--because", f"{CANARY.sis} asked", *DAY), 2, "would name the person"),
        ([], ("--resume",), 13, "no erasure was stopped"),
    ],
)
def test_an_order_that_cannot_be_carried_out_is_told_so_without_a_name(
    home: Path, monkeypatch: pytest.MonkeyPatch, said: list[str], words: tuple[str, ...], code: int, tells: str
) -> None:
    ran = erase(home, said, *words, monkeypatch=monkeypatch)
    assert (ran.code, tells in ran.err) == (code, True), ran.err
    assert not any(text.strip() and text in ran.out + ran.err for text in said)
    assert not (home / "erasures").exists()


def start(home: Path, *words: str) -> subprocess.Popen[bytes]:
    """An erasure in a process of its own; whom it is told on its standard input."""
    command = [sys.executable, "-m", "gainline.cli.app", "erase", "-w", str(home), *words]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **pipes)
    process.stdin.write(CANARY.sis.encode())
    process.stdin.close()
    return process


def kill_and_finish(home: Path, moments: Sequence[float]) -> None:
    """Kill an erasure, and whatever finishes it, at these seconds after its journal is there; then finish it."""
    journal = home / "lake" / "ERASING"
    key = keys_of(home)[CANARY.sis]
    for number, moment in enumerate(moments):
        if number and not journal.exists():
            break
        process = start(home, *(("--resume",) if number else ORDER))
        while process.poll() is None and not journal.exists():
            time.sleep(0.005)
        time.sleep(moment)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
    if journal.exists():
        ran = gainline("import", home / "pilots" / "quest-pilot" / "assignments.csv", "-w", home, *DAY)
        assert (ran.code, "LK006" in ran.err) == (14, True)
        assert gainline("erase", "--resume", "-w", home).code == 0
    assert hits(home, CANARY.traces, [key]) == []
    assert gainline("verify", "-w", home).code == 0
    assert len(list((home / "erasures").glob("*.json"))) == 1
    entries = [json.loads(line)["kind"] for line in (home / "ledger.jsonl").read_text().splitlines()]
    assert entries.count("erased") in {1, 2}, "a certificate that was written twice is entered as it ended"


def test_an_erasure_that_is_killed_is_finished_later(home: Path) -> None:
    kill_and_finish(home, [0.01, 0.3])


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 0.9])
def test_an_erasure_that_is_killed_at_many_moments_is_finished_later(home: Path, moment: float) -> None:
    kill_and_finish(home, [moment, moment / 2, moment])


def test_evidence_says_that_its_records_were_resealed(evaluated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Lake.open(evaluated / "lake").reading() as reading:
        someone = reading.arrow(reading.current("students").order_by("person_key").limit(1))["person_key"][0].as_py()
    before = json.loads((evaluated / "evidence" / "lumen-reading.json").read_text())["provenance"]["snapshot"]
    ran = erase(evaluated, [str(someone)], *ORDER, "--format", "json", monkeypatch=monkeypatch)
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["evidence"] == ["lumen-reading"]
    assert "LK007" in gainline("verify", "-w", evaluated).err
    assert gainline("brief", "lumen-reading", "-w", evaluated).code == 0
    assert "resealed on" in (evaluated / "briefs" / "lumen-reading.html").read_text()
    plan = evaluated / "plans" / "lumen-reading.toml"
    again = gainline("evaluate", plan, "-w", evaluated, "--snapshot", before[:12])
    assert again.code == 0, again.err
    assert "LK007" not in gainline("verify", "-w", evaluated).err


def test_a_tombstone_that_the_ledger_does_not_know_is_found(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert erase(home, [CANARY.sis], *ORDER, monkeypatch=monkeypatch).code == 0
    lake = Lake.open(home / "lake")
    stone = lake.tombstones()[-1]
    other = next(one for one in lake.snapshots() if one.id != stone.resealed_as)
    path = home / "lake" / "snapshots" / f"{stone.id}.json"
    path.write_text(path.read_text().replace(stone.resealed_as, other.id))
    ran = gainline("verify", "-w", home)
    assert (ran.code, "LK009" in ran.err) == (10, True)
