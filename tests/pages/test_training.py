"""The training's pages, and that on the day it lapses no address reaches data about people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gainline.services import clock, people, training
from gainline.services.permissions import PERMISSIONS
from gainline.store.models.trainings import Training
from gainline.store.tenancy import within
from gainline.store.words import Role
from pages.addresses import filled, pages

NEAR = [(route, rule) for route, rule in pages() if rule.permission and PERMISSIONS[rule.permission].about_people]


def lapsed_on(cast):
    """The day on which nobody's training counts any more."""
    with within(cast.district.pk):
        return Training.objects.order_by("-taken_on").first().taken_on + timedelta(days=365)


@pytest.fixture
def new(cast, client):
    """An analyst who has just been granted the role, signed in."""
    one = people.invite(by=cast.lead, name="Nia New", email="nia@riverbend.example")
    people.grant(by=cast.lead, account=one, role=Role.ANALYST, unit=cast.root)
    client.force_login(one)
    return one


@pytest.mark.parametrize("role", [Role.ANALYST, Role.PRIVACY_LEAD, Role.AUDITOR])
def test_on_the_day_it_lapses_no_address_reaches_data_about_people(cast, client, role):
    client.force_login(cast[role])
    with clock.stopped_at(lapsed_on(cast)):
        open_ = [
            (route, method)
            for route, _ in NEAR
            for method in ("get", "post")
            if getattr(client, method)(filled(route, "x")).status_code not in {403, 405}
        ]
    assert len(NEAR) > 10
    assert open_ == []


def test_the_day_before_they_open(cast, client):
    client.force_login(cast[Role.ANALYST])
    with clock.stopped_at(lapsed_on(cast) - timedelta(days=1)):
        assert client.get("/reports/new/").status_code == 404, "a cycle is missing, not the right"
    with clock.stopped_at(lapsed_on(cast)):
        refused = client.get("/reports/new/")
    assert refused.status_code == 403
    assert b"SV135" in refused.content
    assert b'href="/training/"' in refused.content


def test_whoever_never_took_it_begins_with_it(new, client):
    assert client.get("/")["Location"] == "/training/"
    page = client.post("/training/", training.ANSWERS | {"names": "mail"})
    assert page.status_code == 422
    assert page.content.decode().count("This is not what the rule says") >= 1
    assert client.post("/training/", {"names": "stay-here"}).status_code == 422
    assert client.post("/training/", training.ANSWERS)["Location"] == "/"
    assert client.get("/").status_code == 200


def test_it_speaks_spanish(new, client, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    page = client.get("/training/", headers={"accept-language": "es"}).content.decode()
    assert "Los grupos pequeños quedan ocultos" in page


def test_who_governs_sees_whose_training_is_due_and_sets_how_long_one_counts(new, cast, client):
    client.force_login(cast.lead)
    page = client.get("/people/trainings/").content.decode()
    assert "Nia New" in page
    assert "Never taken" in page
    assert client.post("/people/trainings/", {"days": "400"}).status_code == 422
    assert client.post("/people/trainings/", {"days": "180"}).status_code == 302
    cast.district.refresh_from_db()
    assert cast.district.training_days == 180
