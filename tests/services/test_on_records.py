"""Verbs that walk the road: plans are locked in the ledger, files are read aside, measures leave by the exit."""

from __future__ import annotations

import hashlib
from datetime import date
from importlib import resources

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gainline.engine.core.errors import Conflict, GainlineError, Missing, NotAllowed, UserFixable
from gainline.services import aims, clock, cycles, evidence, governance, imports, queue, registrations, tools
from gainline.services.workspaces import folder_of, ledger_head, open_workspace
from gainline.store.words import JobState

AUTUMN, DAY = date(2025, 9, 29), date(2026, 6, 1)
PLAN = resources.files("gainline.engine.worlds").joinpath("plans/lumen-reading.toml").read_text(encoding="utf-8")
NO_PRIMARY = PLAN.replace('role = "primary"', 'role = "secondary"')
ROSTER_LESS = b"student_id,date,minutes\n4711,2025-10-01,12\n"


def planned(cast, text=PLAN):
    with clock.stopped_at(AUTUMN):
        aim = aims.set_aim(by=cast.lead, unit=cast.root, title="More read well", by_when=DAY)
        tool = tools.add_tool(by=cast.lead, key="lumen", name="Lumen")
        asked = cycles.Asked(title="Lumen", question="Does it help?", decide_by=DAY, key="lumen-reading")
        cycle = cycles.start_cycle(by=cast.lead, aim=aim, tool=tool, asked=asked)
        cycles.save_draft(by=cast["analyst"], cycle=cycle, text=text)
    return cycle


def test_locking_a_plan_writes_ledger_and_row_with_one_digest(recorded):
    cycle = planned(recorded)
    before = ledger_head(by=recorded.lead)
    with clock.stopped_at(AUTUMN):
        locked = registrations.register(by=recorded["analyst"], cycle=cycle)
    assert hashlib.sha256(locked.canonical.encode()).hexdigest() == locked.sha256
    entries = open_workspace(recorded.district).ledger.entries()
    assert entries[-1].payload["plan_sha256"] == locked.sha256
    assert ledger_head(by=recorded.lead) != before
    with clock.stopped_at(AUTUMN), pytest.raises(Conflict, match="SV016"):
        registrations.register(by=recorded.lead, cycle=cycle)
    with pytest.raises(Conflict, match="SV016"):
        cycles.save_draft(by=recorded["analyst"], cycle=cycle, text="else")
    with pytest.raises(Conflict, match="SV023"):
        evidence.look(by=recorded["analyst"], cycle=cycle)


def test_a_registration_whose_process_died_before_the_row_is_found_by_locking_again(recorded, monkeypatch):
    cycle = planned(recorded)

    def die(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, clock.stopped_at(AUTUMN):
        patch.setattr(registrations, "_kept", die)
        with pytest.raises(KeyboardInterrupt):
            registrations.register(by=recorded.lead, cycle=cycle)
    assert registrations.registrations(by=recorded.lead, cycle=cycle) == []
    with clock.stopped_at(date(2025, 10, 3)):
        locked = registrations.register(by=recorded.lead, cycle=cycle)
    entries = open_workspace(recorded.district).ledger.entries()
    assert [entry.payload["plan_sha256"] for entry in entries] == [locked.sha256]
    assert locked.registered_on == AUTUMN, "the ledger's day counts"


def test_a_change_is_an_amendment_with_its_reason(recorded):
    cycle = planned(recorded)
    with pytest.raises(Conflict, match="SV034"):
        registrations.amend(by=recorded.lead, cycle=cycle, text=PLAN, reason="None yet")
    with clock.stopped_at(AUTUMN):
        registrations.register(by=recorded.lead, cycle=cycle)
        changed = PLAN.replace('title = "', 'title = "Again: ', 1)
        registrations.amend(by=recorded.lead, cycle=cycle, text=changed, reason="A clearer title")
    kept = registrations.registrations(by=recorded["board_member"], cycle=cycle)
    assert [(one.number, one.reason) for one in kept] == [(0, ""), (1, "A clearer title")]
    assert kept[0].sha256 != kept[1].sha256


def test_a_plan_with_another_key_or_with_errors_is_not_locked(recorded):
    cycle = planned(recorded, PLAN.replace('"lumen-reading"', '"another"', 1))
    with pytest.raises(Conflict, match="SV033"):
        registrations.register(by=recorded.lead, cycle=cycle)
    draft = cycles.draft(by=recorded.lead, cycle=cycle)
    cycles.save_draft(by=recorded.lead, cycle=cycle, text=NO_PRIMARY, version=draft.version)
    with clock.stopped_at(AUTUMN), pytest.raises(UserFixable, match="PL006"):
        registrations.register(by=recorded.lead, cycle=cycle)
    assert registrations.registrations(by=recorded.lead, cycle=cycle) == []


def test_a_preview_accounts_for_rows_and_publishes_nothing(recorded, work):
    by = recorded["analyst"]
    upload = SimpleUploadedFile("usage.csv", ROSTER_LESS)
    head = open_workspace(recorded.district).lake.head().id
    brought = imports.receive(by=by, source="Vendor", files=[upload], preview=True)
    assert work() == [JobState.DONE]
    seen = imports.brought(by=by, public_id=brought.public_id)
    assert seen.imported_at is not None
    assert seen.issues >= 1, "nobody knows this kind of file, and that is said"
    assert open_workspace(recorded.district).lake.head().id == head
    assert imports.is_kept_aside(by=by, brought=brought), "until somebody imports it or throws it away"
    imports.discard(by=by, seen=seen)
    assert not (folder_of(recorded.district) / "incoming" / brought.public_id).exists()


def test_a_measure_is_asked_for_and_leaves_by_the_exit(recorded, work):
    job = evidence.ask_measure(by=recorded["coach"], indicator="license_utilization", groups=["tool"])
    unknown = evidence.ask_measure(by=recorded["coach"], indicator="no_such", groups=[])
    assert work() == [JobState.DONE, JobState.REFUSED]
    assert queue.job(by=recorded["coach"], public_id=job.public_id).result == {"rows": []}
    assert "no_such" in queue.job(by=recorded["coach"], public_id=unknown.public_id).says


def test_a_brief_that_was_never_evaluated_is_not_released(recorded):
    from gainline.engine.privacy import Audience

    cycle = planned(recorded)
    with pytest.raises(GainlineError):
        governance.release_brief(by=recorded["privacy_lead"], cycle=cycle, audience=Audience.PUBLIC, recipient="Board")
    assert governance.releases(by=recorded["board_member"]) == []


def test_exact_counts_are_for_those_who_plan_or_release(recorded):
    from gainline.engine.privacy import Audience

    cycle = planned(recorded)
    for read in (evidence.told, evidence.brief):
        with pytest.raises(NotAllowed, match="SV056"):
            read(by=recorded["coach"], cycle=cycle, audience=Audience.ANALYST)
        with pytest.raises(Missing):
            read(by=recorded["analyst"], cycle=cycle, audience=Audience.ANALYST)
