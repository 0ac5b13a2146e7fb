"""Planning and sampling: forms write the plan, the checker speaks, and who is counted or drawn passes the exit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from builders.tiny_district import AUTUMN, give_records, plan_text
from gainline.engine.core.errors import Conflict, Missing
from gainline.engine.pilots.drafting import Measured, Measures, Predicted, Ruled, TakingPart
from gainline.engine.privacy import Count
from gainline.engine.privacy.release import Shown
from gainline.road.piloting.sampling import Wanted
from gainline.road.piloting.units import Asked as Units
from gainline.services import aims, clock, cycles, evidence, planning, registrations, sampling, tools, watching
from gainline.store.words import JobState

DAY = date(2026, 6, 16)
PREDICTED = Predicted("Do they read better?", "raise", "grade 3 students", "Reading in May", "points", 4.0, None, "")
WHO = TakingPart((), (), "chance", "school", starts=date(2025, 10, 6), ends=date(2026, 5, 1))
MEASURES = Measures(Measured("reading", "reading", "spring", "fall"), None, ("economically_disadvantaged",))
RULED = Ruled(2.0, 0.8, 0.2, "the board", "renew", "renew for one year", "give notice")


@pytest.fixture
def peopled(recorded):
    """The recorded cast with the roster of the tiny district."""
    give_records(recorded.district)
    return recorded


def begun(cast, key="lumen-reading"):
    with clock.stopped_at(AUTUMN):
        aim = aims.set_aim(by=cast.lead, unit=cast.root, title="More read well", by_when=DAY)
        tool = tools.add_tool(by=cast.lead, key="lumen-reading", name="Lumen Reading")
        asked = cycles.Asked(title="Lumen", question="Does it help?", decide_by=DAY, key=key)
        return cycles.start_cycle(by=cast.lead, aim=aim, tool=tool, asked=asked)


def answer(cast, cycle, *said):
    for one in said:
        at = planning.standing(by=cast["analyst"], cycle=cycle)
        text = planning.text_with(by=cast["analyst"], cycle=cycle, said=one)
        cycles.save_draft(by=cast["analyst"], cycle=cycle, text=text, version=at.version)


def test_a_cycle_and_four_forms_lead_to_a_plan_that_can_be_locked(recorded):
    cycle = begun(recorded)
    before = planning.standing(by=recorded["teacher"], cycle=cycle)
    assert (before.version, before.is_done("question")) == (0, False)
    whole = replace(PREDICTED, by=date(2026, 5, 15), because="practice")
    answer(recorded, cycle, whole, WHO, MEASURES, RULED)
    with clock.stopped_at(AUTUMN):
        at = planning.standing(by=recorded["teacher"], cycle=cycle)
        assert (at.faults, at.checked.may_register) == (0, True), [str(one) for one in at.checked.issues]
        text, sha256 = registrations.to_lock(by=recorded["teacher"], cycle=cycle)
        with pytest.raises(Conflict, match="SV049"):
            registrations.register(by=recorded.lead, cycle=cycle, seen="0" * 64)
        locked = registrations.register(by=recorded.lead, cycle=cycle, seen=sha256)
    assert locked.canonical == text


def test_the_checker_names_the_parts_that_are_missing_while_one_types(recorded):
    cycle = begun(recorded)
    text = planning.text_with(by=recorded["teacher"], cycle=cycle, said=PREDICTED)
    spoken = planning.spoken(by=recorded["teacher"], text=text)
    assert [part.key for part, stands in spoken.parts if not stands] == ["by", "because"]
    assert cycles.draft(by=recorded["teacher"], cycle=cycle) is None, "nothing was saved"


def test_a_text_that_is_no_toml_is_mended_first(recorded):
    cycle = begun(recorded)
    cycles.save_draft(by=recorded["analyst"], cycle=cycle, text="key = ")
    with pytest.raises(Conflict, match="SV043"):
        planning.text_with(by=recorded["analyst"], cycle=cycle, said=PREDICTED)
    with pytest.raises(Conflict, match="SV045"):
        planning.who(by=recorded["analyst"], cycle=cycle)


def test_who_is_eligible_and_what_they_could_detect_come_from_the_roster(peopled, monkeypatch):
    cycle = begun(peopled)
    cycles.save_draft(by=peopled["analyst"], cycle=cycle, text=plan_text())
    found = planning.who(by=peopled["teacher"], cycle=cycle)
    assert len(found.schools) == found.units == 4
    assert found.students.low >= 100
    assert "03" in planning.known(by=peopled["teacher"]).grades
    assert "schools" in planning.could_detect(by=peopled["teacher"], cycle=cycle).sentence
    hidden = replace(found, students=Count(Shown.HIDDEN, None, None))
    monkeypatch.setattr(planning, "eligible", lambda *_, **__: hidden)
    with pytest.raises(Conflict, match="SV044"):
        planning.could_detect(by=peopled["teacher"], cycle=cycle)


def test_a_sample_is_drawn_declined_and_closed_by_the_draw_of_the_arms(peopled, work):
    cycle, by = begun(peopled), peopled["analyst"]
    with pytest.raises(Conflict, match="SV021"):
        sampling.choose(by=by, cycle=cycle, wanted=Wanted(2))
    cycles.save_draft(by=by, cycle=cycle, text=plan_text())
    with clock.stopped_at(AUTUMN):
        sampling.choose(by=by, cycle=cycle, wanted=Wanted(3))
        with pytest.raises(Conflict, match="drawn already"):
            sampling.choose(by=by, cycle=cycle, wanted=Wanted(3))
        drawn = sampling.sample(by=by, cycle=cycle)
        assert drawn.counts == {"sample": 3, "held back": 0, "declined": 0}
        gone = next(member for member in drawn.members if member.part == "sample")
        sampling.decline(by=by, cycle=cycle, unit=gone.unit, because="No time this year")
        after = sampling.sample(by=by, cycle=cycle)
        assert after.counts == {"sample": 3, "held back": 0, "declined": 1}
        with pytest.raises(Missing):
            sampling.decline(by=by, cycle=begun_again(peopled, cycle), unit=gone.unit, because="No")
        registrations.register(by=peopled.lead, cycle=cycle)
        with pytest.raises(Conflict, match="SV048"):
            sampling.enter_arms(by=by, cycle=cycle)
        again = "The sample was drawn for fewer"
        sampling.choose(by=by, cycle=cycle, wanted=Wanted(4, reason=again))
        asked = Units.of_plan(planning.plan_of(by=by, cycle=cycle), on=AUTUMN)
        registrations.draw(by=by, cycle=cycle, asked=asked)
        sampling.enter_arms(by=by, cycle=cycle)
        assert work() == [JobState.DONE]
        arms = sampling.assignment(by=by, cycle=cycle)
        assert sum(arms.counts.values()) == len(arms.members) == 4
        assert [row.source for row in watching.arrivals(by=by, cycle=cycle)] == ["Arms of lumen-reading"]
        with pytest.raises(Conflict, match="SV047"):
            sampling.choose(by=by, cycle=cycle, wanted=Wanted(3))
        awaited = watching.arms(by=by, cycle=cycle)
        assert [(one.kind, [arm for arm, _, _ in one.arms]) for one in awaited] == [
            ("result", ["tool", "usual"]), ("use", ["tool", "usual"])
        ]  # fmt: skip
        assert all(here.is_hidden or here.low == 0 for one in awaited for _, here, _ in one.arms)
        assert all(whole.low >= 10 for one in awaited for _, _, whole in one.arms)


def begun_again(cast, before):
    """Another cycle beside the first, planned with the same words."""
    asked = cycles.Asked(title="Again", question="Does it?", decide_by=DAY)
    cycle = cycles.start_cycle(by=cast.lead, aim=before.aim, tool=before.tool, asked=asked)
    text = plan_text().replace("lumen-reading", "again", 1).replace('pilot = "lumen-reading"', 'pilot = "again"')
    cycles.save_draft(by=cast["analyst"], cycle=cycle, text=text)
    return cycle


def test_single_students_are_never_listed(recorded):
    cycle, by = begun(recorded), recorded["analyst"]
    text = plan_text().replace('unit = "school"', 'unit = "student"')
    cycles.save_draft(by=by, cycle=cycle, text="key = 1")
    with pytest.raises(Conflict, match="SV045"):
        sampling.choose(by=by, cycle=cycle, wanted=Wanted(2))
    cycles.save_draft(by=by, cycle=cycle, text=text, version=1)
    with pytest.raises(Conflict, match="SV046"):
        sampling.choose(by=by, cycle=cycle, wanted=Wanted(2))


def test_a_job_of_another_kind_is_no_measurement_and_signs_name_the_tool(peopled, work):
    job = evidence.ask_measure(by=peopled["coach"], indicator="minutes_per_week", groups=["grade"], days=(AUTUMN, DAY))
    assert work() == [JobState.DONE]
    assert evidence.measured(by=peopled["coach"], public_id=job.public_id).result["rows"] is not None
    cycle = begun(peopled)
    own, others = watching.signs(by=peopled["coach"], cycle=cycle)
    assert all("lumen" in f"{one.file} {one.says}".lower() for one in own)
    assert others >= 0
    assert watching.arrivals(by=peopled["coach"], cycle=cycle) == []
    assert evidence.released(by=peopled["board_member"], cycle=cycle) is None
    with pytest.raises(Missing, match="SV002"):
        evidence.measured(by=peopled["coach"], public_id="job_0")
