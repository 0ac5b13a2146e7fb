"""The training gate: what reaches people closes on the day that a training lapses, and opens with the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gainline.engine.core.errors import Conflict, NotAllowed
from gainline.services import clock, evidence, people, training
from gainline.services.permissions import PERMISSIONS, permitted_anywhere, standing_of
from gainline.store.models.trainings import Training
from gainline.store.tenancy import within
from gainline.store.words import Role
from gainline.web.pages.training.lessons import lessons

DAY = date(2027, 3, 1)
NEAR = sorted(name for name, one in PERMISSIONS.items() if one.about_people)


@pytest.fixture
def newcomer(cast):
    """An analyst who never took the training."""
    with clock.stopped_at(DAY):
        one = people.invite(by=cast.lead, name="Nia New", email="nia@riverbend.example")
        people.grant(by=cast.lead, account=one, role=Role.ANALYST, unit=cast.root)
    return one


def reach(account, day):
    with clock.stopped_at(day):
        standing = standing_of(account)
    return sorted(set(permitted_anywhere(standing)) & set(NEAR)), sorted(n for n in NEAR if standing.may(n))


def test_the_gate_stands_before_everything_that_reaches_people():
    assert {"evidence.read", "record.import", "record.read", "identity.settle", "cycle.look"} < set(NEAR)


def test_without_training_no_permission_reaches_people_and_the_refusal_says_the_way(newcomer):
    assert reach(newcomer, DAY) == ([], [])
    with clock.stopped_at(DAY), pytest.raises(NotAllowed, match="SV135") as refused:
        evidence.ask_measure(by=newcomer, indicator="license_utilization", groups=[])
    assert "/training/" in refused.value.remedy


def test_a_training_counts_for_365_days_and_not_for_one_more(newcomer):
    with clock.stopped_at(DAY):
        training.take(by=newcomer, answers=training.ANSWERS)
    last = DAY + timedelta(days=364)
    assert reach(newcomer, last)[1], "on its last day it counts"
    assert reach(newcomer, last + timedelta(days=1)) == ([], []), "the day after, it does not"
    assert reach(newcomer, DAY - timedelta(days=1)) == ([], []), "nor before it was taken"


def test_one_wrong_answer_is_written_down_and_opens_nothing(newcomer):
    with clock.stopped_at(DAY):
        taken = training.take(by=newcomer, answers=training.ANSWERS | {"names": "mail"})
        assert (taken.score, taken.asked) == (4, 5)
        assert training.own(by=newcomer).is_lapsed
    assert reach(newcomer, DAY) == ([], [])


def test_every_question_is_answered_at_once(newcomer):
    with clock.stopped_at(DAY), pytest.raises(Conflict, match="SV136"):
        training.take(by=newcomer, answers={"names": "stay-here"})


def test_a_district_may_be_stricter_than_a_year_and_never_laxer(cast, newcomer):
    with clock.stopped_at(DAY):
        training.take(by=newcomer, answers=training.ANSWERS)
        training.set_days(by=cast.lead, days=30)
        newcomer.district.refresh_from_db()
        for days in (29, 366):
            with pytest.raises(Conflict, match="SV137"):
                training.set_days(by=cast.lead, days=days)
    assert reach(newcomer, DAY + timedelta(days=29))[1]
    assert reach(newcomer, DAY + timedelta(days=30)) == ([], [])


def test_who_governs_sees_whose_training_is_due_and_only_of_those_who_need_one(cast, newcomer):
    with clock.stopped_at(DAY):
        assert [one.account.name for one in training.due(by=cast.lead)] == ["Nia New"]
        training.take(by=newcomer, answers=training.ANSWERS)
        assert training.due(by=cast.lead) == []
        assert training.own(by=cast["board_member"]) is None, "what was released needs no training"
    with clock.stopped_at(DAY + timedelta(days=340)):
        assert training.own(by=newcomer).is_due
        assert not training.own(by=newcomer).is_lapsed


def test_a_record_of_training_is_never_changed(newcomer):
    with clock.stopped_at(DAY):
        taken = training.take(by=newcomer, answers=training.ANSWERS | {"names": "mail"})
    with within(newcomer.district_id), pytest.raises(Conflict, match="ST002"):
        taken.save()
    with within(newcomer.district_id), pytest.raises(Conflict, match="ST002"):
        Training.objects.update(score=5)


def test_the_pages_ask_every_question_with_its_right_answer_among_others():
    asked = {one.key: {key for key, _ in one.answers} for one in lessons(365)}
    assert set(asked) == set(training.ANSWERS)
    assert all(right in asked[key] and len(asked[key]) > 1 for key, right in training.ANSWERS.items())


def test_a_standing_that_nobody_computed_counts_as_untrained(cast):
    standing = standing_of(cast.lead)
    assert not replace(standing, is_trained=False).may("evidence.read")
