"""The thread from aim to playbook: each bead refuses to exist without the one before it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from builders.audits import audited
from gainline.engine.core.errors import Conflict, Missing, NotAllowed
from gainline.engine.privacy import Audience
from gainline.services import (
    agreements,
    aims,
    clock,
    cycles,
    decisions,
    evidence,
    governance,
    imports,
    library,
    queue,
    registrations,
    stages,
    tools,
    working,
)
from gainline.services.stages import STEPS, Stage
from gainline.store.models.cycles import Cycle
from gainline.store.models.evidence import Evidence, Review
from gainline.store.models.imports import Job
from gainline.store.tenancy import within
from gainline.store.words import Choice, DriverKind, JobKind, JobState

DAY = date(2030, 6, 1)
TERMS = tools.Terms(date(2029, 8, 1), date(2030, 7, 31))


def begun(cast, key="lumen-reading"):
    aim = aims.set_aim(by=cast.lead, unit=cast.root, title="More read well", by_when=DAY)
    tool = tools.add_tool(by=cast.lead, key="lumen", name="Lumen")
    asked = cycles.Asked(title="Lumen", question="Does it help?", decide_by=DAY, key=key)
    return cycles.start_cycle(by=cast.lead, aim=aim, tool=tool, asked=asked)


def code_of(caught) -> str:
    return str(caught.value).split()[0]


def test_the_table_of_stages_says_a_reason_and_a_remedy_for_each():
    for step, before in zip(STEPS[1:], STEPS, strict=False):
        assert step.needs is before.stage
        assert step.code.startswith("SV")
        assert step.because
        assert step.remedy


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        (Stage.REGISTERED, "SV021"),
        (Stage.RECORDED, "SV021"),
        (Stage.DECIDED, "SV021"),
    ],
)
def test_the_earliest_missing_stage_is_named(cast, stage, code):
    cycle = begun(cast)
    with within(cast.district.pk):
        assert stages.why_not(cycle, stage).says.startswith(code)


@pytest.mark.parametrize("facts", range(1, len(STEPS)))
def test_each_stage_is_refused_with_its_own_code_when_only_its_predecessor_is_missing(cast, monkeypatch, facts):
    cycle = begun(cast)
    standing = {step.stands: place < facts - 1 for place, step in enumerate(STEPS)}
    monkeypatch.setattr(stages, "facts_of", lambda _: standing)
    with within(cast.district.pk), pytest.raises(Conflict, match=STEPS[facts].code):
        stages.require(cycle, STEPS[facts].stage)


def test_progress_is_computed_from_what_stands(cast):
    cycle = begun(cast)
    cycles.save_draft(by=cast["analyst"], cycle=cycle, text="format = 1")
    reached = cycles.progress(by=cast["board_member"], cycle=cycle)
    assert [one.is_reached for one in reached[:3]] == [True, True, False]
    assert [one.step.stage for one in reached if one.is_next] == [Stage.REGISTERED]
    with within(cast.district.pk):
        assert stages.stage_of(cycle) is Stage.PLANNED


def test_a_stopped_cycle_goes_no_further(cast):
    cycle = begun(cast)
    with pytest.raises(Conflict, match="SV017"):
        cycles.stop_cycle(by=cast.lead, cycle=cycle, because=" ")
    cycles.stop_cycle(by=cast.lead, cycle=cycle, because="The vendor closed")
    with pytest.raises(Conflict, match="SV027"):
        registrations.register(by=cast.lead, cycle=cycle)


def test_two_writers_of_a_plan_notice_each_other(cast):
    cycle = begun(cast)
    first = cycles.save_draft(by=cast["analyst"], cycle=cycle, text="one")
    cycles.save_draft(by=cast.lead, cycle=cycle, text="two", version=first.version)
    with pytest.raises(Conflict, match="SV010"):
        cycles.save_draft(by=cast["analyst"], cycle=cycle, text="three", version=first.version)


def test_cycles_tools_and_drivers_that_make_no_sense_are_refused(cast):
    cycle = begun(cast)
    with pytest.raises(Conflict, match="SV014"):
        cycles.start_cycle(
            by=cast.lead, aim=cycle.aim, tool=cycle.tool,
            asked=cycles.Asked(title="Again", question="Why?", decide_by=DAY, key="lumen-reading"),
        )  # fmt: skip
    late = cycles.Asked(title="Late", question="Why?", decide_by=date(2001, 1, 1))
    with pytest.raises(Conflict, match="SV015"):
        cycles.start_cycle(by=cast.lead, aim=cycle.aim, tool=cycle.tool, asked=late)
    with pytest.raises(Conflict, match="SV011"):
        tools.add_tool(by=cast.lead, key="lumen", name="Other")
    with pytest.raises(Conflict, match="SV012"):
        tools.add_contract(by=cast.lead, tool=cycle.tool, terms=tools.Terms(DAY, date(2029, 1, 1)))
    terms = agreements.DataTerms(("operating-the-tool",), ("use",), (), DAY, date(2029, 1, 1), DAY)
    with pytest.raises(Conflict, match="SV013"):
        agreements.add_agreement(by=cast["privacy_lead"], tool=cycle.tool, terms=terms)
    with pytest.raises(Conflict, match="SV009"):
        aims.add_driver(by=cast.lead, aim=cycle.aim, kind=DriverKind.CHANGE, label="Alone")


def test_files_that_are_never_read_do_not_enter(cast, home):
    by = cast["analyst"]
    with pytest.raises(Conflict, match="SV030"):
        imports.receive(by=by, source="Vendor", files=[])
    with pytest.raises(Conflict, match="SV030"):
        imports.receive(by=by, source="Vendor", files=[SimpleUploadedFile("run.exe", b"MZ")])
    assert list(home.rglob("*.exe")) == []
    assert list((home / "districts").rglob("imp_*")) == []


def test_a_file_that_is_too_large_does_not_enter(cast, monkeypatch):
    monkeypatch.setattr(imports, "MOST_BYTES", 3)
    with pytest.raises(Conflict, match="SV031"):
        imports.receive(by=cast["analyst"], source="Vendor", files=[SimpleUploadedFile("a.csv", b"a,b\n")])


def test_a_files_name_is_never_a_path(cast, home):
    upload = SimpleUploadedFile("x.csv", b"a,b\n")
    upload._name = "../../../evil.csv"
    brought = imports.receive(by=cast["analyst"], source="Vendor", files=[upload])
    assert brought.files[0]["name"] == "evil.csv"
    assert [path.parent.name for path in home.rglob("evil.csv")] == [brought.public_id]


def test_a_job_ends_with_its_reason(cast):
    by = cast["analyst"]
    brought = imports.receive(by=by, source="Vendor", files=[SimpleUploadedFile("a.csv", b"a,b\n")])
    state = working.carry_out(public_id=brought.job.public_id, district_id=cast.district.pk)
    job = queue.job(by=by, public_id=brought.job.public_id)
    assert state == job.state == JobState.REFUSED  # the cast has no workspace
    assert job.remedy


def test_a_job_that_breaks_keeps_nothing_and_says_nothing_about_anybody(cast, monkeypatch):
    def broken(job, progress):
        raise ValueError("Lena Small, 4711")

    with within(cast.district.pk):
        job = Job.objects.create(kind=JobKind.IMPORT, asked_by=cast.lead)
    ended = queue.run(job.public_id, cast.district.pk, broken)
    assert (ended.state, ended.code) == (JobState.FAILED, "SV019")
    assert "Lena" not in ended.says


def test_a_job_whose_worker_died_is_given_up(cast):
    with within(cast.district.pk):
        Job.objects.create(kind=JobKind.IMPORT, asked_by=cast.lead, state=JobState.RUNNING)
    assert queue.give_up_lost(silent_for=timedelta(0)) == 1
    [lost] = queue.jobs(by=cast.lead)
    assert lost.code == "SV018"
    assert "finished whole is kept" in lost.says  # files of an import that stood before it was killed


def evidenced(cast, cycle, ruled="stop"):
    """Evidence as an evaluation by the analyst would leave it."""
    from gainline.store.models.cycles import Registration
    from gainline.store.models.imports import Import

    by, sha = cast["analyst"], "0" * 64
    with within(cast.district.pk):
        locked = Registration.objects.create(
            cycle=cycle, canonical="{}", sha256=sha, snapshot=sha, registered_on=DAY, registered_by=by
        )
        Import.objects.create(source="Vendor", asked_by=by, snapshot=sha, imported_at=clock.now())
        audited(Evidence.objects.create(
            cycle=cycle, registration=locked, document={}, sha256=sha, snapshot=sha, ruled=ruled, evaluated_on=DAY,
            evaluated_by=by,
        ))  # fmt: skip


def test_people_are_heard_before_somebody_decides_and_leaving_the_rule_needs_its_reason(cast):
    cycle = begun(cast)
    cycles.save_draft(by=cast.lead, cycle=cycle, text="x")
    evidenced(cast, cycle)
    stop = decisions.Reasoned(Choice.STOP, "The rule says so")
    with pytest.raises(Conflict, match="SV025"):
        decisions.decide(by=cast.lead, cycle=cycle, reasoned=stop)
    review = decisions.open_review(by=cast["principal"], cycle=cycle)
    with pytest.raises(Conflict, match="SV035"):
        decisions.speak(by=cast["teacher"], review=review, says=" ")
    decisions.speak(by=cast["teacher"], review=review, says="It was used on Fridays", leans=Choice.ADAPT)
    with pytest.raises(NotAllowed, match="SV001"):
        decisions.decide(by=cast["analyst"], cycle=cycle, reasoned=stop)
    with pytest.raises(Conflict, match="SV029"):
        decisions.decide(by=cast.lead, cycle=cycle, reasoned=decisions.Reasoned(Choice.ADOPT, "We like it"))
    first = decisions.decide(by=cast.lead, cycle=cycle, reasoned=stop)
    with pytest.raises(Conflict, match="SV032"):
        decisions.decide(by=cast.lead, cycle=cycle, reasoned=stop)
    second = decisions.decide(by=cast.lead, cycle=cycle, reasoned=stop, replaces=first)
    assert [one.pk for one in decisions.decisions(by=cast["board_member"], cycle=cycle)] == [second.pk, first.pk]
    decisions.learn(by=cast["coach"], cycle=cycle, says="Fridays are too late")
    library.write_playbook(by=cast.lead, cycle=cycle, title="How not to", document={})
    assert library.learnings(by=cast["teacher"])[0].decision_id == second.pk


def test_newer_evidence_is_reviewed_anew(cast):
    cycle = begun(cast)
    cycles.save_draft(by=cast.lead, cycle=cycle, text="x")
    evidenced(cast, cycle)
    decisions.open_review(by=cast.lead, cycle=cycle)
    with within(cast.district.pk):
        old = Evidence.objects.get()
        audited(Evidence.objects.create(
            cycle=cycle, registration=old.registration, document={}, sha256="1" * 64, snapshot="1" * 64, ruled="stop",
            evaluated_on=DAY, evaluated_by=cast["analyst"],
        ))  # fmt: skip
        assert Review.objects.count() == 1
    with pytest.raises(Conflict, match="SV028"):
        decisions.decide(by=cast.lead, cycle=cycle, reasoned=decisions.Reasoned(Choice.STOP, "So"))


def test_who_evaluated_does_not_release(cast):
    from gainline.services import people
    from gainline.store.words import Right, Role

    people.set_decision_right(by=cast.lead, right=Right.RELEASE, roles=[Role.ANALYST, Role.PRIVACY_LEAD])
    cycle = begun(cast)
    evidenced(cast, cycle)
    with pytest.raises(Conflict, match="SV036"):
        governance.release_brief(by=cast["analyst"], cycle=cycle, audience=Audience.PUBLIC, recipient="Board")


def test_progress_of_many_cycles_takes_one_query(cast, django_assert_max_num_queries):
    begun(cast)
    for number in range(3):
        with within(cast.district.pk):
            first = Cycle.objects.first()
        asked = cycles.Asked(title=f"C{number}", question="Why?", decide_by=DAY)
        cycles.start_cycle(by=cast.lead, aim=first.aim, tool=first.tool, asked=asked)
    with django_assert_max_num_queries(5):
        for cycle in cycles.cycles(by=cast.lead):
            stages.progress_of(cycle)


def test_a_plans_text_is_checked_while_it_is_written(cast):
    checked = cycles.check_text(by=cast["analyst"], text='format = "gainline-plan/1"\n')
    assert not checked.may_register
    assert checked.issues


def test_evidence_that_was_never_made_is_missing(cast, home):
    cycle = begun(cast)
    with pytest.raises(Missing):
        evidence.brief(by=cast.lead, cycle=cycle)
