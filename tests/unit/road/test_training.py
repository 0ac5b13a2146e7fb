"""Training on a lake: a schedule, a credential that somebody else can verify, and what hours go with."""

from __future__ import annotations

import base64
import json
from datetime import date
from pathlib import Path

import pytest

from gainline.road.importing import import_files
from gainline.road.training.badges import issuer_of
from gainline.road.workspace import Workspace
from intake_files import roster_with, zipped
from terminal import gainline
from unit.roadmap.test_risks import first_block

SALT = b"a salt of thirty-two bytes, kept."
LEVELS = {"o1": 4, "o2": 4, "o3": 2}
OBSERVATIONS = "observation_id,rubric,element,level,lowest,highest,rater_id,date,school,tool\n" + "".join(
    f"{key},district-technology-use,{element},{level},1,4,R1,2026-02-{at + 2:02d},Oak School,lumen-reading\n"
    for at, (key, level) in enumerate(LEVELS.items())
    for element in ("questions", "feedback")
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("training")
    (folder / "roadmap.toml").write_text(first_block("plan-a-roadmap.md"), encoding="utf-8")
    (folder / "training.toml").write_text(first_block("train-and-coach.md"), encoding="utf-8")
    (folder / "roster.zip").write_bytes(zipped(roster_with()))
    (folder / "observations.csv").write_text(OBSERVATIONS, encoding="utf-8")
    home = Workspace.create(folder / "home", salt=SALT)
    report = import_files(home, [folder / "roster.zip", folder / "observations.csv"], as_of=date(2026, 3, 1))
    assert report.rows["rejected"] == 0
    return folder


def ask(folder: Path, *words: object) -> tuple[int, str]:
    base = ("credential", folder / "training.toml", "feedback", "--for", "t@district.example")
    base += ("-w", folder / "home", "--as-of", "2026-03-02", "--out", folder / "feedback.jwt")
    ran = gainline("training", *base, *words)
    return ran.code, ran.out + ran.err


PASSED = ("--passed", "see", "--passed", "group")
REVIEWED = ("--reviewed-by", "lead@district.example")


def lessons(*keys: str) -> tuple[str, ...]:
    return tuple(word for key in keys for word in ("--observation", key))


def test_a_program_is_checked_and_laid_out(folder: Path):
    assert gainline("training", "check", folder / "training.toml").code == 0
    ran = gainline("training", "schedule", folder / "training.toml", "--format", "json")
    rows = json.loads(ran.out)
    assert [row["what"] for row in rows if row["module"] == "see"] == [
        "session",
        *(f"review {n}" for n in (1, 2, 3, 4)),
    ]
    assert rows[0]["day"] == "2026-08-18"


def test_a_credential_is_issued_on_lessons_on_record_and_verified_by_somebody_else(folder: Path):
    code, err = ask(folder, *PASSED, *REVIEWED, *lessons("o1", "o2"))
    assert code == 0, err
    home = Workspace.open(folder / "home")
    issuer = issuer_of(home)
    assert err.startswith(f"{issuer}\n")
    verified = gainline("training", "verify", folder / "feedback.jwt", "--issuer", issuer)
    assert (verified.code, "Teaching from what the overview shows" in verified.err) == (0, True)

    token = (folder / "feedback.jwt").read_text(encoding="utf-8").strip()
    payload = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    subject = payload["credentialSubject"]
    assert "OpenBadgeCredential" in payload["type"]
    assert subject["achievement"]["criteria"]["narrative"]
    assert [one["narrative"][:3] for one in payload["evidence"]] == ["100", "100"]
    assert subject["identifier"][0]["hashed"] is True
    assert "district.example" not in json.dumps(subject["identifier"])
    everything = "".join(path.read_text(errors="replace") for path in (folder / "home").glob("*.jsonl"))
    assert "t@district" not in everything

    assert ask(folder, *PASSED, *REVIEWED, *lessons("o1", "o2"))[0] == 0
    assert (folder / "feedback.jwt").read_text(encoding="utf-8").strip() == token  # the same award, the same credential


def test_a_credential_that_was_touched_or_is_anothers_is_not_verified(folder: Path, tmp_path: Path):
    assert ask(folder, *PASSED, *REVIEWED, *lessons("o1", "o2"))[0] == 0  # by itself, whatever ran before
    issuer = issuer_of(Workspace.open(folder / "home"))
    head, body, mark = (folder / "feedback.jwt").read_text(encoding="utf-8").strip().split(".")
    forged = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged["name"] = "Something finer"
    new = base64.urlsafe_b64encode(json.dumps(forged).encode()).decode().rstrip("=")
    (tmp_path / "forged.jwt").write_text(f"{head}.{new}.{mark}", encoding="utf-8")
    assert gainline("training", "verify", tmp_path / "forged.jwt", "--issuer", issuer).code == 14
    other = issuer_of(Workspace.create(tmp_path / "other", salt=SALT))
    assert gainline("training", "verify", folder / "feedback.jwt", "--issuer", other).code == 14
    assert gainline("training", "verify", folder / "feedback.jwt", "--issuer", "did:key:z6Mk").code == 14
    assert gainline("training", "verify", tmp_path / "none.jwt", "--issuer", issuer).code == 13


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--passed", "see", *REVIEWED, *lessons("o1", "o2")), "TR020"),
        ((*PASSED, *REVIEWED, *lessons("o1", "o3")), "TR021"),
        ((*PASSED, *REVIEWED, *lessons("o1", "o1")), "TR021"),  # one lesson named twice is one lesson
        ((*PASSED, "--reviewed-by", "t@district.example", *lessons("o1", "o2")), "TR022"),
        ((*PASSED, *REVIEWED, *lessons("o1", "o9")), "TR023"),
    ],
)
def test_a_credential_without_evidence_is_refused(folder: Path, words: tuple[str, ...], code: str):
    exit_code, err = ask(folder, *words)
    assert (exit_code, code in err) == (11, True)


def test_too_few_teachers_say_nothing_of_what_training_goes_with(folder: Path):
    ran = gainline("training", "exposure", folder / "training.toml", "-w", folder / "home")
    assert (ran.code, "TR030" in ran.err) == (11, True)


def test_a_program_without_its_roadmap_is_not_laid_out(folder: Path, tmp_path: Path):
    alone = tmp_path / "training.toml"
    alone.write_text((folder / "training.toml").read_text(encoding="utf-8"), encoding="utf-8")
    checked = gainline("training", "check", alone)
    assert (checked.code, "TR018" in checked.err) == (10, True)
    assert gainline("training", "schedule", alone).code == 10
    (tmp_path / "roadmap.toml").write_text("name = 1", encoding="utf-8")
    assert "TR018" in gainline("training", "check", alone).err
