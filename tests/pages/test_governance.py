"""The governance pages: agreements and their clocks, what everybody may see, and a trail that can be checked."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from gainline.services import agreements, aims, clock, tools
from gainline.services.agreements import DataTerms
from gainline.store.models.audit import AuditEvent
from gainline.store.tenancy import within

DAY = date(2030, 6, 1)


@pytest.fixture
def kept(cast, client):
    client.force_login(cast["privacy_lead"])
    with clock.stopped_at(DAY):
        yield client


def agreed(cast, name, ends, destroy_by):
    tool = tools.add_tool(by=cast.lead, key=name.lower(), name=name)
    terms = DataTerms(("evaluating-tools",), ("grade-level",), ("Lumen",), date(2028, 1, 1), ends, destroy_by)
    agreements.add_agreement(by=cast["privacy_lead"], tool=tool, terms=terms)


@pytest.mark.parametrize("name", ["agreements", "families", "releases", "trail"])
def test_every_page_opens_before_anything_stands(kept, name):
    assert kept.get(reverse(f"governance:{name}")).status_code == 200


def test_an_agreement_runs_ends_and_calls_for_destruction(kept, cast):
    agreed(cast, "Runner", date(2031, 1, 1), date(2031, 2, 1))
    agreed(cast, "Ended", date(2030, 1, 1), date(2031, 2, 1))
    agreed(cast, "Gone", date(2029, 1, 1), date(2029, 2, 1))
    tools.add_tool(by=cast.lead, key="bare", name="Bare")
    page = kept.get("/governance/").content.decode()
    for word in ("Runs", "Ended", "Destruction is due", "None"):
        assert word in page


def test_what_everybody_may_see_is_the_rule_itself(kept):
    page = kept.get("/governance/families/").content.decode()
    assert "fewer than 10 people" in page
    assert "in bands of 50 points" in page


def test_the_trail_is_filtered_paged_and_takes_no_query_per_row(kept, cast, django_assert_max_num_queries):
    for number in range(30):
        aims.set_aim(by=cast.lead, unit=cast.root, title=f"Aim {number}", by_when=date(2031, 1, 1))
    with django_assert_max_num_queries(16):
        page = kept.get("/governance/trail/?verb=aims.set_aim").content.decode()
    assert not re.search(r"<select[^>]* required", page), "everybody and everything are answers, too"
    assert page.count("Aim ") == 30
    assert "people.invite</" not in page.split("<tbody")[1]
    with within(cast.district.pk):
        last = AuditEvent.objects.order_by("-seq").first().seq
    assert "Aim 29" not in kept.get(f"/governance/trail/?before={last}").content.decode()


def test_the_chain_is_checked_and_a_break_is_told(kept, cast):
    assert "events holds" in kept.get("/governance/trail/?check=yes").content.decode()
    with connection.cursor() as cursor:  # as somebody with the database in hand would do it
        kind = connection.vendor
        if kind != "sqlite":
            pytest.skip("the triggers of PostgreSQL are lifted otherwise")
        names = [row[0] for row in cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'store_auditevent'"
        ).fetchall()]  # fmt: skip
        for name in names:
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute("UPDATE store_auditevent SET verb = 'aims.set_aim' WHERE seq = 2")
    page = kept.get("/governance/trail/?check=yes").content.decode()
    assert "The chain is broken" in page
    assert "SV037" in page


def test_the_trail_is_for_privacy_leads_and_auditors(cast, client):
    for role in ("edtech_lead", "analyst", "principal", "teacher", "board_member"):
        client.force_login(cast[role])
        assert client.get("/governance/trail/").status_code == 403
        assert b"/governance/trail/" not in client.get("/governance/").content
    client.force_login(cast["auditor"])
    assert client.get("/governance/trail/").status_code == 200
