"""Rows leave under an agreement, with a disclosure a student, or not at all; and they end on their day."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.tiny_district import give_records, incoming
from gainline.engine.core.errors import Conflict, GainlineError, Missing, NotAllowed, Refused
from gainline.engine.privacy.purposes import Purpose
from gainline.lake import Whom
from gainline.road import destroying
from gainline.road.disclosing import people_digest, students_in
from gainline.road.erasing import Order, erase, people_under
from gainline.road.erasing.handed import destroy_handed, handed_with
from gainline.services import agreements, clock, handovers, imports, tools
from gainline.services.agreements import DataTerms
from gainline.services.workspaces import folder_of, open_workspace
from gainline.store.models.audit import AuditEvent
from gainline.store.models.disclosures import Disclosure, Handover
from gainline.store.tenancy import within
from gainline.store.words import AgreementKind, ExitStep, JobState

DAY = date(2025, 10, 1)
TERMS = DataTerms(
    ("operating-the-tool", "evaluating-tools"), ("pseudonym", "grade-level", "use"), ("Sub Inc.",), date(2025, 8, 1),
    date(2026, 7, 31), date(2026, 10, 31),
)  # fmt: skip
STUDY = DataTerms(
    ("research-under-agreement",), ("pseudonym", "grade-level"), (), date(2025, 8, 1), date(2026, 7, 31),
    date(2026, 10, 31), kind=AgreementKind.STUDIES, holder="State University",
)  # fmt: skip


@pytest.fixture
def agreed(recorded):
    """The tiny district's records, and an agreement with a vendor that may have grades and use."""
    give_records(recorded.district)
    with clock.stopped_at(DAY):
        tool = tools.add_tool(by=recorded.lead, key="lumen-reading", name="Lumen Reading", vendor="Lumen Learning")
        return agreements.add_agreement(by=recorded["privacy_lead"], tool=tool, terms=TERMS)


def hand(cast, agreement, purpose=Purpose.EVALUATION, on=DAY, **rest):
    with clock.stopped_at(on):
        return handovers.hand_over(by=cast["privacy_lead"], agreement=agreement, purpose=purpose, **rest)


def kept(cast):
    """Files, rows, disclosures and audit events of handovers: what a stop must leave in step."""
    with within(cast.district.pk):
        rows, told = list(Handover.objects.all()), Disclosure.objects.count()
        events = AuditEvent.objects.filter(verb="handovers.hand_over").count()
    files = {path.stem for path in (folder_of(cast.district) / destroying.FOLDER).glob("*.zip")}
    return {row.public_id for row in rows}, files, told, sum(row.students for row in rows), events


def test_disclosures_are_the_students_in_the_file(recorded, agreed):
    row = hand(recorded, agreed)
    with clock.stopped_at(DAY):
        content = handovers.fetch(by=recorded["privacy_lead"], handover=row)
    with within(recorded.district.pk):
        told = set(Disclosure.objects.filter(handover=row).values_list("person_key", flat=True))
    assert row.students == len(told) == students_in(content) > 100
    assert row.people_sha256 == people_digest(told)
    assert set(row.elements) <= set(TERMS.fields)
    some = next(iter(told))
    assert str(some).encode() not in content, "a recipient gets pseudonyms of its own"
    [found] = handovers.disclosures_of(by=recorded["privacy_lead"], person_key=some)
    assert found == row


def test_the_same_rows_give_the_same_bytes(recorded, agreed):
    assert hand(recorded, agreed).sha256 == hand(recorded, agreed).sha256


def test_two_recipients_cannot_put_their_files_together(recorded, agreed):
    with clock.stopped_at(DAY):
        study = agreements.add_agreement(by=recorded["privacy_lead"], tool=agreed.tool, terms=STUDY)
    first, second = hand(recorded, agreed), hand(recorded, study, Purpose.RESEARCH)
    assert first.people_sha256 == second.people_sha256
    read = {}
    with clock.stopped_at(DAY):
        for row in (first, second):
            handovers.fetch(by=recorded["privacy_lead"], handover=row)
            content = destroying.handed_file(folder_of(recorded.district), row.public_id, sha256=row.sha256)
            read[row.public_id] = keys_in(content)
    assert not read[first.public_id] & read[second.public_id]


def keys_in(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("students.csv").decode()
    return {row["person_key"] for row in csv.DictReader(io.StringIO(text))}


@pytest.mark.parametrize("broken", ["the file", "the disclosures", "the audit event"])
def test_a_stop_anywhere_leaves_neither_file_nor_row(recorded, agreed, monkeypatch, broken):
    def stop(*_args, **_kwargs):
        raise OSError(broken)

    if broken == "the file":
        monkeypatch.setattr(handovers, "keep_file", stop)
    elif broken == "the disclosures":
        monkeypatch.setattr(Disclosure.objects.__class__, "bulk_create", stop)
    else:
        monkeypatch.setattr("gainline.services.desk._write_down", stop)
    with pytest.raises(OSError, match=broken):
        hand(recorded, agreed)
    monkeypatch.undo()
    rows, _, told, students, events = kept(recorded)
    assert (rows, told, students, events) == (set(), 0, 0, 0)
    hand(recorded, agreed)  # whatever file the stop left goes with the next handover
    rows, files, told, students, events = kept(recorded)
    assert rows == files
    assert (told, events) == (students, 1)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.integers(-90, 900), purpose=st.sampled_from(Purpose))
def test_no_path_yields_rows_outside_the_agreement(recorded, agreed, days, purpose):
    on = TERMS.signed_on + timedelta(days)
    first = first_handover(recorded, agreed)
    may = TERMS.signed_on <= on <= TERMS.ends
    if not may or purpose not in TERMS.purposes:
        with pytest.raises(GainlineError):
            hand(recorded, agreed, purpose, on)
    with clock.stopped_at(on):
        if may:
            assert handovers.fetch(by=recorded["privacy_lead"], handover=first)
        else:
            with pytest.raises(GainlineError):
                handovers.fetch(by=recorded["privacy_lead"], handover=first)


def first_handover(cast, agreement):
    with within(cast.district.pk):
        return Handover.objects.first() or hand(cast, agreement)


def test_after_the_day_of_destruction_nothing_is_left_and_a_certificate_says_so(recorded, agreed):
    row = hand(recorded, agreed)
    copy = folder_of(recorded.district) / "briefs" / "copy-of-it.bin"
    copy.parent.mkdir(exist_ok=True)
    path = folder_of(recorded.district) / destroying.FOLDER / f"{row.public_id}.zip"
    copy.write_bytes(path.read_bytes())
    with clock.stopped_at(TERMS.destroy_by - timedelta(1)):
        assert handovers.destroy_due() == 0
    with clock.stopped_at(TERMS.destroy_by):
        assert handovers.destroy_due() == 1
        assert handovers.destroy_due() == 0
        with pytest.raises(Conflict, match="SV102"):
            handovers.fetch(by=recorded["privacy_lead"], handover=row)
        with pytest.raises(Conflict, match="SV102"):
            handovers.hand_over(by=recorded["privacy_lead"], agreement=agreed, purpose=Purpose.EVALUATION)
    assert not path.exists()
    assert not copy.exists()
    found = agreements.whole(by=recorded["auditor"], agreement=agreed)
    certificate = found.destruction.certificate
    assert certificate["students"] == row.students
    assert certificate["rows"] == row.rows
    assert certificate["people_sha256"] == row.people_sha256
    assert certificate["remaining"] == []
    entries = [one for one in open_workspace(recorded.district).ledger.entries() if one.kind == destroying.ENTRY]
    assert [one.payload["sha256"] for one in entries] == [found.destruction.sha256]


def test_what_still_runs_is_not_destroyed(recorded, agreed):
    with clock.stopped_at(TERMS.ends), pytest.raises(Conflict, match="SV107"):
        handovers.destroy(by=recorded["privacy_lead"], agreement=agreed)
    with clock.stopped_at(TERMS.ends + timedelta(1)):
        done = handovers.destroy(by=recorded["privacy_lead"], agreement=agreed)
    assert done.certificate["handovers"] == 0


def test_only_whom_the_agreement_names_gets_anything(recorded, agreed):
    with pytest.raises(Conflict, match="SV101"):
        hand(recorded, agreed, recipient="A friend")
    assert hand(recorded, agreed, recipient="Sub Inc.").recipient == "Sub Inc."
    with clock.stopped_at(DAY), pytest.raises(NotAllowed):
        handovers.hand_over(by=recorded["teacher"], agreement=agreed, purpose=Purpose.EVALUATION)


def test_a_file_that_was_touched_is_not_handed_out(recorded, agreed):
    row = hand(recorded, agreed)
    path = folder_of(recorded.district) / destroying.FOLDER / f"{row.public_id}.zip"
    path.write_bytes(path.read_bytes() + b" ")
    with clock.stopped_at(DAY), pytest.raises(Conflict, match="SV106"):
        handovers.fetch(by=recorded["privacy_lead"], handover=row)


def test_without_records_nothing_leaves(recorded):
    with clock.stopped_at(DAY):
        tool = tools.add_tool(by=recorded.lead, key="lumen-reading", name="Lumen Reading")
        agreement = agreements.add_agreement(by=recorded["privacy_lead"], tool=tool, terms=TERMS)
    with pytest.raises(Refused, match="PR084"):
        hand(recorded, agreement)


def test_each_line_of_an_exit_is_said_once_by_somebody(recorded, agreed):
    by = recorded["privacy_lead"]
    with clock.stopped_at(TERMS.ends + timedelta(1)):
        with pytest.raises(Conflict, match="SV104"):
            agreements.prove(by=by, agreement=agreed, step=ExitStep.DATA_DELETED, proof=" ")
        with pytest.raises(Conflict, match="SV105"):
            agreements.prove(by=by, agreement=agreed, step=ExitStep.OUR_COPIES, proof="Certificate")
        agreements.prove(by=by, agreement=agreed, step=ExitStep.DATA_DELETED, proof="Letter of August 3")
        with pytest.raises(Conflict, match="SV103"):
            agreements.prove(by=by, agreement=agreed, step=ExitStep.DATA_DELETED, proof="Again")
        handovers.destroy(by=by, agreement=agreed)
        agreements.prove(by=by, agreement=agreed, step=ExitStep.OUR_COPIES, proof="Certificate")
    lines = agreements.whole(by=recorded["auditor"], agreement=agreed).exit
    assert {line.step for line in lines if line.proof} == {ExitStep.DATA_DELETED, ExitStep.OUR_COPIES}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"purposes": ("selling",)}, "PR073"),
        ({"fields": ("aura",)}, "PR074"),
        ({"kind": AgreementKind.AUDIT, "purposes": ("evaluating-tools",)}, "PR075"),
        ({"fields": ("name",), "purposes": ("evaluating-tools",)}, "PR077"),
        ({"ends": date(2025, 7, 1)}, "SV013"),
    ],
)
def test_an_agreement_that_leaves_something_out_is_not_entered(cast, change, code):
    tool = tools.add_tool(by=cast.lead, key="lumen-reading", name="Lumen Reading")
    with pytest.raises(Conflict, match=code):
        agreements.add_agreement(by=cast["privacy_lead"], tool=tool, terms=replace(TERMS, **change))


def test_another_district_sees_no_agreement(recorded, agreed, hillview):
    with pytest.raises(Missing):
        agreements.agreement(by=hillview["privacy_lead"], public_id=agreed.public_id)


def usage():
    path = incoming() / "lumen-reading-lessons.csv"
    return SimpleUploadedFile(path.name, path.read_bytes())


def test_a_vendors_file_is_turned_away_at_the_door_without_an_agreement(recorded):
    tools.add_tool(by=recorded.lead, key="lumen-reading", name="Lumen Reading", vendor="Lumen Learning")
    for source in ("Lumen Reading", "lumen learning", "lumen-reading"):
        with pytest.raises(Conflict, match="SV100"):
            imports.receive(by=recorded["analyst"], source=source, files=[usage()])


def test_a_vendors_rows_are_not_taken_in_under_another_name(recorded, work):
    give_records(recorded.district)
    head = open_workspace(recorded.district).lake.head().id
    brought = imports.receive(by=recorded["analyst"], source="Some file", files=[usage()])
    assert work() == [JobState.REFUSED]
    job = imports.brought(by=recorded["analyst"], public_id=brought.public_id).job
    assert job.code == "PR085"
    assert open_workspace(recorded.district).lake.head().id == head


def test_a_preview_shows_a_vendors_file_before_anybody_signed(recorded, work):
    give_records(recorded.district)
    imports.receive(by=recorded["analyst"], source="Some file", files=[usage()], preview=True)
    assert work() == [JobState.DONE]


def test_with_an_agreement_they_are_taken_in(recorded, agreed, work):
    with clock.stopped_at(DAY):
        imports.receive(by=recorded["analyst"], source="Lumen Reading", files=[usage()])
        assert work() == [JobState.DONE]


def test_one_account_hands_over_and_takes_only_so_many_files_a_day(recorded, agreed, monkeypatch):
    monkeypatch.setattr(handovers, "MOST_A_DAY", 2)
    row = hand(recorded, agreed)
    hand(recorded, agreed)
    with pytest.raises(Conflict, match="SV119"):
        hand(recorded, agreed)
    with clock.stopped_at(DAY):
        for _ in range(2):
            handovers.fetch(by=recorded["privacy_lead"], handover=row)
        with pytest.raises(Conflict, match="SV119"):
            handovers.fetch(by=recorded["privacy_lead"], handover=row)
    hand(recorded, agreed, on=DAY + timedelta(days=1))
    assert len(kept(recorded)[0]) == 3


def test_a_handover_far_larger_than_usual_leaves_an_alert(recorded, agreed, monkeypatch):
    for _ in range(3):
        hand(recorded, agreed)
    assert unusual(recorded) == []
    monkeypatch.setattr(handovers, "UNUSUAL", 0.5)  # the records stay as they are, so the usual has to move
    row = hand(recorded, agreed)
    assert [(event.target, event.words["rows"]) for event in unusual(recorded)] == [(row.public_id, row.rows)]


def unusual(cast):
    with within(cast.district.pk):
        return list(AuditEvent.objects.filter(verb="handovers.unusual"))


def test_an_erasure_destroys_files_that_hold_the_student_and_asks_the_recipient(recorded, agreed):
    made = hand(recorded, agreed)
    workspace = open_workspace(recorded.district)
    with within(recorded.district.pk):
        key = Disclosure.objects.filter(handover=made).first().person_key
    whom = people_under(workspace, frozenset({key}))
    nobody = replace(whom, keys=frozenset({4_711_999_999_999}))
    assert handed_with(workspace, nobody) == {}
    done = erase(workspace, whom, Order(by="the privacy lead", because="letter 1", on=DAY, clean_copies=True))
    assert done.handed == (made.public_id,)
    destroy_handed(workspace, {made.public_id: "x"}, erasure=done.number, on=DAY)  # a second time changes nothing
    lead = recorded["privacy_lead"]
    with clock.stopped_at(DAY):
        with pytest.raises(Conflict, match="SV106"):
            handovers.fetch(by=lead, handover=made)
        (asked,) = handovers.to_destroy(by=lead, agreement=agreed)
        assert (asked.handover, asked.asked_on, asked.proof) == (made.public_id, DAY, "")
        with pytest.raises(Conflict, match="SV104"):
            handovers.prove_destroyed(by=lead, handover=made, proof=" ")
        handovers.prove_destroyed(by=lead, handover=made, proof="letter of Oct. 9")
        with pytest.raises(Conflict, match="SV172"):
            handovers.prove_destroyed(by=lead, handover=made, proof="again")
        assert handovers.to_destroy(by=lead, agreement=agreed)[0].proof == "letter of Oct. 9"
    again = hand(recorded, agreed)
    assert again.students == made.students - 1


def test_a_file_that_does_not_say_its_agreement_is_tried_under_every_one(recorded, agreed):
    made = hand(recorded, agreed)
    workspace = open_workspace(recorded.district)
    path = workspace.root / destroying.FOLDER / f"{made.public_id}.zip"
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    terms = json.loads(files["terms.json"])
    del terms["agreement"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, json.dumps(terms) if name == "terms.json" else content)
    with within(recorded.district.pk):
        key = Disclosure.objects.filter(handover=made).first().person_key
    assert handed_with(workspace, Whom(frozenset({key}))) == {made.public_id: "Lumen Learning"}
    assert handed_with(workspace, Whom(frozenset({key}), only=frozenset({"responses"}))) == {}
