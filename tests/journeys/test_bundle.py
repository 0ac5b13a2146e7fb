"""A result that goes out: checked by us, by standard tools alone, and after every kind of tampering."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pyarrow.compute as pc
import pytest
import rfc8785

from gainline.engine.ledger.verifying import verify_bundle
from gainline.road.signing import signing_key
from gainline.road.workspace import Workspace
from terminal import gainline

ON = ("--as-of", "2026-06-10")
FLIPS = 200
TOOLS = all(shutil.which(tool) for tool in ("openssl", "sha256sum", "python3", "bash"))


@pytest.fixture(scope="session")
def _sent(_evaluated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sent")
    shutil.copytree(_evaluated, folder / "home")
    assert gainline("brief", "lumen-reading", "-w", folder / "home").code == 0
    ran = gainline("bundle", "lumen-reading", "-o", folder / "sent.zip", "-w", folder / "home", *ON)
    assert ran.code == 0, ran.err
    return folder


@pytest.fixture
def sent(_sent: Path, tmp_path: Path) -> Path:
    """A folder with a district's workspace, whose brief went out, and the bundle of its reading cycle."""
    shutil.copytree(_sent, tmp_path / "sent")
    return tmp_path / "sent"


def outside(sent: Path) -> tuple[str, str]:
    """What a board member keeps of the printed brief: the ledger's head and the key's fingerprint."""
    page = re.sub(r"<[^>]+>", " ", (sent / "home" / "briefs" / "lumen-reading.html").read_text())
    head = re.search(r"Ledger.s head: keep it\s+(\d+:[0-9a-f]{64})", page.replace("&#39;", "'"))
    key = re.search(r"Key that signs \(SHA-256\)\s+([0-9a-f]{64})", page)
    assert head, "the brief carries the ledger's head"
    assert key, "the brief carries the key"
    return head[1], key[1]


def test_a_bundle_is_verified_without_a_workspace_against_the_brief_alone(sent: Path):
    head, key = outside(sent)
    ran = gainline("verify", sent / "sent.zip", "--head", head, "--key", key)
    assert ran.code == 0, ran.err
    assert "Every byte, signature and proof" in ran.err
    kept = sent / "home" / "briefs" / "lumen-reading.head.json"
    assert (
        gainline("verify", sent / "sent.zip", "--head", kept, "--key", sent / "home" / "ledger-key.pub.pem").code == 0
    )
    assert gainline("verify", "-w", sent / "home", "--head", kept).code == 0


@pytest.mark.skipif(not TOOLS, reason="openssl, sha256sum, python3 or bash is missing on this machine")
def test_the_bundles_own_instructions_run_with_standard_tools_and_find_a_changed_figure(sent: Path):
    with zipfile.ZipFile(sent / "sent.zip") as opened:
        opened.extractall(sent / "open")
    text = (sent / "open" / "VERIFY.md").read_text()
    steps = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    assert len(steps) == 3
    script = "set -e -o pipefail\n" + "\n".join(steps)

    def follow() -> subprocess.CompletedProcess[str]:
        return subprocess.run(["bash", "-c", script], cwd=sent / "open", capture_output=True, text=True, check=False)

    head, key = outside(sent)
    ran = follow()
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[0].split()[0] == key
    assert f"saw {head}" in ran.stdout
    registered = next(line for line in ran.stdout.splitlines() if " registered " in line)
    assert registered.split()[-1] == ran.stdout.splitlines()[-1].split()[0], "the plan is the one registered"

    whole = next(line.strip() for line in text.splitlines() if "../sent.zip" in line)
    outer = subprocess.run(whole.split(), cwd=sent / "open", capture_output=True, check=False)
    assert outer.returncode == 0, outer.stderr

    estimates = sent / "open" / "evidence" / "estimates.csv"
    honest = estimates.read_text()
    estimates.write_text(honest.replace("1", "2", 1))
    assert follow().returncode != 0
    estimates.write_text(honest)
    assert follow().returncode == 0
    (sent / "open" / "evidence" / "more.csv").write_text("put in")
    assert follow().returncode != 0


def test_every_one_of_two_hundred_flipped_bytes_is_reported(sent: Path):
    content = (sent / "sent.zip").read_bytes()
    chance = random.Random(20260610)
    places = [
        *chance.sample(range(len(content)), FLIPS - 60),
        *chance.sample(range(len(content) - 2000, len(content)), 60),
    ]
    silent = []
    for place in places:
        altered = bytearray(content)
        altered[place] ^= chance.randrange(1, 256)
        if not verify_bundle(bytes(altered)).issues:
            silent.append(place)
    assert silent == []


def test_no_student_and_no_small_count_is_in_a_bundle(sent: Path):
    content = (sent / "sent.zip").read_bytes()
    with Workspace.open(sent / "home").lake.reading() as reading:
        students = reading.table("students").to_pyarrow()
        named = [
            name for name in students.column_names if name in {"student_key", "given_name", "family_name", "email"}
        ]
        for name in named:
            for value in pc.unique(students[name]).to_pylist():
                assert value is None or len(str(value)) < 6 or str(value).encode() not in content, name
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        estimates = list(csv.DictReader(io.StringIO(opened.read("evidence/estimates.csv").decode())))
        crate = json.loads(opened.read("ro-crate-metadata.json"))
        listed = {part["@id"] for part in crate["@graph"][1]["hasPart"]}
        assert listed == set(opened.namelist()) - {
            "ro-crate-metadata.json",
            "SHA256SUMS",
            "SHA256SUMS.sig",
            "SHA256SUMS.minisig",
            "key.pem",
        }
    for row in estimates:
        for arm in ("n_tool", "n_usual"):
            assert row[f"{arm}_low"] == "" or int(row[f"{arm}_low"]) >= 10


def test_a_second_bundle_of_the_same_result_enters_nothing_and_is_the_same(sent: Path):
    before = (sent / "home" / "ledger.jsonl").read_bytes()
    ran = gainline("bundle", "lumen-reading", "-o", sent / "again" / "sent.zip", "-w", sent / "home", *ON)
    assert ran.code == 0, ran.err
    assert (sent / "home" / "ledger.jsonl").read_bytes() == before
    assert (sent / "again" / "sent.zip").read_bytes() == (sent / "sent.zip").read_bytes()


def rewritten(path: Path, change) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(change(lines)))


def rechained(lines: list[bytes]) -> list[bytes]:
    """The ledger with another first entry, and every hash after it made right: an attacker who knows the format."""
    made, previous = [], "0" * 64
    for number, line in enumerate(lines):
        entry = json.loads(line)
        if number == 0:
            entry["payload"]["registered_on"] = "2025-09-01"
        body = {key: value for key, value in entry.items() if key != "hash"} | {"previous": previous}
        body["payload_sha256"] = hashlib.sha256(rfc8785.dumps(body["payload"])).hexdigest()
        previous = hashlib.sha256(b"\0" + rfc8785.dumps(body)).hexdigest()
        made.append(rfc8785.dumps(body | {"hash": previous}) + b"\n")
    return made


@pytest.mark.parametrize(
    ("name", "change", "code"),
    [
        ("edit", lambda lines: [lines[0].replace(b"2025-10-01", b"2025-09-01", 1), *lines[1:]], "LG002"),
        ("delete", lambda lines: [lines[0], *lines[2:]], "LG003"),
        ("reorder", lambda lines: [lines[1], lines[0], *lines[2:]], "LG003"),
        ("cut the tail", lambda lines: lines[:1], "LG006"),
        ("chain anew", rechained, "LG007"),
    ],
)
def test_what_is_done_to_the_ledger_is_found_against_the_brief(sent: Path, name: str, change, code: str):
    head, _ = outside(sent)
    (sent / "home" / "heads.jsonl").unlink()  # whoever does this has the whole disk
    rewritten(sent / "home" / "ledger.jsonl", change)
    ran = gainline("verify", "-w", sent / "home", "--head", head)
    assert ran.code == 10, name
    assert code in ran.err, name


def test_a_head_that_went_out_is_held_against_the_ledger_without_being_asked(sent: Path):
    rewritten(sent / "home" / "ledger.jsonl", rechained)
    ran = gainline("verify", "-w", sent / "home")
    assert ran.code == 10
    assert "LG007" in ran.err
    assert gainline("bundle", "lumen-reading", "-o", sent / "new.zip", "-w", sent / "home", *ON).code == 14


def test_a_bundle_made_of_a_ledger_that_was_written_anew_does_not_agree_with_the_brief(sent: Path):
    head, key = outside(sent)
    (sent / "home" / "heads.jsonl").unlink()
    rewritten(sent / "home" / "ledger.jsonl", rechained)
    ran = gainline("bundle", "lumen-reading", "-o", sent / "new.zip", "-w", sent / "home", *ON)
    assert ran.code == 0, ran.err
    assert gainline("verify", sent / "new.zip", "--key", key).code == 0, "it is sound in itself"
    ran = gainline("verify", sent / "new.zip", "--key", key, "--head", head)
    assert ran.code == 10
    assert "LG007" in ran.err or "LG023" in ran.err
    assert (
        gainline("bundle", "lumen-reading", "-o", sent / "x.zip", "--since", head, "-w", sent / "home", *ON).code == 14
    )


def test_another_key_is_found_by_the_fingerprint_alone(sent: Path):
    ran = gainline("verify", sent / "sent.zip", "--key", "0" * 64)
    assert ran.code == 10
    assert "LG022" in ran.err


def test_a_head_that_the_bundle_says_nothing_about_is_no_agreement(sent: Path):
    ran = gainline("verify", sent / "sent.zip", "--head", "99:" + "a" * 64)
    assert ran.code == 10
    assert "LG023" in ran.err


def test_a_changed_head_file_and_words_that_are_no_head_are_refused(sent: Path):
    kept = sent / "home" / "briefs" / "lumen-reading.head.json"
    value = json.loads(kept.read_text())
    value["head"]["size"] += 1
    kept.write_text(json.dumps(value))
    ran = gainline("verify", sent / "sent.zip", "--head", kept)
    assert (ran.code, "LG011" in ran.err) == (10, True)
    kept.write_text("{}")
    assert gainline("verify", sent / "sent.zip", "--head", kept).code == 2
    assert gainline("verify", sent / "sent.zip", "--head", "yesterday").code == 2
    assert gainline("verify", sent / "sent.zip", "--key", "nobody").code == 2


def test_a_workspace_from_before_keys_and_blinds_goes_on_and_gets_its_key(sent: Path):
    home = sent / "home"
    for name in (".ledger-key.pem", "ledger-key.pub.pem", "heads.jsonl"):
        (home / name).unlink()
    ledger = Workspace.open(home).ledger
    old = [(entry.kind, entry.payload, entry.on) for entry in ledger.entries()[:3]]
    ledger.path.unlink()
    unblinded = type(ledger)(ledger.path)
    for kind, payload, on in old:
        unblinded.append(kind, payload, on=on)
    assert b'"blind"' not in ledger.path.read_bytes()
    ran = gainline("bundle", "lumen-reading", "-o", sent / "old.zip", "-w", home, *ON)
    assert ran.code == 0, ran.err
    assert gainline("verify", sent / "old.zip").code == 0
    assert gainline("verify", "-w", home).code == 0
    assert (home / ".ledger-key.pem").stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_gone_or_open_to_others_is_said(sent: Path):
    home = sent / "home"
    (home / ".ledger-key.pem").chmod(0o644)
    assert "LG012" in gainline("verify", "-w", home).err
    (home / ".ledger-key.pem").unlink()
    ran = gainline("head", "-w", home)
    assert ran.code == 13
    assert "LG013" in ran.err


def test_the_private_key_is_in_nothing_that_is_said_or_sent(sent: Path):
    home = sent / "home"
    secret = Workspace.open(home).root.joinpath(".ledger-key.pem").read_text().splitlines()[1]
    said = [gainline(*words, "-w", home) for words in (("head",), ("verify",), ("status",))]
    assert all(secret not in ran.out + ran.err for ran in said)
    assert secret.encode() not in (sent / "sent.zip").read_bytes()
    assert secret not in repr(signing_key(Workspace.open(home)))
