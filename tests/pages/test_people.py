"""The people pages: who holds what, granted by others only, and ended at any time."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from gainline.services import people
from gainline.services.permissions import standing_of
from gainline.store.models.grants import Grant
from gainline.store.tenancy import within
from gainline.store.words import Role


@pytest.fixture
def led(cast, client):
    client.force_login(cast.lead)
    return client


def grant_of(cast, role):
    with within(cast.district.pk):
        return Grant.objects.get(account=cast[role], role=role)


@pytest.mark.parametrize("name", ["people:people", "people:rights", "people:units", "people:invite"])
def test_those_who_govern_open_every_page(led, name):
    assert led.get(reverse(name)).status_code == 200


def test_everybody_is_listed_with_what_they_hold(led, cast):
    page = led.get("/people/").content.decode()
    for account in cast.members.values():
        assert account.name in page
    assert "Principal, Oak School" in page


def test_the_list_takes_no_query_per_row(led, cast, django_assert_max_num_queries):
    root = people.root(by=cast.lead)
    for number in range(20):
        made = people.invite(by=cast.lead, name=f"Person {number}", email=f"p{number}@riverbend.example")
        people.grant(by=cast.lead, account=made, role=Role.TEACHER, unit=root)
    with django_assert_max_num_queries(12):
        led.get("/people/")


def test_a_colleague_is_invited_granted_a_role_and_the_grant_ended(led, cast):
    made = led.post("/people/invite/", {"name": "New One", "email": "new@riverbend.example", "language": "en"})
    page = made["Location"]
    assert b"An account alone shows nothing" in led.get(page).content
    said = {"role": "coach", "unit": cast.root.public_id, "purpose": "", "ends": ""}
    assert led.post(page, said).status_code == 302
    with within(cast.district.pk):
        held = Grant.objects.get(account__email="new@riverbend.example")
    assert led.get(f"/people/grants/{held.public_id}/end/").status_code == 200
    led.post(f"/people/grants/{held.public_id}/end/")
    assert standing_of(held.account).roles == frozenset()
    assert b"No longer held" in led.get(page).content


def test_a_colleague_gets_a_role_and_a_link_and_chooses_a_password(led):
    said = {"name": "New One", "email": "new@riverbend.example", "language": "en", "role": "analyst"}
    page = led.post("/people/invite/", said)["Location"]
    assert b"has no password yet" in led.get(page).content
    shown = led.post(f"{page}link/")
    assert "no-store" in shown["Cache-Control"]
    link = re.search(r'value="https?://[^/]+(/accounts/[^"]+)"', shown.content.decode())[1]
    stranger = Client()
    form = stranger.get(link, follow=True)
    password = "a long walk through pages"
    chosen = {"password1": password, "password2": password}
    assert stranger.post(form.request["PATH_INFO"], chosen).status_code == 302
    said = {"login": "new@riverbend.example", "password": password}
    assert Client().post("/accounts/login/", said)["Location"] == "/"
    assert led.post(f"{page}link/").status_code == 409
    assert b"SV085" in led.post(f"{page}link/").content
    assert b"Make a sign-in link" not in led.get(page).content
    assert b"password1" not in Client().get(link, follow=True).content


def test_an_address_that_is_taken_is_said_beside_its_field(led, cast):
    said = {"name": "Twin", "email": cast["analyst"].email, "language": "en"}
    answer = led.post("/people/invite/", said)
    assert answer.status_code == 422
    assert b"already has an account" in answer.content


def test_nobody_grants_to_themselves(led, cast):
    page = reverse("people:person", args=[cast.lead.public_id])
    assert b"Nobody grants to themselves" in led.get(page).content
    led.post(page, {"role": "analyst", "unit": cast.root.public_id})
    assert standing_of(cast.lead).roles == {Role.EDTECH_LEAD}


def test_a_role_that_does_not_serve_the_purpose_is_said_at_the_form(led, cast):
    page = reverse("people:person", args=[cast["teacher"].public_id])
    answer = led.post(page, {"role": "teacher", "unit": cast.root.public_id, "purpose": "audit"})
    assert answer.status_code == 422
    assert b"does not serve this purpose" in answer.content


def test_the_last_leads_grant_stays(led, cast):
    held = grant_of(cast, Role.EDTECH_LEAD)
    assert led.post(f"/people/grants/{held.public_id}/end/").status_code == 409


def test_a_decision_right_is_changed_and_never_emptied(led, cast):
    led.post("/people/rights/", {"right": "decide", "roles": ["edtech_lead", "principal"]})
    assert b"EdTech lead, Principal" in led.get("/people/rights/").content
    led.post("/people/rights/", {"right": "decide"})
    assert b"EdTech lead, Principal" in led.get("/people/rights/").content


def test_a_unit_is_added_once(led, cast):
    said = {"kind": "school", "name": "Ash School", "code": "", "parent": cast.root.public_id}
    assert led.post("/people/units/", said).status_code == 302
    again = led.post("/people/units/", said)
    assert again.status_code == 422
    assert b"Another unit has this name" in again.content


def test_who_only_reads_sees_no_way_to_change(cast, client):
    client.force_login(cast["auditor"])
    page = client.get(reverse("people:person", args=[cast["analyst"].public_id])).content
    assert b"End it" not in page
    assert b"Grant a role" not in page
    assert client.post("/people/rights/", {"right": "decide", "roles": ["auditor"]}).status_code in {302, 403}
    assert people.decision_rights(by=cast.lead)["decide"] == [Role.EDTECH_LEAD]


def test_a_code_of_each_refusal_is_kept(cast):
    from gainline.engine.core.errors import Conflict
    from gainline.store.words import UnitKind

    with pytest.raises(Conflict, match="SV071"):
        people.add_unit(by=cast.lead, kind=UnitKind.SCHOOL, name="Oak School", parent=cast.root)
