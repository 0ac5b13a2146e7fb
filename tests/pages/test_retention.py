"""The page of retention: a dry run, a hold with its case, and the order to take out what was read, in two steps."""

from __future__ import annotations

import re
from datetime import date

import pytest

from builders.agreed import DAYS, vendor_agreed
from canonical_rows import canonical
from gainline.jobs.hourly import retention as hourly
from gainline.services import clock, purging
from gainline.services.workspaces import open_workspace

HERE, ORDER = "/governance/retention/", "/governance/retention/take-out/"
MANY = 12


@pytest.fixture
def lead(recorded, client, monkeypatch):
    """The privacy lead on the day on which twelve students' rows of use are to be destroyed."""
    monkeypatch.setattr(purging, "_rewrite_database", lambda: None)  # no VACUUM within a test's transaction
    with clock.stopped_at(date(2025, 9, 1)):
        vendor_agreed(recorded, "lumen")
    with open_workspace(recorded.district).records.writing() as writer:
        rows = [{"person_key": 4_711_000_000_001 + n, "tool": "lumen"} for n in range(MANY)]
        writer.append("usage", canonical("usage", rows))
        writer.publish(as_of=DAYS[0])
    client.force_login(recorded["privacy_lead"])
    with clock.stopped_at(DAYS[2]):
        yield client


def read(client, path=HERE):
    return client.get(path).content.decode()


def test_the_page_tells_what_is_due_and_an_order_takes_it_out_by_the_hour(lead):
    page = read(lead)
    assert "usage: 12" in page
    assert "Lumen" in page
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', read(lead, ORDER))[1]
    changed = lead.post(ORDER, {"seen": "0" * 64}, follow=True).content.decode()
    assert "Something else is due" in changed
    lead.post(ORDER, {"seen": seen})
    assert "within the hour" in read(lead)
    hourly.run()
    page = read(lead)
    assert "Nothing is due" in page
    assert "What went" in page


def test_a_hold_is_set_told_and_lifted_for_a_reason(lead):
    assert lead.post(HERE, {"because": ""}).status_code == 422
    assert lead.post(HERE, {"because": "case 9", "whose": "nobody"}).status_code == 422
    assert lead.post(HERE, {"because": "case 9", "retention": "contract", "tool": "lumen"}).status_code == 302
    page = read(lead)
    assert "case 9" in page
    assert "by the hold H-" in page
    number = re.search(r'name="number" value="(H-[0-9a-f]+)"', page)[1]
    lead.post(f"{HERE}lift/", {"number": number, "because": ""})
    assert "case 9" in read(lead)
    lead.post(f"{HERE}lift/", {"number": number, "because": "settled"})
    assert "case 9" not in read(lead)


def test_nobody_else_comes_here(recorded, client):
    client.force_login(recorded["analyst"])
    assert [client.get(path).status_code for path in (HERE, ORDER)] == [403, 403]
