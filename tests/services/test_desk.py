"""The desk is the only door: every service is declared, authorizes, and leaves its event or nothing."""

from __future__ import annotations

import inspect
from datetime import date
from importlib import import_module
from pkgutil import iter_modules

import pytest
from django.db import connection

from gainline import services
from gainline.engine.core.errors import Conflict, Missing, NotAllowed
from gainline.services import aims, desk, governance, notes, people
from gainline.services.desk import Declared
from gainline.services.permissions import PERMISSIONS, standing_of
from gainline.store.models.aims import Aim
from gainline.store.models.audit import AuditEvent
from gainline.store.models.grants import Grant
from gainline.store.tenancy import within
from gainline.store.words import Purpose, Right, Role

# What the verbs are made of; they change nothing by themselves.
PARTS = {"desk", "permissions", "clock", "stages", "deadlines", "findings", "agreed"}
INNER = {"workspaces.folder_of", "workspaces.open_workspace", "workspaces.make_workspace", "workspaces.plan_file"}
INNER |= {"imports.keep_one_aside", "remembering.remembered", "remembering.keep", "remembering.waiting_at_most"}
INNER |= {"quality.looked"}
INNER |= {"release_desk.clear", "release_desk.close", "release_desk.asks_of", "release_desk.object_digest"}
INNER |= {"release_desk.asked_about", "letters.keep_page"}
INNER |= {"release_desk.evidence_of", "release_desk.begin", "release_desk.enter"}
INNER |= {"letters.asks_of", "reads.write_read", "emergency.is_blocked", "emergency.working_days_after"}
INNER |= {"queue.put", "queue.run", "queue.telling", "evidence.keep", "notes.travelling"}
DAY = date(2030, 6, 1)


def public_services():
    for found in iter_modules(services.__path__):
        if found.name in PARTS:
            continue
        module = import_module(f"gainline.services.{found.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield f"{found.name}.{name}", function


def grant_of(cast, role):
    with within(cast.district.pk):
        return Grant.objects.select_related("unit").get(account=cast[role], role=role)


def test_every_public_function_of_every_service_is_declared():
    bare = {
        name for name, function in public_services() if not isinstance(getattr(function, "declared", None), Declared)
    }
    assert bare == INNER, "decorate it with desk.verb, desk.reading, desk.founding or desk.carrying"


def test_every_verb_and_reading_takes_its_actor_by_name_and_nothing_by_position():
    for name, function in public_services():
        declared = getattr(function, "declared", None)
        if declared is None or declared.kind not in {"verb", "reading"}:
            continue
        parameters = inspect.signature(function).parameters
        assert "by" in parameters, name
        assert all(p.kind is p.KEYWORD_ONLY for p in parameters.values()), name
        assert declared.permission in PERMISSIONS, name
        assert declared.on is None or declared.on in parameters, name
        assert set(declared.words) <= set(parameters), name


def test_every_permission_is_used_by_some_service():
    used = {getattr(function, "declared", Declared("", None)).permission for _, function in public_services()}
    assert set(PERMISSIONS) - used == set()


def test_a_verb_leaves_its_event_in_the_same_transaction(cast):
    aim = aims.set_aim(by=cast.lead, unit=cast.root, title="More read well", by_when=DAY)
    with within(cast.district.pk):
        event = AuditEvent.objects.order_by("-seq").first()
    assert (event.verb, event.target, event.actor_id) == ("aims.set_aim", aim.public_id, cast.lead.pk)
    assert event.words == {"title": "More read well", "by_when": "2030-06-01"}


def test_a_verb_that_fails_leaves_nothing(cast, monkeypatch):
    def broken(**_):
        raise RuntimeError("the trail is full")

    monkeypatch.setattr(desk, "write_down", broken)
    with pytest.raises(RuntimeError):
        aims.set_aim(by=cast.lead, unit=cast.root, title="More read well", by_when=DAY)
    with within(cast.district.pk):
        assert not Aim.objects.exists()


def test_who_has_no_grant_is_refused(cast):
    with pytest.raises(NotAllowed, match="SV001"):
        aims.set_aim(by=cast["teacher"], unit=cast.school, title="Mine", by_when=DAY)


def test_a_grant_over_a_school_holds_for_that_school_only(cast):
    people.set_decision_right(by=cast.lead, right=Right.DECIDE, roles=[Role.PRINCIPAL])
    standing = standing_of(cast["principal"])
    assert standing.may("cycle.decide", cast.school)
    assert not standing.may("cycle.decide", cast.other_school)
    assert not standing.may("cycle.decide")


def test_nobody_grants_to_themselves(cast):
    with pytest.raises(Conflict, match="SV003"):
        people.grant(by=cast.lead, account=cast.lead, role=Role.ANALYST, unit=cast.root)


def test_a_role_serves_its_purposes_only(cast):
    with pytest.raises(Conflict, match="SV005"):
        people.grant(by=cast.lead, account=cast["teacher"], role=Role.TEACHER, unit=cast.root, purpose=Purpose.AUDIT)


def test_the_last_lead_keeps_the_grant(cast):
    held = grant_of(cast, Role.EDTECH_LEAD)
    with pytest.raises(Conflict, match="SV007"):
        people.withdraw(by=cast["privacy_lead"], held=held)


def test_a_withdrawn_grant_ends_at_once(cast):
    held = grant_of(cast, Role.ANALYST)
    assert standing_of(cast["analyst"]).may("record.import")
    people.withdraw(by=cast.lead, held=held)
    assert not standing_of(cast["analyst"]).may("record.import")


def test_an_account_that_is_closed_may_nothing(cast):
    cast.lead.is_active = False
    assert not standing_of(cast.lead).may("district.read")


def test_an_unknown_permission_is_never_held(cast):
    assert not standing_of(cast.lead).may("everything")


def test_invitations_grants_and_rights_that_make_no_sense_are_refused(cast):
    with pytest.raises(Conflict, match="SV004"):
        people.invite(by=cast.lead, name="Twice", email=cast.lead.email)
    with pytest.raises(Conflict, match="SV006"):
        people.grant(by=cast.lead, account=cast["coach"], role=Role.COACH, unit=cast.root, ends=date(2001, 1, 1))
    with pytest.raises(Conflict, match="SV008"):
        people.set_decision_right(by=cast.lead, right=Right.DECIDE, roles=[])


def test_another_districts_rows_do_not_exist(cast, hillview):
    aim = aims.set_aim(by=cast.lead, unit=cast.root, title="More read well", by_when=DAY)
    with pytest.raises(Missing, match="SV002"):
        aims.aim(by=hillview.lead, public_id=aim.public_id)
    with pytest.raises(Missing, match="SV002"):
        aims.change_aim(by=hillview.lead, aim=aim, title="Ours now", by_when=DAY)
    assert aims.aims(by=hillview.lead) == []


def test_the_trail_is_chained_and_a_changed_event_is_found(cast):
    aims.set_aim(by=cast.lead, unit=cast.root, title="More read well", by_when=DAY)
    auditor = cast["auditor"]
    assert governance.verify_trail(by=auditor) == []
    with connection.cursor() as cursor:
        drop = "DROP TRIGGER kept_store_auditevent_update"
        if connection.vendor == "postgresql":
            drop = "DROP TRIGGER kept_store_auditevent ON store_auditevent"
        cursor.execute(drop)
        cursor.execute("UPDATE store_auditevent SET verb = 'aims.close_aim' WHERE seq = 3")
    assert [issue.code for issue in governance.verify_trail(by=auditor)] == ["SV037"]


def test_a_note_is_taken_down_by_its_writer_or_a_lead(cast):
    with pytest.raises(Conflict, match="SV038"):
        notes.pin(by=cast["coach"], says="Snow week")
    note = notes.pin(by=cast["coach"], says="Snow week", on=DAY)
    with pytest.raises(Conflict, match="SV039"):
        notes.unpin(by=cast["teacher"], note=note)
    notes.unpin(by=cast.lead, note=note)
    assert notes.notes(by=cast["coach"]) == []
