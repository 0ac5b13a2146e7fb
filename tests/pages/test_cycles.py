"""The pages of cycles: every stage and every refusal, who may do what, and nothing of the rows that are not theirs."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest

from builders.agreed import signed
from builders.audits import audited
from builders.tiny_district import AUTUMN, give_records, plan_text
from gainline.services import aims, clock, cycles, decisions, evidence, notes, queue, registrations, tools, watching
from gainline.services.remembering import StillLookingError
from gainline.store.models.evidence import Evidence
from gainline.store.models.imports import Import, Job
from gainline.store.tenancy import within
from gainline.store.words import Choice, JobKind, JobState

DAY = date(2026, 6, 16)
PAGES = (
    "", "question/", "who/", "who/could/", "measures/", "rule/", "plan/", "sample/", "draw/", "register/", "monitor/",
    "monitor/arms/", "monitor/signs/", "evidence/", "review/", "decision/", "learning/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _autumn():
    with clock.stopped_at(AUTUMN):
        yield


def begun(cast):
    aim = aims.set_aim(by=cast.lead, unit=cast.root, title="More read well", by_when=DAY)
    tool = tools.add_tool(by=cast.lead, key="lumen-reading", name="Lumen Reading")
    asked = cycles.Asked(title="Lumen", question="Does it help?", decide_by=DAY, key="lumen-reading")
    return cycles.start_cycle(by=cast.lead, aim=aim, tool=tool, asked=asked)


def planned(cast):
    cycle = begun(cast)
    cycles.save_draft(by=cast["analyst"], cycle=cycle, text=plan_text())
    return cycle


def evaluated(cast, cycle, ruled="adapt"):
    """Rows as an evaluation would leave them; the document itself is made by the journey."""
    registrations.register(by=cast.lead, cycle=cycle)
    with within(cast.district.pk):
        Import.objects.create(source="Vendor", asked_by=cast["analyst"], snapshot="0" * 64, imported_at=clock.now())
        audited(Evidence.objects.create(
            cycle=cycle, registration=cycle.registrations.get(), document={}, sha256="0" * 64, snapshot="0" * 64,
            ruled=ruled, evaluated_on=AUTUMN, evaluated_by=cast["analyst"],
        ))  # fmt: skip


def at(cycle, place=""):
    return f"/cycles/{cycle.public_id}/{place}"


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def version_of(answer) -> str:
    return re.search(r'name="version" value="(\d+)"', answer.content.decode())[1]


def test_an_empty_list_teaches_and_offers_a_start_to_whoever_may(cast, client):
    client.force_login(cast.lead)
    assert "Start the first cycle" in words(client.get("/cycles/"))
    client.force_login(cast["teacher"])
    shown = words(client.get("/cycles/"))
    assert "A cycle begins with a question" in shown
    assert "Start the first cycle" not in shown
    assert client.get("/cycles/new/").status_code == 403


def test_without_an_aim_the_form_leads_to_the_aims(cast, client):
    client.force_login(cast.lead)
    assert "There is no aim yet" in words(client.get("/cycles/new/"))


def test_five_answers_start_a_cycle_and_four_forms_make_its_plan_whole(recorded, client):
    client.force_login(recorded.lead)
    aim = aims.set_aim(by=recorded.lead, unit=recorded.root, title="More read well", by_when=DAY)
    said = {"aim": aim.public_id, "title": "Lumen", "question": "Does it help?", "decide_by": "2026-06-16"}
    assert "name one that is not in the list" in words(client.post("/cycles/new/", said))
    made = client.post("/cycles/new/", said | {"new_tool": "Lumen Reading"})
    assert made.status_code == 302
    base = made["Location"].removesuffix("question/")
    answers = {
        "question/": {
            "question": "Does it help?", "change": "raise", "population": "grade 3", "outcome": "Reading in May",
            "unit": "points", "size": "4", "by": "2026-05-15", "because": "practice",
        },
        "who/": {
            "decides": "chance", "unit": "school", "starts": "2025-10-06", "ends": "2026-05-01",
            "minutes_per_week": "30",
        },
        "measures/": {"domain": "reading", "assessment": "reading", "form": "spring", "before": "fall"},
        "rule/": {
            "smallest_effect": "2", "adopt_at": "0.8", "stop_at": "0.2", "decider": "the board", "adopt_means": "renew",
            "adapt_means": "renew for a year", "stop_means": "give notice",
        },
    }  # fmt: skip
    for place, said in answers.items():
        version = version_of(client.get(base + place))
        answer = client.post(base + place, said | {"version": version})
        assert answer.status_code == 302, (place, words(answer))
        is_last = place == "rule/"
        for page in ("register/", "who/"):  # a plan that was begun is not done while something of it is missing
            shown = words(client.get(base + page))
            assert ("Plan : done" in shown, "Plan : now" in shown) == (is_last, not is_last), (place, page)
    assert 'value="30"' in client.get(base + "who/").content.decode()
    assert "still missing" not in words(client.get(base))
    shown = words(client.get(base + "register/"))
    assert "The plan is whole" in shown
    assert "EdTech lead" in shown
    lock = client.get(base + "register/lock/")
    seen = re.search(r'name="seen" value="(\w+)"', lock.content.decode())[1]
    assert "Reading in May" in words(lock)
    assert client.post(base + "register/lock/", {"seen": "0" * 64}).status_code == 409
    assert client.post(base + "register/lock/", {"seen": seen}).status_code == 302
    assert seen in words(client.get(base + "register/"))
    assert "what is locked" in words(client.get(base + "question/"))
    late = client.post(base + "question/", answers["question/"] | {"version": "4"})
    assert "The plan is locked" in words(late)
    assert late.status_code == 422


def test_the_checker_speaks_beside_the_form_and_by_a_button_and_saves_nothing(cast, client):
    cycle = begun(cast)
    client.force_login(cast["analyst"])
    said = {"question": "Does it?", "change": "raise", "outcome": "Reading", "size": "many"}
    beside = client.post(at(cycle, "question/check/"), said, HTTP_HX_REQUEST="true")
    assert "4 parts are missing" in words(beside)
    assert "<html" not in beside.content.decode()
    by_button = client.post(at(cycle, "question/check/"), said)
    assert "4 parts are missing" in words(by_button)
    assert "<html" in by_button.content.decode()
    assert cycles.draft(by=cast["analyst"], cycle=cycle) is None


def test_two_writers_of_one_plan_notice_each_other(cast, client):
    cycle = planned(cast)
    client.force_login(cast["analyst"])
    answer = client.post(at(cycle, "plan/"), {"text": "key = 1", "version": "0"})
    assert answer.status_code == 422
    assert "somebody else changed this plan" in words(answer).lower()
    assert client.post(at(cycle, "plan/"), {"text": "key = ", "version": "1"}).status_code == 302
    assert "PL001" in words(client.get(at(cycle, "plan/")))
    assert client.get(at(cycle, "question/")).status_code == 409, "SV043: the text is mended first"
    assert client.get(at(cycle)).status_code == 200
    issues = client.post(at(cycle, "plan/check/"), {"text": plan_text()}, HTTP_HX_REQUEST="true")
    assert "Still missing" not in words(issues)


@pytest.mark.parametrize("role", ["edtech_lead", "board_member"])
def test_every_page_opens_for_everybody_who_may_read_and_acts_only_for_who_may(recorded, client, role):
    cycle = planned(recorded)
    give_records(recorded.district)
    client.force_login(recorded[role])
    for place in PAGES:
        answer = client.get(at(cycle, place))
        expected = 403 if place in {"monitor/signs/", "monitor/arms/"} and role == "board_member" else 200
        assert answer.status_code == expected, (place, words(answer)[:300])
    may_lock = role == "edtech_lead"
    assert ("Read the plan and lock it" in words(client.get(at(cycle, "register/")))) == may_lock
    assert (client.get(at(cycle, "register/lock/")).status_code == 200) == may_lock
    shown = words(client.get(at(cycle, "who/could/")))
    assert ("you could see an effect" in shown) == (role != "board_member")


def test_a_stage_without_its_predecessor_says_why_and_what_helps(recorded, client):
    cast, cycle = recorded, begun(recorded)
    client.force_login(cast.lead)
    for place, code in (
        ("register/", "SV021"), ("draw/", "SV021"), ("sample/", "SV021"), ("monitor/", "SV021"),
        ("evidence/", "SV021"), ("review/", "SV021"), ("decision/", "SV021"), ("learning/", "SV021"),
    ):  # fmt: skip
        shown = words(client.get(at(cycle, place)))
        assert code in shown, place
        assert "What helps" in shown
    cycles.save_draft(by=cast.lead, cycle=cycle, text="x = 1")
    assert "SV022" in words(client.get(at(cycle, "monitor/")))
    assert "keep the plan from being locked" in words(client.get(at(cycle))), "progress is computed"
    assert client.post(at(cycle, "review/")).status_code == 409


def test_people_are_heard_then_decide_beside_the_rule_and_dissent_stays(recorded, client):
    cycle = planned(recorded)
    evaluated(recorded, cycle)
    client.force_login(recorded["principal"])
    assert client.post(at(cycle, "review/")).status_code == 302
    client.force_login(recorded["teacher"])
    silent = client.post(at(cycle, "review/speak/"), {"says": "", "leans": ""})
    assert silent.status_code == 422
    client.post(at(cycle, "review/speak/"), {"says": "It ran on Fridays only", "leans": Choice.STOP})
    assert "It ran on Fridays only" in words(client.get(at(cycle, "review/")))
    client.force_login(recorded["board_member"])
    assert "It ran on Fridays only" not in words(client.get(at(cycle, "review/")))
    client.force_login(recorded.lead)
    said = {"chosen": Choice.ADOPT, "reasons": "We like it"}
    without = client.post(at(cycle, "decision/"), said)
    assert without.status_code == 422
    assert "This is not what the rule says" in words(without)
    said |= {"deviation": "The rule did not know of the new schedule"}
    once_more = client.post(at(cycle, "decision/"), said)
    assert "This will be entered" in words(once_more)
    assert decisions.decisions(by=recorded.lead, cycle=cycle) == []
    assert client.post(at(cycle, "decision/"), said | {"is_read": "true"}).status_code == 302
    shown = words(client.get(at(cycle, "decision/")))
    assert "The rule did not know of the new schedule" in shown
    assert "It ran on Fridays only" in shown, "who leaned another way"
    client.post(at(cycle, "decision/"), {"chosen": "adapt", "reasons": "The rule after all", "is_read": "true"})
    assert "Replaced: Adopt" in words(client.get(at(cycle, "decision/")))
    assert client.post(at(cycle, "learning/"), {"says": "Fridays are too late"}).status_code == 302
    assert "Fridays are too late" in words(client.get(at(cycle)))
    assert "Nothing: it was learned from" in words(client.get("/cycles/"))


def test_a_note_is_pinned_from_the_review_and_taken_down_by_its_writer(cast, client):
    cycle = begun(cast)
    client.force_login(cast["coach"])
    review = at(cycle, "review/")
    form = client.get(linked(client.get(review), "/notes/pin/")).content.decode().split("<main")[1].split("</main>")[0]
    said = dict(re.findall(r'type="hidden" name="(next|cycle)" value="([^"]+)"', form))
    assert said == {"next": review, "cycle": cycle.public_id}
    answer = client.post("/notes/pin/", said | {"says": "Ice", "on": "2026-01-26"}, follow=True)
    assert "Ice" in words(answer)
    assert client.post(linked(answer, "/drop/")).status_code == 302
    assert "Ice" not in words(client.get(review))


def linked(answer, part):
    """The first address on a page that has a part."""
    return unescape(re.search(rf'href="([^"]*{part}[^"]*)"', answer.content.decode())[1])


def test_a_cycle_stops_with_a_reason_and_goes_no_further(cast, client):
    cycle = begun(cast)
    client.force_login(cast.lead)
    assert client.post(at(cycle, "stop/"), {"because": ""}).status_code == 422
    assert client.post(at(cycle, "stop/"), {"because": "The vendor closed"}).status_code == 302
    assert "The vendor closed" in words(client.get(at(cycle)))
    assert "SV027" in words(client.get(at(cycle, "decision/")))
    client.force_login(cast["analyst"])
    assert client.get(at(cycle, "stop/")).status_code == 403


def test_a_change_after_the_lock_is_an_amendment_with_its_reason(recorded, client):
    cycle = planned(recorded)
    client.force_login(recorded.lead)
    registrations.register(by=recorded.lead, cycle=cycle)
    text = plan_text().replace('title = "', 'title = "Again: ', 1)
    assert client.post(at(cycle, "amend/"), {"text": text, "reason": ""}).status_code == 422
    assert client.post(at(cycle, "amend/"), {"text": "x", "reason": "Why"}).status_code == 422
    assert client.post(at(cycle, "amend/"), {"text": text, "reason": "A clearer title"}).status_code == 302
    assert "A clearer title" in words(client.get(at(cycle, "register/")))


def test_a_sample_is_drawn_and_the_arms_by_lot_with_a_seed_that_everybody_sees(recorded, client, work):
    cycle = planned(recorded)
    give_records(recorded.district)
    client.force_login(recorded["analyst"])
    assert client.post(at(cycle, "sample/"), {"size": "99", "hold_back": "0"}).status_code == 422
    assert client.post(at(cycle, "sample/"), {"size": "4", "hold_back": "0"}).status_code == 302
    shown = client.get(at(cycle, "sample/decline/"))
    unit = re.search(r'<option value="([^"]+)"', shown.content.decode())[1]
    assert client.post(at(cycle, "sample/decline/"), {"unit": unit, "because": ""}).status_code == 422
    assert client.post(at(cycle, "sample/decline/"), {"unit": unit, "because": "No time"}).status_code == 302
    assert "because: No time" in words(client.get(at(cycle, "sample/")))
    again = {"size": "4", "hold_back": "0", "reason": "It found the time after all"}
    assert client.post(at(cycle, "sample/"), again).status_code == 302
    assert "SV022" in words(client.get(at(cycle, "draw/"))), "first the lock"
    registrations.register(by=recorded.lead, cycle=cycle)
    assert "Let chance decide" in words(client.get(at(cycle, "draw/")))
    assert client.post(at(cycle, "draw/")).status_code == 302
    assert client.post(at(cycle, "draw/")).status_code == 422, "what is drawn stays drawn"
    work()
    for role in ("board_member", "teacher"):
        client.force_login(recorded[role])
        assert "Seed" in words(client.get(at(cycle, "draw/")))
    assert "Arms of lumen-reading" in words(client.get(at(cycle, "monitor/")))


def test_files_come_in_and_use_is_counted_when_asked(recorded, client, work):
    from django.core.files.uploadedfile import SimpleUploadedFile

    cycle = planned(recorded)
    registrations.register(by=recorded.lead, cycle=cycle)
    signed(recorded, cycle.tool)
    client.force_login(recorded["analyst"])
    assert client.post(at(cycle, "monitor/")).status_code == 422
    upload = SimpleUploadedFile("usage.csv", b"student_id,date,minutes\n4711,2025-10-01,12\n")
    assert client.post(at(cycle, "monitor/"), {"files": upload}).status_code == 302
    assert "Waiting" in words(client.get(at(cycle, "monitor/")))
    asked = client.post(at(cycle, "monitor/measure/"), {"what": "schools"})
    assert "It is being counted" in words(client.get(asked["Location"]))
    work()
    shown = words(client.get(asked["Location"]))
    assert "It is being counted" not in shown
    assert "Lumen Reading" in shown
    client.force_login(recorded["board_member"])
    assert client.post(at(cycle, "monitor/measure/"), {"what": "schools"}).status_code == 403
    assert "It is being counted" not in words(client.get(asked["Location"]))


def test_use_over_the_weeks_is_a_line_with_the_notes_on_their_days(recorded, client):
    cycle = planned(recorded)
    evaluated(recorded, cycle)
    client.force_login(recorded["analyst"])
    job = evidence.ask_measure(by=recorded["analyst"], indicator="active_students_per_week", groups=["week_start"])
    shown = {"unit": "students", "note": ""}
    rows = [
        {"week_start": "2026-01-05", "value": 120.0, "n": 120} | shown,
        {"week_start": "2026-01-19", "value": 140.0, "n": 140} | shown,
        {"week_start": "2026-01-12", "value": None, "n": None, "unit": "", "note": "too few to show"},
    ]
    with within(recorded.district.pk):
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE, finished_at=clock.now(), result={"rows": rows})
    notes.pin(by=recorded["coach"], says="Ice for a week", cycle=cycle, on=date(2026, 1, 14))
    page = client.get(f"{at(cycle, 'monitor/')}?measured={job.public_id}").content.decode()
    assert "120 students in the first week with a number, 140 students in the last of 2" in page
    assert "1 · January 14, 2026: Ice for a week" in page
    assert page.count("<svg") >= 2
    assert "too few to show" in page


def test_the_look_is_for_who_may_and_ends_as_its_job_says(recorded, client, work):
    cycle = planned(recorded)
    evaluated(recorded, cycle)
    client.force_login(recorded.lead)
    assert client.post(at(cycle, "evidence/look/")).status_code == 403
    client.force_login(recorded["analyst"])
    asked = client.post(at(cycle, "evidence/look/"))
    assert asked.status_code == 302
    job = asked["Location"].rpartition("job=")[2]
    work()
    assert evidence.latest(by=recorded["analyst"], cycle=cycle) is not None
    from gainline.services import queue

    ended = queue.job(by=recorded["analyst"], public_id=job)
    assert (ended.state, bool(ended.remedy)) == ("refused", True), "there are no records to evaluate"


def test_the_list_takes_the_same_number_of_queries_however_long_it_is(cast, client, django_assert_max_num_queries):
    first = begun(cast)
    for number in range(12):
        asked = cycles.Asked(title=f"C{number}", question="Why?", decide_by=DAY)
        cycles.start_cycle(by=cast.lead, aim=first.aim, tool=first.tool, asked=asked)
    client.force_login(cast.lead)
    with django_assert_max_num_queries(16):
        assert client.get("/cycles/").status_code == 200


def test_whoever_comes_back_reads_how_the_last_look_ended(recorded, client, work):
    cycle = planned(recorded)
    registrations.register(by=recorded.lead, cycle=cycle)
    with within(recorded.lead.district_id):
        job = queue.put(by=recorded["analyst"], kind=JobKind.EVALUATE, words={"cycle": cycle.public_id})
    said = {"state": JobState.REFUSED, "code": "EV010", "says": "no student has it", "remedy": "leave it out"}
    with within(recorded.lead.district_id):
        Job.objects.filter(pk=job.pk).update(**said, finished_at=clock.now())
    client.force_login(recorded["analyst"])
    shown = words(client.get(at(cycle, "evidence/")))
    assert "No student has it" in shown
    client.force_login(recorded["board_member"])
    assert "no student has it" not in words(client.get(at(cycle, "evidence/")))


def test_arms_that_are_still_being_counted_are_no_refusal(recorded, client, monkeypatch):
    def busy(**_named):
        raise StillLookingError("SV160 the records are still being looked through", "look again in a few seconds")

    monkeypatch.setattr(watching, "arms", busy)
    client.force_login(recorded["analyst"])
    cycle = planned(recorded)
    page = client.get(at(cycle, "monitor/arms/"))
    assert (page.status_code, page["Refresh"]) == (202, "3")
    part = client.get(at(cycle, "monitor/arms/"), headers={"HX-Request": "true", "HX-Target": "part-arms"})
    assert part.status_code == 202
    assert 'hx-target="#part-arms"' in part.content.decode()
