"""Nothing leaves at the terminal without an agreement that covers it; what leaves is entered with whom it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from gainline.engine.core.errors import Conflict, Missing, Refused, UserFixable
from gainline.engine.privacy import Audience
from gainline.engine.privacy.agreements import DataAgreement
from gainline.engine.privacy.purposes import Basis, Purpose
from gainline.road.agreeing import agreement_named, senders_agreed, write_agreement
from gainline.road.importing import import_files
from gainline.road.leaving import Gone, Leave, ask, disclosures_of, enter
from gainline.road.rostering import export_roster
from gainline.road.workspace import Workspace
from intake_files import roster_with, zipped
from loopback import TOKEN, open_to
from terminal import gainline

DAY = date(2026, 6, 1)
KEY = 4_711_000_000_001
AGREED = DataAgreement(
    holder='Lumen "Learning"', tool="Lumen Reading", tool_key="lumen", kind=Basis.SCHOOL_OFFICIAL,
    purposes=(Purpose.OPERATION, Purpose.EVALUATION),
    elements=("pseudonym", "name", "username", "student-contact", "district-number", "grade-level", "school", "class"),
    starts=date(2026, 1, 1), ends=date(2026, 6, 30), destroy_by=date(2026, 9, 30), recipients=("Sub Inc.",),
)  # fmt: skip


@pytest.fixture
def home(tmp_path):
    made = Workspace.create(tmp_path / "home")
    write_agreement(made, "lumen", AGREED)
    return made


def rostered(home):
    """A small roster, and the pseudonym of one of its students."""
    path = home.root.parent / "roster.zip"
    path.write_bytes(zipped(roster_with()))
    import_files(home, [path], as_of=DAY)
    with home.lake.reading() as reading:
        return reading.arrow(reading.current("students").select("person_key"))["person_key"][0].as_py()


def test_an_agreement_reads_back_as_it_was_written(home):
    assert agreement_named(home, "lumen") == AGREED


def test_neither_nobody_nor_two_are_named(home):
    for leave in (Leave(), Leave("lumen", within="Records office"), Leave(within=" ")):
        with pytest.raises(UserFixable, match="PR094"):
            ask(home, leave, (), on=DAY)
    assert ask(home, Leave(within=" Records office "), ("name",), on=DAY) == "Records office"


@pytest.mark.parametrize(
    ("leave", "elements", "on", "code"),
    [
        (Leave("lumen"), (), date(2026, 7, 1), "PR080"),
        (Leave("lumen", Purpose.RESEARCH), (), DAY, "PR081"),
        (Leave("lumen", Purpose.OPERATION), ("sex",), DAY, "PR093"),
        (Leave("lumen", Purpose.EVALUATION), ("name",), DAY, "PR093"),
    ],
)
def test_an_agreement_must_run_and_cover_purpose_and_elements(home, leave, elements, on, code):
    with pytest.raises(Refused, match=code):
        ask(home, leave, elements, on=on)


def test_an_agreement_that_is_not_there_is_named(home):
    with pytest.raises(Missing):
        ask(home, Leave("other"), (), on=DAY)


def test_what_leaves_is_entered_with_keyed_hashes_and_what_stays_is_not(home):
    gone = Gone("roster", ("name",), frozenset({KEY}))
    enter(home, Leave(within="Records office"), "Records office", gone, on=DAY)
    assert disclosures_of(home, [KEY]) == []
    leave = Leave("lumen", Purpose.OPERATION)
    enter(home, leave, AGREED.holder, gone, on=DAY)
    (told,) = disclosures_of(home, [KEY])
    assert (told["recipient"], told["purpose"], told["on"]) == (AGREED.holder, "operating-the-tool", "2026-06-01")
    assert disclosures_of(home, [KEY + 1]) == []
    assert str(KEY) not in (home.root / "disclosures.jsonl").read_text()


def test_the_roster_leaves_under_an_agreement_with_an_entry_or_not_at_all(home, tmp_path):
    key = rostered(home)
    leave, path = Leave("lumen", Purpose.OPERATION), tmp_path / "out.zip"
    with pytest.raises(Refused, match="PR093"):
        export_roster(home, path, as_of=DAY, audience=Audience.ANALYST, leave=leave, demographics=True)
    assert not path.exists()
    export_roster(home, path, as_of=DAY, audience=Audience.ANALYST, leave=leave)
    assert path.is_file()
    assert [one["what"] for one in disclosures_of(home, [key])] == ["roster"]


def test_the_command_says_what_is_missing(home, tmp_path):
    rostered(home)
    ran = gainline("roster", "export", tmp_path / "o.zip", "--for", "analyst", "-w", home.root)
    assert (ran.code, "PR094" in ran.err) == (2, True)


def test_senders_are_the_tools_vendors_and_recipients_of_what_runs(home):
    assert senders_agreed(home, DAY) == {"lumen", "lumen-reading", "lumen-learning", "sub-inc"}
    assert senders_agreed(home, date(2026, 7, 1)) == frozenset()
    study = replace(AGREED, kind=Basis.STUDIES, purposes=(Purpose.EVALUATION,), holder="U", elements=("pseudonym",))
    write_agreement(home, "study", study)
    assert "u" not in senders_agreed(home, DAY)


def test_a_sender_without_an_agreement_is_turned_away_at_the_door(home):
    with open_to(home) as door:
        assert door.send("POST", "/xapi/statements", []).status != 403
    (home.root / "agreements" / "lumen.toml").unlink()
    with open_to(home) as door:
        came = door.send("POST", "/xapi/statements", [])
    assert came.status == 403
    assert any("IN359" in line for line in door.said)


def test_the_door_is_not_opened_for_nobody(home, tmp_path):
    tokens = tmp_path / "senders.txt"
    tokens.write_text(f"stranger {TOKEN}\n")
    tokens.chmod(0o600)
    ran = gainline("receive", "--tokens", tokens, "-w", home.root, "--as-of", "2026-06-01")
    assert ran.code == Conflict.exit_code
    assert "PR095" in ran.err


def test_small_counts_are_asked_for_as_rows_are(home, tmp_path):
    for words in (
        ("share", "plan", tmp_path / "o", "--for", "analyst"),
        ("share", "plan", tmp_path / "o", "--for", "public"),
    ):
        ran = gainline(*words, "-w", home.root)
        assert ("PR094" in ran.err) == ("analyst" in words)
