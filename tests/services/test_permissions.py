"""The table of permissions over grants, case by case; the matrix of pages walks the same rules through the web."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from gainline.services import clock, people, training
from gainline.services.permissions import (
    DEFAULT_RIGHTS,
    MODULE,
    PERMISSIONS,
    PURPOSES,
    Holding,
    Permission,
    Standing,
    granted_on,
    path_of,
    permitted_anywhere,
    refusal,
    roles_near_people,
    standing_of,
    trained_until,
    wants_training,
)
from gainline.store.models.districts import District, Organization
from gainline.store.words import Purpose, Right, Role

HERE = SimpleNamespace(district_id=7)


def standing(*holdings, rights=None, is_trained=True):
    return Standing(HERE, holdings, dict(DEFAULT_RIGHTS) if rights is None else rights, is_trained)


def holding(role, path="/1/", *, whole=True, purpose=None):
    return Holding(role, purpose or sorted(PURPOSES[role])[0], path, whole)


def row(path, district=7):
    return SimpleNamespace(district_id=district, unit_id=1, unit=Organization(path=path))


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", sorted(PERMISSIONS))
def test_a_role_over_the_district_may_what_its_table_says_and_nothing_else(role, permission):
    asked = PERMISSIONS[permission]
    roles = DEFAULT_RIGHTS[asked.right] if asked.right else asked.roles
    mine = standing(holding(role))
    assert mine.may(permission) is (role in roles)
    assert (permission in permitted_anywhere(mine)) is (role in roles)


@pytest.mark.parametrize("role", list(Role))
def test_without_training_nothing_about_people_is_reached(role):
    trained, lapsed = standing(holding(role)), standing(holding(role), is_trained=False)
    for permission, asked in PERMISSIONS.items():
        assert lapsed.may(permission) is (trained.may(permission) and not asked.about_people)
        assert (permission in permitted_anywhere(lapsed)) is lapsed.may(permission)
    assert wants_training(lapsed) is any(trained.may(name) for name, one in PERMISSIONS.items() if one.about_people)
    assert (role in roles_near_people(dict(DEFAULT_RIGHTS))) is wants_training(lapsed)


def test_without_a_grant_and_for_unknown_permissions_the_answer_is_no():
    assert not any(standing().may(permission) for permission in PERMISSIONS)
    assert standing(holding(Role.EDTECH_LEAD)).may("no.such") is False
    assert permitted_anywhere(standing()) == frozenset()


@pytest.mark.parametrize("role", list(Role))
def test_a_grant_for_a_purpose_that_its_role_does_not_serve_opens_nothing(role):
    for purpose in frozenset(Purpose) - PURPOSES[role]:
        assert not any(standing(holding(role, purpose=purpose)).may(permission) for permission in PERMISSIONS)


def test_a_grant_over_a_school_reaches_what_lies_in_it_and_no_further():
    mine = standing(holding(Role.EDTECH_LEAD, "/1/2/", whole=False))
    assert mine.may("aim.write", row("/1/2/"))
    assert mine.may("aim.write", row("/1/2/5/"))
    assert not mine.may("aim.write", row("/1/3/"))
    assert not mine.may("aim.write", row("/1/"))
    assert not mine.may("aim.write")
    assert mine.may("district.read", row("/1/3/"))


def test_one_of_several_grants_is_enough():
    teacher, lead = holding(Role.TEACHER), holding(Role.EDTECH_LEAD, "/1/2/", whole=False)
    mine = standing(teacher, lead)
    assert mine.roles == {Role.TEACHER, Role.EDTECH_LEAD}
    assert mine.may("aim.write", row("/1/2/"))
    assert not mine.may("aim.write", row("/1/4/"))


@pytest.mark.parametrize("role", list(Role))
def test_rows_of_another_district_stay_closed(role):
    for permission in PERMISSIONS:
        assert not standing(holding(role)).may(permission, row("/1/", district=8))
        assert not standing(holding(role)).may(permission, District(pk=8))


def test_the_own_district_as_a_row_is_the_district_as_a_whole():
    assert standing(holding(Role.EDTECH_LEAD)).may("aim.write", District(pk=7))
    assert not standing(holding(Role.EDTECH_LEAD, "/1/2/", whole=False)).may("aim.write", District(pk=7))


def test_decision_rights_follow_the_districts_own_table():
    mine = {right: frozenset({Role.TEACHER}) for right in Right}
    assert standing(holding(Role.TEACHER), rights=mine).may("cycle.decide")
    assert not standing(holding(Role.EDTECH_LEAD), rights=mine).may("cycle.decide")
    assert not standing(holding(Role.EDTECH_LEAD), rights={}).may("cycle.decide")
    assert "cycle.decide" in permitted_anywhere(standing(holding(Role.TEACHER), rights=mine))


def test_a_rows_path_is_its_units_or_that_of_what_it_belongs_to():
    unit = Organization(path="/1/2/")
    aim = SimpleNamespace(unit_id=2, unit=unit)
    cycle = SimpleNamespace(unit_id=None, aim_id=3, aim=aim)
    assert path_of(None) is path_of(District(pk=7)) is path_of(SimpleNamespace()) is None
    assert path_of(unit) == path_of(aim) == path_of(cycle) == "/1/2/"
    assert path_of(SimpleNamespace(cycle_id=4, cycle=cycle)) == "/1/2/"
    assert path_of(SimpleNamespace(review_id=5, review=SimpleNamespace(cycle_id=4, cycle=cycle))) == "/1/2/"


def test_a_grant_lives_from_its_first_to_its_last_day_unless_withdrawn():
    day = date(2026, 2, 1)
    grant = SimpleNamespace(starts=day, ends=day + timedelta(days=2), withdrawn_at=None)
    alive = [granted_on(grant, day + timedelta(days=away)) for away in (-1, 0, 2, 3)]
    assert alive == [False, True, True, False]
    assert granted_on(SimpleNamespace(starts=day, ends=None, withdrawn_at=None), day + timedelta(days=999))
    assert not granted_on(SimpleNamespace(starts=day, ends=None, withdrawn_at=day), day)


def test_a_refusal_says_whether_training_or_a_grant_is_missing():
    lead = holding(Role.EDTECH_LEAD)
    assert refusal(standing(lead), "record.import") is None
    assert "SV135" in str(refusal(standing(lead, is_trained=False), "record.import"))
    assert "SV001" in str(refusal(standing(holding(Role.TEACHER), is_trained=False), "record.import"))
    assert "SV001" in str(refusal(standing(holding(Role.TEACHER)), "record.import"))
    school = holding(Role.EDTECH_LEAD, "/1/2/", whole=False)
    assert refusal(standing(school), "aim.write", somewhere=True) is None
    assert refusal(standing(school), "aim.write", row("/1/2/")) is None
    assert "SV001" in str(refusal(standing(school), "aim.write"))


def test_a_passed_training_counts_for_the_districts_days_and_a_failed_or_later_one_does_not():
    day, district = date(2026, 2, 1), SimpleNamespace(training_days=365)

    def taken(away=0, **changes):
        words = {"module": MODULE, "score": 5, "asked": 5, "taken_on": day + timedelta(days=away)} | changes
        return SimpleNamespace(**words)

    assert trained_until([], district, day) is None
    assert trained_until([taken()], district, day) == day + timedelta(days=364)
    assert trained_until([taken(-9), taken(-3)], district, day) == day + timedelta(days=361)
    for wrong in (taken(1), taken(score=4), taken(module="another")):
        assert trained_until([wrong], district, day) is None


def test_what_reaches_people_and_what_goes_over_any_unit_is_this_and_nothing_else():
    assert {name for name, one in PERMISSIONS.items() if one.about_people} == {
        "cycle.draw", "cycle.look", "evidence.read", "record.import", "record.read", "identity.settle", "glass.break",
        "release.send",
    }  # fmt: skip
    assert {name for name, one in PERMISSIONS.items() if one.anywhere} == {
        "district.read", "cycle.review", "evidence.read", "record.import", "record.read", "glass.break", "note.write",
        "people.read", "token.issue", "audit.read", "library.write",
    }  # fmt: skip


@pytest.mark.parametrize("value", [PERMISSIONS["aim.write"], holding(Role.TEACHER), standing()])
def test_nobody_changes_what_a_permission_a_grant_or_a_standing_says(value):
    name = fields(value)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(value, name, getattr(value, name))
    assert not hasattr(value, "__dict__")


def test_who_says_nothing_of_a_training_has_none():
    assert not Standing(HERE, (), {}).is_trained
    assert not Permission("be here").anywhere
    assert not Permission("be here").about_people


def test_a_menu_asks_for_a_training_only_where_it_is_missing():
    asks = refusal(standing(holding(Role.ANALYST, whole=False), is_trained=False), "record.import", somewhere=True)
    assert "SV135" in str(asks)
    assert "SV001" in str(refusal(standing(holding(Role.BOARD_MEMBER), is_trained=False), "cycle.draw", somewhere=True))


DAY = date(2027, 3, 1)


@pytest.fixture
def newcomer(cast):
    """A colleague who took the training with a grant that is gone."""
    with clock.stopped_at(DAY):
        one = people.invite(by=cast.lead, name="Nia New", email="nia@riverbend.example")
        first = people.grant(by=cast.lead, account=one, role=Role.TEACHER, unit=cast.school)
        training.take(by=one, answers=training.ANSWERS)
        people.withdraw(by=cast.lead, held=first)
    return one


def granted(cast, account, role, unit, ends=None):
    with clock.stopped_at(DAY):
        return people.grant(by=cast.lead, account=account, role=role, unit=unit, ends=ends)


def found_on(account, day=DAY):
    with clock.stopped_at(day):
        return standing_of(account)


def test_what_an_account_may_do_is_read_from_its_living_grants(cast, newcomer):
    assert found_on(newcomer).holdings == ()
    granted(cast, newcomer, Role.ANALYST, cast.root)
    granted(cast, newcomer, Role.COACH, cast.school, ends=DAY + timedelta(days=2))
    gone = granted(cast, newcomer, Role.PRINCIPAL, cast.school)
    with clock.stopped_at(DAY):
        people.withdraw(by=cast.lead, held=gone)
    over_all = Holding(Role.ANALYST, Purpose.EVALUATE, cast.root.path, True)
    coach = found_on(newcomer).holdings[1]
    assert found_on(newcomer, DAY + timedelta(days=2)).holdings == (over_all, coach)
    assert (coach.role, coach.path, coach.is_whole_district) == (Role.COACH, cast.school.path, False)
    assert found_on(newcomer, DAY + timedelta(days=3)).holdings == (over_all,)
    assert found_on(newcomer, DAY - timedelta(days=1)).holdings == ()
    assert found_on(newcomer).account == newcomer


def test_a_program_has_the_one_grant_of_its_token(cast, newcomer):
    granted(cast, newcomer, Role.COACH, cast.school)
    held = granted(cast, newcomer, Role.ANALYST, cast.root)
    newcomer.through = SimpleNamespace(grant_id=held.pk)
    assert found_on(newcomer).roles == {Role.ANALYST}
    newcomer.through = None
    assert found_on(newcomer).roles == {Role.ANALYST, Role.COACH}


def test_whoever_was_let_go_may_nothing_and_what_is_known_is_not_asked_twice(cast, newcomer):
    granted(cast, newcomer, Role.ANALYST, cast.root)
    newcomer.is_active = False
    assert found_on(newcomer) == Standing(newcomer, (), {})
    newcomer.known = "what was found"
    assert found_on(newcomer) == "what was found"


def test_the_districts_own_table_of_decision_rights_is_read_whole(cast, newcomer):
    assert found_on(newcomer).rights == DEFAULT_RIGHTS
    with clock.stopped_at(DAY):
        people.set_decision_right(by=cast.lead, right=Right.DECIDE, roles=[Role.PRINCIPAL, Role.AUDITOR])
    assert found_on(newcomer).rights == DEFAULT_RIGHTS | {Right.DECIDE: frozenset({Role.PRINCIPAL, Role.AUDITOR})}


def test_a_training_counts_through_its_last_day(cast, newcomer):
    last = DAY + timedelta(days=cast.district.training_days - 1)
    assert [found_on(newcomer, day).is_trained for day in (DAY, last, last + timedelta(days=1))] == [True, True, False]
    with clock.stopped_at(DAY):
        nobody = people.invite(by=cast.lead, name="Noah New", email="noah@riverbend.example")
    assert not found_on(nobody).is_trained
