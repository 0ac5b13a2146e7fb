"""What ends, ends at every address; and nobody finds a ranking of teachers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gainline.engine.core.errors import Conflict
from gainline.services import clock, evidence, indicators, people
from gainline.store.models.grants import Grant
from gainline.store.tenancy import within
from gainline.store.words import Role
from pages.addresses import filled, pages

ASKING = [route for route, rule in pages() if rule.permission]
REFUSED = {403, 405}


def open_to(client):
    """The addresses that ask for a permission and open all the same."""
    return [
        (route, method)
        for route in ASKING
        for method in ("get", "post")
        if getattr(client, method)(filled(route, "x")).status_code not in REFUSED
    ]


@pytest.mark.parametrize("role", [Role.EDTECH_LEAD, Role.ANALYST, Role.PRINCIPAL])
def test_the_day_after_a_grant_no_address_opens(cast, client, role):
    last = clock.today(cast.district) + timedelta(days=30)
    with within(cast.district.pk):
        Grant.objects.filter(account=cast[role]).update(ends=last)
    client.force_login(cast[role])
    with clock.stopped_at(last):
        assert client.get("/aims/").status_code == 200
    with clock.stopped_at(last + timedelta(days=1)):
        assert open_to(client) == []
    assert len(ASKING) > 60


def test_a_grant_opens_nothing_before_its_first_day(cast, client):
    one = people.invite(by=cast.lead, name="Nia New", email="nia@riverbend.example")
    first = clock.today(cast.district) + timedelta(days=10)
    given = people.grant(by=cast.lead, account=one, role=Role.ANALYST, unit=cast.root)
    with within(cast.district.pk):
        Grant.objects.filter(pk=given.pk).update(starts=first)
    client.force_login(one)
    assert open_to(client) == []


@pytest.mark.parametrize("split", ["section_id", "person_key"])
def test_nobody_has_teachers_or_persons_ranked(cast, split):
    for role in (Role.EDTECH_LEAD, Role.PRINCIPAL, Role.COACH, Role.TEACHER, Role.ANALYST):
        with pytest.raises(Conflict, match="SV190"):
            evidence.ask_measure(by=cast[role], indicator="active_days", groups=[split])
        with pytest.raises(Conflict, match="SV190"):
            evidence.ask_measure(by=cast[role], indicator="active_days", groups=["grade"], where={split: ["1"]})


def test_no_page_of_an_indicator_offers_it(cast, client):
    client.force_login(cast.lead)
    for one in indicators.catalogue(by=cast.lead):
        page = client.get(f"/data/indicators/{one.key}/").content.decode()
        assert 'value="section_id"' not in page, one.key
        assert 'value="person_key"' not in page, one.key
