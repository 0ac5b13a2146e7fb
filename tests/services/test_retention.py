"""Retention: what has stayed long enough goes out of every file, a hold keeps it, and counts are told by the exit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog

from builders.agreed import DAYS, signed, vendor_agreed
from builders.thread import a_thread
from canonical_rows import canonical
from gainline.engine.core.errors import Conflict, Missing, NotAllowed, UserFixable
from gainline.engine.privacy.retention import Hold, Lived
from gainline.engine.records import Retention
from gainline.jobs.daily import retention as daily
from gainline.jobs.hourly import retention as hourly
from gainline.road import retaining
from gainline.road.erasing import Order, erase, people_named
from gainline.road.holding import holds
from gainline.road.retaining import Facts
from gainline.services import clock, purging, retention
from gainline.services.retention import Kept
from gainline.services.workspaces import make_workspace, open_workspace
from gainline.store.models.audit import AuditEvent
from gainline.store.models.cycles import Cycle
from gainline.store.models.notes import Feedback
from gainline.store.tenancy import within

BEFORE, DUE, LATER = DAYS[2] - timedelta(1), DAYS[2], DAYS[2] + timedelta(14)
FIRST, MANY = 4_711_000_000_001, 30
TICKETS = [{"tool": "lumen", "ticket_id": f"t{n}"} for n in range(3)]


@pytest.fixture
def used(recorded, monkeypatch):
    """Thirty students with rows of use of a tool whose agreement ends on a known day, and of another tool."""
    monkeypatch.setattr(purging, "_rewrite_database", lambda: None)  # no VACUUM within a test's transaction
    with clock.stopped_at(date(2025, 9, 1)):
        vendor_agreed(recorded, "lumen")
    keys = [FIRST + n for n in range(MANY)]
    with open_workspace(recorded.district).records.writing() as writer:
        writer.append("students", canonical("students", [{"person_key": key} for key in keys]))
        for tool in ("lumen", "other"):
            rows = [{"person_key": key, "tool": tool} for key in keys]
            writer.append("usage", canonical("usage", rows))
        writer.append("tickets", canonical("tickets", TICKETS))
        writer.publish(as_of=DAYS[0])
    return recorded


def rows(cast, table, **where):
    with open_workspace(cast.district).records.reading() as reading:
        found = reading.table(table)
        for column, value in where.items():
            found = found.filter(found[column] == value)
        return reading.arrow(found.count().name("n").as_table())["n"][0].as_py()


def shown(cast, on):
    with clock.stopped_at(on):
        return retention.schedule(by=cast["privacy_lead"])


def test_a_tools_rows_are_due_on_the_day_of_destruction_and_a_dry_run_changes_nothing(used):
    assert shown(used, BEFORE).report.lines == ()
    found = shown(used, DUE).report
    (line,) = found.lines
    assert (line.due.retention, line.due.source, line.due.since) == (Retention.CONTRACT, "lumen", DUE)
    assert dict(line.rows) == {"usage": "30", "tickets": "3"}
    assert line.people == "30"
    assert found.undated == ("other",)
    assert rows(used, "usage", tool="lumen") == MANY


def test_a_run_takes_exactly_these_rows_from_every_state_with_a_certificate_and_once(used):
    with clock.stopped_at(DUE):
        (done,) = retention.carry_out()
        assert done[1].due.source == "lumen"
        assert retention.carry_out() == []
    assert (rows(used, "usage", tool="lumen"), rows(used, "usage", tool="other")) == (0, MANY)
    assert rows(used, "tickets") == 0
    assert rows(used, "students") == MANY
    workspace = open_workspace(used.district)
    (record,) = retaining.done_before(workspace)
    assert (workspace.root / "erasures" / f"{record['certificate']}.json").is_file()
    assert workspace.lake.tombstones(), "earlier states are sealed again without the rows"
    with within(used.district.pk):
        assert AuditEvent.objects.filter(verb="retention.carry_out").count() == 1


def test_the_clock_waits_for_the_time_of_notice(used):
    with clock.stopped_at(LATER - timedelta(1)):
        daily.run()
    assert rows(used, "usage", tool="lumen") == MANY
    with clock.stopped_at(LATER):
        daily.run()
    assert rows(used, "usage", tool="lumen") == 0


def test_an_order_holds_for_what_the_report_showed_and_is_carried_out_by_the_hour(used):
    lead = used["privacy_lead"]
    with clock.stopped_at(DUE):
        with pytest.raises(Conflict, match="SV170"):
            retention.order(by=lead, seen="0" * 64)
        retention.order(by=lead, seen=retention.schedule(by=lead).report.sha256)
        made = retention.hold(by=lead, kept=Kept("case 12", tool="lumen"))
        hourly.run()
        assert rows(used, "usage", tool="lumen") == MANY, "what is due was another thing by then"
        assert retention.schedule(by=lead).ordered is None
        retention.lift(by=lead, number=made.number, because="settled")
        retention.order(by=lead, seen=retention.schedule(by=lead).report.sha256)
        assert retention.schedule(by=lead).ordered is not None
        hourly.run()
        hourly.run()
    assert rows(used, "usage", tool="lumen") == 0
    assert len(shown(used, DUE).done) == 1


def test_a_hold_keeps_a_class_or_a_tool_until_it_is_lifted_or_ends(used):
    lead = used["privacy_lead"]
    with clock.stopped_at(DUE):
        made = retention.hold(by=lead, kept=Kept("case 12", until=DUE + timedelta(5), retention=Retention.CONTRACT))
        (line,) = retention.schedule(by=lead).report.lines
        assert (line.held_by, line.goes) == ((made.number,), False)
        assert retention.carry_out() == []
    assert shown(used, DUE + timedelta(6)).report.lines[0].goes
    with clock.stopped_at(DUE), pytest.raises(UserFixable, match="PR091"):
        retention.lift(by=lead, number=made.number, because=" ")
    with clock.stopped_at(DUE):
        retention.lift(by=lead, number=made.number, because="settled")
        with pytest.raises(Missing, match="PR092"):
            retention.lift(by=lead, number=made.number, because="settled")
        assert len(retention.carry_out()) == 1


def test_a_hold_on_one_student_keeps_that_students_rows_and_bars_their_erasure(used):
    lead, workspace = used["privacy_lead"], open_workspace(used.district)
    with clock.stopped_at(DUE):
        with pytest.raises(UserFixable, match="PR091"):
            retention.hold(by=lead, kept=Kept(f"about {FIRST}", whose=str(FIRST)))
        retention.hold(by=lead, kept=Kept("request to inspect 7", whose=str(FIRST)))
        assert retention.schedule(by=lead).report.lines[0].people == "29"
        assert str(FIRST) not in (workspace.root / "retention" / "journal.jsonl").read_text()
        retention.carry_out()
        assert (rows(used, "usage", tool="lumen"), rows(used, "usage", person_key=FIRST)) == (1, 2)
        whom = people_named(workspace, [str(FIRST)])
        with pytest.raises(Conflict, match="PR090"):
            erase(workspace, whom, Order(by="the privacy lead", because="letter 1", on=DUE))


def test_few_students_are_not_counted_out(used):
    with clock.stopped_at(DUE):
        for n in range(MANY - 4):
            retention.hold(by=used["privacy_lead"], kept=Kept("case 3", whose=str(FIRST + n)))
    (line,) = shown(used, DUE).report.lines
    assert (line.people, line.rows["usage"]) == ("fewer than 10", "fewer than 10 students")


def test_students_go_a_year_after_they_left_and_not_while_a_cycle_may_need_them(used):
    workspace = open_workspace(used.district)
    left = DAYS[0]
    with workspace.records.writing() as writer:
        gone = [{"person_key": FIRST, "end_date": left}, {"person_key": FIRST + 1, "end_date": None}]
        writer.append("people", canonical("people", gone))
        writer.publish(as_of=left)
    live = Lived("c", "other", left, None)
    day = left + timedelta(365)
    assert retaining.report(workspace, Facts({}, [live]), on=day).lines == ()
    assert retaining.report(workspace, Facts({}, []), on=day - timedelta(1)).lines == ()
    (line,) = retaining.carry_out(workspace, Facts({}, []), on=day, because="a test")
    assert (line.due.source, line.people) == ("left", "fewer than 10")
    assert (rows(used, "usage", person_key=FIRST), rows(used, "usage", person_key=FIRST + 1)) == (0, 2)
    assert retaining.gone_people(workspace, frozenset({FIRST, FIRST + 1})) == {FIRST}


def test_answers_to_briefs_go_once_the_decision_can_no_longer_be_appealed(recorded, monkeypatch):
    monkeypatch.setattr(purging, "_rewrite_database", lambda: None)
    thread = a_thread(recorded.district)
    ends = date(2025, 10, 1)
    with within(recorded.district.pk):
        Cycle.objects.filter(pk=thread[Cycle].pk).update(stopped_on=ends, stopped_because="a test")
    (line,) = [one for one in shown(recorded, ends + timedelta(365)).report.lines if retention.ANSWERS in one.rows]
    assert line.rows[retention.ANSWERS] == "0 to 9"
    with clock.stopped_at(ends + timedelta(365)):
        retention.carry_out()
    with within(recorded.district.pk):
        assert Feedback.objects.count() == 0


def test_only_the_privacy_lead_sees_and_holds(used):
    with clock.stopped_at(DUE):
        for call in (
            lambda who: retention.schedule(by=who),
            lambda who: retention.hold(by=who, kept=Kept("case 1")),
        ):
            with pytest.raises(NotAllowed):
                call(used["analyst"])
        with pytest.raises(Conflict, match="SV171"):
            retention.hold(by=used["privacy_lead"], kept=Kept("case 1", retention=Retention.RECORD))


def test_a_later_agreement_puts_the_day_off(used):
    with clock.stopped_at(DAYS[0]), within(used.district.pk):
        from gainline.store.models.tools import Agreement, Tool

        again = signed(used, Tool.objects.get(key="lumen"))
        Agreement.objects.filter(pk=again.pk).update(destroy_by=DUE + timedelta(100))
    assert shown(used, DUE).report.lines == ()


def test_a_hold_that_says_nothing_is_refused():
    made = Hold("H-1", "office", "case", DUE)
    for wrong in ({"by": " "}, {"because": ""}, {"until": DUE - timedelta(1)}):
        with pytest.raises(UserFixable, match="PR091"):
            replace(made, **wrong)
    assert Hold.from_json_value(made.to_json_value()) == made


def test_a_district_without_a_journal_has_no_hold(recorded):
    assert holds(open_workspace(recorded.district), DUE) == []


def signed_in(ago):
    """Traces of signing in of some days ago, in each of the three tables."""
    at = clock.now() - timedelta(ago)
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        counted = {"failures_since_start": 1} if model is AccessAttempt else {}
        row = model.objects.create(username=f"office {ago}", ip_address="192.0.2.7", **counted)
        model.objects.filter(pk=row.pk).update(attempt_time=at)


def visits():
    return [model.objects.count() for model in (AccessAttempt, AccessFailureLog, AccessLog)]


def told_to_keep_visits(cast, days):
    path = open_workspace(cast.district).root / "gainline.toml"
    path.write_text(f"{path.read_text()}\n[retention]\nvisits_days = {days}\n")


def test_traces_of_signing_in_stay_as_long_as_the_strictest_district_says(used, hillview):
    for ago in (29, 31, 91):
        signed_in(ago)
    with clock.stopped_at(DUE):
        told_to_keep_visits(used, 365)
        retention.carry_out()
        assert visits() == [3, 3, 3]
        make_workspace(hillview.district)
        told_to_keep_visits(hillview, 30)
        (done,) = [line for name, line in retention.carry_out() if line.due.source == "visits"]
    assert (visits(), dict(done.rows)) == ([1, 1, 1], {"visits": "6"})


def test_a_district_whose_settings_cannot_be_read_keeps_no_trace_longer(used):
    signed_in(91)
    (open_workspace(used.district).root / "gainline.toml").write_text("[")
    with clock.stopped_at(DUE):
        retention.carry_out()
    assert visits() == [0, 0, 0]
