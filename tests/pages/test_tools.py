"""Tools on pages: contract and clock, agreement, funnel through the exit, evidence, voices, notes."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from builders.evaluated import DATA, DAY, a_tool, document, evaluated
from gainline.services import agreements, clock, notes, portfolio
from gainline.services.portfolio import Terms
from gainline.services.workspaces import make_workspace
from gainline.store.models.imports import Job
from gainline.store.models.notes import Release
from gainline.store.tenancy import within
from gainline.web.pages.tools import given


@pytest.fixture(autouse=True)
def _march():
    with clock.stopped_at(DAY):
        yield


@pytest.fixture(autouse=True)
def _workspace(cast):
    """Pages of tools look at what the records know of them."""
    make_workspace(cast.district)


@pytest.fixture
def as_lead(cast, client):
    client.force_login(cast.lead)
    return client


def test_an_empty_portfolio_teaches(as_lead):
    assert "No tool yet" in as_lead.get("/tools/").content.decode()


def test_a_tool_its_contract_and_its_agreement_are_entered_on_pages(cast, client):
    client.force_login(cast.lead)
    answer = client.post("/tools/new/", {"name": "Lumen", "key": "lumen", "vendor": "", "what_for": ""})
    [held] = portfolio.portfolio(by=cast.lead)
    address = f"/tools/{held.tool.public_id}/"
    assert answer["Location"] == address
    assert client.post("/tools/new/", {"name": "Other", "key": "lumen"}).status_code == 422
    late = {"starts": "2029-08-01", "ends": "2030-06-30", "notice_by": "2030-07-30"}
    assert client.post(f"{address}contract/", late).status_code == 422
    said = {"starts": "2029-08-01", "ends": "2030-06-30", "notice_by": "2030-03-31", "price": "1000", "seats": "50"}
    assert client.post(f"{address}contract/", said).status_code == 302
    page = client.get(address).content.decode()
    assert "Notice is due on March 31, 2030, in 30 days" in page
    assert "$20.00" in page
    assert client.get(f"{address}agreement/").status_code == 403
    client.force_login(cast["privacy_lead"])
    data = {"kind": "school-official", "purposes": ["evaluating-tools"], "recipients": "", "signed_on": "2029-08-01"}
    data |= {"ends": "2030-06-30", "destroy_by": "2030-09-30"}
    refused = client.post(f"{address}agreement/", data | {"fields_given": ["name"]})
    assert refused.status_code == 422
    assert "PR077" in refused.content.decode()
    assert "Say what may be handed over" in client.post(f"{address}agreement/", data).content.decode()
    data |= {
        "fields_given": ["use"],
        "categories": ["enrollment"],
        "document": SimpleUploadedFile("signed.pdf", b"%PDF-1.7"),
    }
    assert client.post(f"{address}agreement/", data).status_code == 302
    assert "Agreement runs" in client.get(address).content.decode()
    with within(cast.district.pk):
        assert held.tool.agreements.get().fields == ["use", "school", "grade-level"]


def test_every_category_that_may_be_given_stands_in_one_group():
    placed = [key for _label, keys in given.GROUPS for key in keys]
    held = given.held_by_category()
    assert sorted(placed) == sorted(held)
    assert sorted(given.WHOLE) == sorted(key for key, found in held.items() if len(found) > 1)


@pytest.mark.parametrize("key", given.STARTS)
def test_an_agreement_may_start_from_what_such_a_tool_needs(cast, client, key):
    tool = a_tool(cast)
    start = given.STARTS[key]
    client.force_login(cast["privacy_lead"])
    address = f"/tools/{tool.public_id}/agreement/?start={key}"
    page = client.get(address).content.decode()
    ticked = re.findall(r'name="(?:purposes|fields_given)" value="([^"]+)" checked', page)
    assert sorted(ticked) == sorted([*map(str, start.purposes), *start.elements])
    said = {"kind": start.kind, "purposes": [*start.purposes], "fields_given": [*start.elements]}
    days = {"signed_on": "2029-08-01", "ends": "2030-06-30", "destroy_by": "2030-09-30"}
    assert client.post(address, said | days).status_code == 302
    assert " checked" not in client.get(f"/tools/{tool.public_id}/agreement/?start=anything").content.decode()


def test_a_contract_is_mended(cast, as_lead):
    tool = a_tool(cast)
    with within(cast.district.pk):
        contract = tool.contracts.get()
    said = {"starts": "2029-08-01", "ends": "2030-06-30", "notice_by": "2030-04-30"}
    assert as_lead.post(f"/contracts/{contract.public_id}/", said).status_code == 302
    assert "April 30, 2030" in as_lead.get("/tools/").content.decode()


def test_the_portfolio_can_be_narrowed(cast, as_lead):
    agreements.add_agreement(by=cast["privacy_lead"], tool=a_tool(cast), terms=DATA)
    a_tool(cast, "Math Quest")
    assert "Lumen Reading" not in as_lead.get("/tools/?show=terms").content.decode()
    assert "Math Quest" in as_lead.get("/tools/?show=terms").content.decode()
    assert "Lumen Reading" in as_lead.get("/tools/?show=due").content.decode()
    assert "No tool stands here" in as_lead.get("/tools/?show=retired").content.decode()


def test_taking_a_tool_out_can_be_undone(cast, as_lead):
    tool = a_tool(cast)
    as_lead.post(f"/tools/{tool.public_id}/retire/")
    assert portfolio.portfolio(by=cast.lead) == []
    assert "Bring it back" in as_lead.get(f"/tools/{tool.public_id}/").content.decode()
    as_lead.post(f"/tools/{tool.public_id}/retire/")
    assert len(portfolio.portfolio(by=cast.lead)) == 1


@pytest.mark.parametrize(
    ("day", "terms"),
    [
        (date(2030, 3, 1), Terms.RUNS),
        (date(2030, 8, 1), Terms.ENDED),
        (date(2030, 10, 1), Terms.DESTROY),
    ],
)
def test_the_agreement_says_how_it_stands(cast, day, terms):
    agreements.add_agreement(by=cast["privacy_lead"], tool=a_tool(cast), terms=DATA)
    with clock.stopped_at(day):
        [held] = portfolio.portfolio(by=cast.lead)
    assert held.terms is terms


def test_the_funnel_and_the_verdict_come_from_the_evidence(cast, as_lead):
    tool = a_tool(cast)
    evaluated(cast, tool, document())
    page = as_lead.get(f"/tools/{tool.public_id}/").content.decode()
    assert 'class="funnel"' in page
    assert document()["rating"]["label"] in page


def test_the_board_sees_figures_only_when_they_were_released(cast, client):
    tool = a_tool(cast)
    cycle, made = evaluated(cast, tool, document())
    client.force_login(cast["board_member"])
    address = f"/tools/{tool.public_id}/"
    assert 'class="funnel"' not in client.get(address).content.decode()
    assert "What people said" not in client.get(address).content.decode()
    with within(cast.district.pk):
        Release.objects.create(
            cycle=cycle, evidence=made, audience="board", recipient="Board", sha256="0" * 64, released_on=DAY,
            released_by=cast["privacy_lead"],
        )  # fmt: skip
    assert 'class="funnel"' in client.get(address).content.decode()


def test_small_counts_stay_hidden_in_the_funnel(cast, as_lead):
    small = document()
    small["funnel"] |= {"dosed": 3}
    tool = a_tool(cast)
    evaluated(cast, tool, small)
    page = as_lead.get(f"/tools/{tool.public_id}/").content.decode()
    assert "hidden-count" in page


def test_use_is_counted_in_the_background_and_shown_with_its_day(cast, as_lead):
    tool = a_tool(cast)
    assert as_lead.post(f"/tools/{tool.public_id}/count/").status_code == 302
    assert "is being counted" in as_lead.get(f"/tools/{tool.public_id}/").content.decode()
    with within(cast.district.pk):
        for job in Job.objects.filter(words__indicator="adoption"):
            rows = [{"value": 0.92, "unit": "share", "n": 2083, "note": ""}]
            Job.objects.filter(pk=job.pk).update(state="done", result={"rows": rows}, finished_at=clock.now())
        Job.objects.filter(words__indicator="license_utilization").update(
            state="done",
            finished_at=clock.now(),
            result={"rows": [{"value": None, "unit": "", "n": None, "note": "too few to show"}]},
        )
    page = as_lead.get(f"/tools/{tool.public_id}/").content.decode()
    assert "92%" in page
    assert "too few to show" in page


def test_a_note_is_pinned_from_the_page_and_taken_down(cast, client):
    tool = a_tool(cast)
    client.force_login(cast["coach"])
    address = f"/tools/{tool.public_id}/"
    client.post("/notes/pin/", {"says": "Ice for a week", "on": "2030-01-26", "tool": tool.public_id, "next": address})
    [note] = notes.notes(by=cast.lead, tool=tool)
    page = client.get(address).content.decode()
    assert "Ice for a week" in page
    assert client.get("/notes/").status_code == 200
    bare = client.post("/notes/pin/", {"says": "", "next": "https://elsewhere.example/"})
    assert bare["Location"] == "/notes/"
    assert "Ice for a week" in client.get(f"/notes/{note.public_id}/drop/").content.decode()
    client.post(f"/notes/{note.public_id}/drop/?next={address}")
    assert notes.notes(by=cast.lead, tool=tool) == []
    client.force_login(cast["board_member"])
    assert client.post("/notes/pin/", {"says": "x"}).status_code == 403


def test_more_tools_ask_no_more_queries(cast, as_lead):
    def queries():
        with CaptureQueriesContext(connection) as found:
            assert as_lead.get("/tools/").status_code == 200
        return len(found)

    for number in range(3):
        a_tool(cast, f"Tool {number}")
    few = queries()
    for number in range(3, 30):
        a_tool(cast, f"Tool {number}")
    assert queries() == few
