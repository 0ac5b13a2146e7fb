"""What somebody may do is found once for a page that only reads, and anew for everything that writes."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from gainline.services import clock, people, tools
from gainline.services.workspaces import make_workspace
from gainline.store.tenancy import within


def asked_for_grants(queries) -> int:
    return sum('FROM "store_grant"' in one["sql"] and "SELECT" in one["sql"] for one in queries)


def test_a_page_that_reads_asks_once_what_its_reader_may_do(cast, client):
    make_workspace(cast.district)
    tool = tools.add_tool(by=cast.lead, key="lumen", name="Lumen")
    client.force_login(cast.lead)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/tools/{tool.public_id}/").status_code == 200
    assert asked_for_grants(queries) <= 2, "once for the page, and once at the door"


def test_a_grant_that_was_withdrawn_counts_from_the_next_request_on(cast, client):
    client.force_login(cast["analyst"])
    assert client.get("/tools/").status_code == 200
    with within(cast.district.pk):
        cast["analyst"].grants.update(withdrawn_at=clock.now(), withdrawn_by=cast.lead)
    assert client.get("/tools/").status_code == 403


def test_services_called_one_by_one_ask_anew(cast):
    me = cast.lead
    assert me.known is None
    with CaptureQueriesContext(connection) as queries:
        tools.tools(by=me)
        people.root(by=me)
    assert asked_for_grants(queries) == 2
