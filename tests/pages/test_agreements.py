"""Agreements on pages: what leaves, how it ends, and what families read without an account."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.conf import settings

from builders.tiny_district import give_records
from gainline.engine.privacy.purposes import Purpose
from gainline.road.disclosing import students_in
from gainline.road.erasing import Order, erase, people_under
from gainline.services import agreements, clock, handovers, retention, tools
from gainline.services.agreements import DataTerms
from gainline.services.retention import Kept
from gainline.services.workspaces import open_workspace
from gainline.store.models.disclosures import Destruction, Disclosure, Handover
from gainline.store.tenancy import within

DAY = date(2025, 10, 1)
TERMS = DataTerms(
    ("evaluating-tools",), ("pseudonym", "grade-level"), ("Cloud Co.",), date(2025, 8, 1), date(2026, 7, 31),
    date(2026, 10, 31),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _october():
    with clock.stopped_at(DAY):
        yield


def agreed(cast):
    tool = tools.add_tool(by=cast.lead, key="lumen-reading", name="Lumen Reading", vendor="Lumen Learning")
    return agreements.add_agreement(by=cast["privacy_lead"], tool=tool, terms=TERMS)


def test_an_agreement_is_told_in_plain_words_and_leads_to_its_exhibit(cast, client):
    row = agreed(cast)
    client.force_login(cast["auditor"])
    assert f"/governance/agreements/{row.public_id}/" in client.get("/governance/").content.decode()
    page = client.get(f"/governance/agreements/{row.public_id}/").content.decode()
    for words in ("Lumen Learning", "A made-up number in place of a name", "Cloud Co.", "Nothing has left"):
        assert words in page
    assert "Make a file to hand over" not in page, "only those who release do"
    address = f"/governance/agreements/{row.public_id}/exhibit-b/"
    assert "Schedule of data" in client.get(address).content.decode()
    given = client.get(f"{address}?as=csv")
    assert given["Content-Disposition"] == 'attachment; filename="exhibit-b.csv"'
    assert "schedule,Enrollment,Grade level,Grade,Yes" in given.content.decode()
    assert "Every field about people" in client.get("/governance/assessment/").content.decode()


def test_rows_are_handed_over_taken_and_destroyed_on_pages(recorded, client):
    give_records(recorded.district)
    row = agreed(recorded)
    client.force_login(recorded["privacy_lead"])
    address = f"/governance/agreements/{row.public_id}/"
    assert client.post(f"{address}hand-over/", {"purpose": "evaluating-tools"}).status_code == 302
    with within(recorded.district.pk):
        [made], told = list(Handover.objects.all()), Disclosure.objects.count()
    file = client.post(f"/governance/handovers/{made.public_id}/file/")
    assert students_in(file.content) == told == made.students
    page = client.get(address).content.decode()
    assert made.sha256[:12] in page
    assert client.post(f"{address}hand-over/", {"purpose": "selling"}).status_code == 302
    with clock.stopped_at(TERMS.ends + timedelta(1)):
        assert "Make a file" not in client.get(address).content.decode()
        assert client.get(f"{address}destroy/").status_code == 200
        assert client.post(f"{address}destroy/").status_code == 302
        assert client.post(f"/governance/handovers/{made.public_id}/file/").status_code == 409
        client.post(f"{address}exit/", {"step": "data-deleted", "proof": "Letter of August 3"})
        page = client.get(address).content.decode()
    assert "Letter of August 3" in page
    with within(recorded.district.pk):
        assert Destruction.objects.get().sha256 in page


def test_a_hold_is_told_on_the_page_and_stops_the_destruction(recorded, client):
    give_records(recorded.district)
    row, lead = agreed(recorded), recorded["privacy_lead"]
    handovers.hand_over(by=lead, agreement=row, purpose=Purpose.EVALUATION)
    made = retention.hold(by=lead, kept=Kept("case 12"))
    address = f"/governance/agreements/{row.public_id}/"
    client.force_login(lead)
    with clock.stopped_at(TERMS.destroy_by + timedelta(1)):
        page = client.get(address).content.decode()
        for words in ("Kept by a legal hold", f"{made.number}: case 12", "until it is lifted"):
            assert words in page
        assert "Destroy our copies" not in page
        refused = client.post(f"{address}destroy/")
        assert (refused.status_code, made.number in refused.content.decode()) == (409, True)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
        spanish = client.get(address).content.decode()
        del client.cookies[settings.LANGUAGE_COOKIE_NAME]
        client.force_login(recorded["teacher"])
        page = client.get(address).content.decode()
    assert "Una retención legal guarda nuestras copias" in spanish
    assert made.number in page
    assert "case 12" not in page, "the case is for those who keep agreements"


def test_a_file_of_somebody_erased_waits_for_the_hold(recorded, client):
    give_records(recorded.district)
    row, lead = agreed(recorded), recorded["privacy_lead"]
    handovers.hand_over(by=lead, agreement=row, purpose=Purpose.EVALUATION)
    with within(recorded.district.pk):
        first, second = Disclosure.objects.values_list("person_key", flat=True)[:2]
    retention.hold(by=lead, kept=Kept("request 7", whose=str(first)))
    workspace = open_workspace(recorded.district)
    erase(workspace, people_under(workspace, frozenset({second})), Order(by="office", because="letter 1", on=DAY))
    client.force_login(lead)
    page = client.get(f"/governance/agreements/{row.public_id}/").content.decode()
    assert "goes to nobody" in page
    assert "Take the file" not in page


def test_what_cannot_be_done_is_said_on_the_page(cast, client):
    row = agreed(cast)
    client.force_login(cast["privacy_lead"])
    address = f"/governance/agreements/{row.public_id}/"
    assert "Say which line is done" in client.post(f"{address}exit/", {}, follow=True).content.decode()
    said = client.post(f"{address}exit/", {"step": "our-copies", "proof": "Yes"}, follow=True).content.decode()
    assert "SV105" in said


def test_families_read_the_page_without_an_account_in_their_language(cast, client, hillview):
    agreed(cast)
    address = f"/privacy/{cast.district.public_id}/"
    page = client.get(address).content.decode()
    for words in ("What we know about students", "Lumen Learning", "Grade", "Last checked: never", "half year"):
        assert words in page
    spanish = client.get(address, headers={"accept-language": "es"}).content.decode()
    assert "Qué sabemos de los estudiantes" in spanish
    assert 'lang="es"' in spanish
    assert "Lumen Learning" not in client.get(f"/privacy/{hillview.district.public_id}/").content.decode()
    assert client.get("/privacy/dst_0/").status_code == 404


def test_the_page_is_checked_and_breaches_are_told(cast, client):
    client.force_login(cast["privacy_lead"])
    assert "Nobody has checked it yet" in client.get("/governance/open/").content.decode()
    assert client.post("/governance/open/checked/").status_code == 302
    said = {"found_on": "2025-09-20", "told_on": "", "says": "A list was lost.", "says_es": "Se perdió una lista."}
    assert client.post("/governance/open/breach/", said | {"told_on": "2025-09-01"}).status_code == 422
    assert client.post("/governance/open/breach/", said).status_code == 302
    assert "A list was lost." in client.get("/governance/open/").content.decode()
    client.logout()
    page = client.get(f"/privacy/{cast.district.public_id}/").content.decode()
    assert "A list was lost." in page
    assert "Nobody has checked this page" not in page


def test_only_those_who_keep_agreements_write(cast, client):
    row = agreed(cast)
    client.force_login(cast["teacher"])
    for address in ("open/checked/", f"agreements/{row.public_id}/exit/", f"agreements/{row.public_id}/hand-over/"):
        assert client.post(f"/governance/{address}").status_code == 403
    assert handovers.disclosures_of(by=cast["privacy_lead"], person_key=1) == []
