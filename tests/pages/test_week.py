"""The first screen says what is due, at risk and learned, to whom it asks something."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from builders.audits import audited
from builders.thread import a_thread
from gainline.services import aims, clock, cycles, decisions, tools, week
from gainline.services.week import Kind
from gainline.store.models.cycles import Cycle, PlanDraft, Registration
from gainline.store.models.evidence import Evidence
from gainline.store.models.imports import Import
from gainline.store.tenancy import within

DAY = date(2030, 3, 1)
NOTICE = date(2030, 3, 31)
TERMS = tools.Terms(date(2029, 8, 1), date(2030, 6, 30), notice_by=NOTICE)


def asked(cast, name="Lumen", decide_by=date(2030, 3, 20), terms=TERMS):
    aim = aims.set_aim(by=cast.lead, unit=cast.root, title=f"Aim of {name}", by_when=date(2030, 6, 1))
    tool = tools.add_tool(by=cast.lead, key=name.lower(), name=name)
    tools.add_contract(by=cast.lead, tool=tool, terms=terms)
    said = cycles.Asked(title=f"{name} for grade 4", question="Does it help?", decide_by=decide_by)
    return cycles.start_cycle(by=cast.lead, aim=aim, tool=tool, asked=said)


def locked(cast, cycle, end):
    with within(cast.district.pk):
        return Registration.objects.create(
            cycle=cycle, canonical=f'{{"window": {{"end": "{end}"}}}}', sha256="0" * 64, snapshot="0" * 64,
            registered_on=DAY, registered_by=cast.lead,
        )  # fmt: skip


def evaluated(cast, cycle, registration):
    with within(cast.district.pk):
        PlanDraft.objects.create(cycle=cycle, text="a plan", written_by=cast.lead)
        Import.objects.create(source="vendor", asked_by=cast.lead, imported_at=clock.now(), snapshot="0" * 64)
        return audited(Evidence.objects.create(
            cycle=cycle, registration=registration, document={}, sha256="0" * 64, snapshot="0" * 64, ruled="stop",
            evaluated_on=DAY, evaluated_by=cast["analyst"],
        ))  # fmt: skip


def kinds(account, part="due"):
    return [line.kind for line in getattr(week.this_week(by=account), part)]


@pytest.fixture(autouse=True)
def _march():
    with clock.stopped_at(DAY):
        yield


def test_a_new_district_is_told_how_to_begin(cast, client):
    client.force_login(cast.lead)
    page = client.get("/").content.decode()
    assert "Nothing stands here yet" in page
    assert "Set the first aim" in page
    client.force_login(cast["teacher"])
    assert "Set the first aim" not in client.get("/").content.decode()


def test_an_account_without_a_grant_learns_who_can_give_one(cast, client):
    from gainline.services import people

    stranger = people.invite(by=cast.lead, name="Nora New", email="nora@riverbend.example")
    client.force_login(stranger)
    assert "You have no grant yet" in client.get("/").content.decode()


def test_dates_are_counted_backwards_from_the_notice(cast):
    cycle = asked(cast)
    locked(cast, cycle, "2030-02-20")
    [notice] = [line for line in week.this_week(by=cast.lead).due if line.kind is Kind.NOTICE]
    days = notice.countdown.days
    assert (days.notice_by, days.vote_by, days.papers_by, days.data_by) == (
        NOTICE, date(2030, 3, 20), date(2030, 3, 13), date(2030, 3, 6),
    )  # fmt: skip
    assert notice.countdown.known_on == date(2030, 2, 27)  # a week after the last day of use
    assert not notice.countdown.comes_too_late


def test_what_cannot_be_known_in_time_is_said_as_such(cast, client):
    locked(cast, asked(cast), "2030-03-10")
    assert Kind.TOO_LATE in kinds(cast.lead, "at_risk")
    client.force_login(cast["board_member"])
    assert "Lumen cannot be known in time" in client.get("/").content.decode()


def test_a_vote_after_the_notice_is_a_risk(cast):
    asked(cast, decide_by=date(2030, 4, 15))
    assert Kind.VOTE_AFTER_NOTICE in kinds(cast.lead, "at_risk")


def test_a_notice_that_nobody_asks_about_says_so(cast):
    tool = tools.add_tool(by=cast.lead, key="quest", name="Quest")
    tools.add_contract(by=cast.lead, tool=tool, terms=TERMS)
    assert kinds(cast.lead) == [Kind.NOTICE_UNASKED]
    assert kinds(cast.lead, "at_risk") == [Kind.NO_AGREEMENT]


def test_a_day_that_passed_without_a_decision_is_overdue(cast):
    asked(cast)
    with clock.stopped_at(date(2030, 3, 25)):
        assert Kind.OVERDUE in kinds(cast.lead, "at_risk")
        assert Kind.DECISION not in kinds(cast.lead)


def test_each_role_sees_what_asks_something_of_it(cast, client):
    cycle = asked(cast, decide_by=date(2030, 3, 12))
    evaluated(cast, cycle, locked(cast, cycle, "2030-02-20"))
    assert Kind.UNREVIEWED in kinds(cast["analyst"], "at_risk")
    assert kinds(cast["teacher"]) == []
    review = decisions.open_review(by=cast.lead, cycle=cycle)
    assert kinds(cast["teacher"]) == [Kind.VOICE]
    decisions.speak(by=cast["teacher"], review=review, says="It froze twice.")
    assert kinds(cast["teacher"]) == []
    assert set(kinds(cast["board_member"])) == {Kind.NOTICE, Kind.DECISION}
    assert Kind.NO_AGREEMENT in kinds(cast["privacy_lead"], "at_risk")
    for role in ("teacher", "board_member", "privacy_lead", "auditor"):
        client.force_login(cast[role])
        assert client.get("/").status_code == 200


def test_what_was_decided_is_learned_and_waits_to_be_told(cast, client):
    cycle = asked(cast)
    evaluated(cast, cycle, locked(cast, cycle, "2030-02-20"))
    decisions.open_review(by=cast.lead, cycle=cycle)
    decisions.decide(by=cast.lead, cycle=cycle, reasoned=decisions.Reasoned("stop", "As registered."))
    decisions.learn(by=cast.lead, cycle=cycle, says="Minutes alone are not enough.")
    assert kinds(cast["privacy_lead"]) == [Kind.RELEASE]
    client.force_login(cast["board_member"])
    page = client.get("/").content.decode()
    assert "Minutes alone are not enough." in page
    assert "Decided: Stop" in page


def test_the_first_screen_asks_no_more_queries_for_more_cycles(cast, hillview, client):
    def queries():
        client.force_login(cast.lead)
        with CaptureQueriesContext(connection) as found:
            assert client.get("/").status_code == 200
        return len(found)

    for number in range(3):
        locked(cast, asked(cast, f"Tool{number}"), "2030-02-20")
    few = queries()
    for number in range(3, 15):
        locked(cast, asked(cast, f"Tool{number}"), "2030-02-20")
    assert queries() == few


def test_the_demos_day_stands_still(cast):
    cast.district.is_demo = True
    from gainline.services.clock import _STOPPED

    token = _STOPPED.set(None)
    try:
        assert clock.today(cast.district) == clock.DEMO_DAY
    finally:
        _STOPPED.reset(token)


def test_rows_of_every_kind_have_their_words_in_both_languages(cast, client):
    from django.utils import translation

    from gainline.services.week import Line
    from gainline.web.pages.week.lines import shown

    with within(cast.district.pk):
        rows = a_thread(cast.district)
        cycle = Cycle.objects.select_related("tool").get(pk=rows[Cycle].pk)
        for language in ("en", "es"):
            with translation.override(language):
                for kind in Kind:
                    line = shown(Line(kind, cycle.tool, cycle, DAY, None, 2, "rrq_1"))
                    assert line.title
                    assert line.act
