"""Break-glass and the log of reads: an hour, named students, reading only, told at once, reviewed by somebody else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from gainline.engine.core.errors import Conflict, Missing, NotAllowed
from gainline.services import clock, desk, emergency, reads, week, worklist
from gainline.services.week import Kind
from gainline.store.models.audit import AuditEvent
from gainline.store.models.reads import BrokenGlass, Read
from gainline.store.tenancy import within

REASON = "A child did not come home and the police ask."
DAY = date(2026, 6, 8)


@pytest.fixture
def roster(recorded, monkeypatch):
    """A roster of two, without the lake: what is looked up there is given instead."""
    rows = {
        11: {"given_name": "Zoe", "family_name": "Quill", "school": "Oak", "grade": "4"},
        12: {"given_name": "Yan", "family_name": "Ames", "school": "Elm", "grade": "5"},
    }
    numbers = {"4711": 11, "4712": 12}

    class Whom:
        def __init__(self, keys):
            self.keys = keys

    def named(_workspace, said):
        if said[0] not in numbers:
            raise Missing("PR057: nobody", "give another")
        return Whom(frozenset({numbers[said[0]]}))

    monkeypatch.setattr(emergency, "rostered", lambda _workspace: rows)
    monkeypatch.setattr(emergency, "people_named", named)
    monkeypatch.setattr(emergency.consenting, "person_of", lambda workspace, key: emergency.token(workspace.salt, key))
    with clock.stopped_at(DAY):
        yield recorded


def broken(cast, by="principal", students=("4711",)):
    return emergency.break_glass(by=cast[by], reason=REASON, reference="Case 17", students=students)


def test_it_takes_a_reason_a_case_and_named_students(roster):
    by = roster["principal"]
    for reason, reference, students in (("Too short", "17", ["4711"]), (REASON, " ", ["4711"]), (REASON, "17", [" "])):
        with pytest.raises(Conflict, match="SV143"):
            emergency.break_glass(by=by, reason=reason, reference=reference, students=students)
    with pytest.raises(Missing, match="PR057"):
        emergency.break_glass(by=by, reason=REASON, reference="17", students=["9"])
    with pytest.raises(NotAllowed, match="SV001"):
        broken(roster, by="board_member")


def test_it_opens_the_named_students_and_nobody_else_to_who_broke_it(roster):
    glass = broken(roster)
    shown = emergency.opened(by=roster["principal"], glass=glass)
    assert [one.row["family_name"] for one in shown] == ["Quill"]
    with pytest.raises(Missing, match="SV145"):
        emergency.opened(by=roster["coach"], glass=glass)


def test_after_sixty_minutes_it_is_shut(roster, monkeypatch):
    glass = broken(roster)
    assert glass.ends_at - glass.opened_at == timedelta(minutes=60)
    monkeypatch.setattr(clock, "now", lambda: glass.ends_at)
    assert emergency.own_open(by=roster["principal"]) is None
    with pytest.raises(Missing, match="SV145"):
        emergency.opened(by=roster["principal"], glass=glass)


def test_it_gives_no_permission_and_so_no_writing(roster):
    broken(roster)
    with pytest.raises(NotAllowed, match="SV001"):
        worklist.settle(by=roster["principal"], confirmed=[], rejected=["x"])


def test_privacy_lead_and_auditor_are_told_at_once_and_the_trail_names_nobody(roster):
    glass = broken(roster)
    for who in ("privacy_lead", "auditor"):
        lines = week.this_week(by=roster[who]).at_risk
        assert [one.day for one in lines if one.kind is Kind.GLASS] == [glass.review_by]
    with within(roster.district.pk):
        event = AuditEvent.objects.order_by("-seq").first()
    assert (event.verb, event.target) == ("emergency.break_glass", glass.public_id)
    assert "Quill" not in str(event.words)
    assert "4711" not in str(event.words) + str(glass.students)


def test_somebody_else_reviews_it_once_in_words(roster):
    glass = broken(roster, by="privacy_lead")
    with pytest.raises(Conflict, match="SV146"):
        emergency.review(by=roster["privacy_lead"], glass=glass, found="Fine")
    with pytest.raises(Conflict, match="SV146"):
        emergency.review(by=roster["auditor"], glass=glass, found=" ")
    done = emergency.review(by=roster["auditor"], glass=glass, found="The case was real.")
    assert done.reviewed_on == DAY
    with pytest.raises(Conflict, match="SV146"):
        emergency.review(by=roster["auditor"], glass=done, found="Again")
    assert emergency.unreviewed(by=roster["auditor"]) == []
    done.reviewed_by = roster["privacy_lead"]
    with within(roster.district.pk), pytest.raises(IntegrityError), transaction.atomic():
        done.save()


def test_every_broken_glass_is_reviewed_or_blocks_its_breaker(roster):
    glass = broken(roster)
    assert glass.review_by == date(2026, 6, 15), "five working days after a Monday"
    with clock.stopped_at(glass.review_by):
        broken(roster)
    with clock.stopped_at(glass.review_by + timedelta(days=1)):
        with pytest.raises(Conflict, match="SV144"):
            broken(roster)
        emergency.review(by=roster["auditor"], glass=glass, found="The case was real.")
        broken(roster, students=("4712",))


@pytest.mark.parametrize(("day", "due"), [(date(2026, 6, 5), date(2026, 6, 12)), (date(2026, 6, 6), date(2026, 6, 12))])
def test_weekends_are_no_working_days(day, due):
    assert emergency.working_days_after(day, 5) == due


def test_each_showing_is_written_down_without_a_name(roster):
    glass = broken(roster)
    emergency.opened(by=roster["principal"], glass=glass)
    emergency.opened(by=roster["principal"], glass=glass)
    found = reads.reads(by=roster["auditor"])
    assert [(one.account.name, one.about, one.glass_id) for one in found] == 2 * [
        ("Priya Principal", glass.students, glass.pk)
    ]
    with pytest.raises(NotAllowed):
        reads.reads(by=roster.lead)
    with within(roster.district.pk), pytest.raises(Conflict, match="ST002"):
        Read.objects.all().delete()


def test_the_worklist_writes_down_whose_names_it_showed(roster):
    class One:
        id = "a1b2"

    worklist.shown(by=roster["analyst"], found=[One()])
    worklist.shown(by=roster["analyst"], found=[])
    found = reads.reads(by=roster["privacy_lead"])
    assert [(one.kind, one.about) for one in found] == [("worklist", ["a1b2"])]


def test_a_lapsed_training_shuts_the_glass_too(roster):
    glass = broken(roster)
    with clock.stopped_at(DAY + timedelta(days=900)), pytest.raises(NotAllowed, match="SV135"):
        emergency.opened(by=roster["principal"], glass=glass)


def test_the_glass_belongs_to_its_district(roster, hillview):
    glass = broken(roster)
    with within(hillview.district.pk):
        assert BrokenGlass.objects.count() == 0
    with pytest.raises(Missing, match="SV002"):
        desk.authorize(hillview["principal"], "glass.break", glass)
