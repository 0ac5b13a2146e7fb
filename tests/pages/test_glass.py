"""The emergency's pages: the form, the hour with its banner, and the reads that others review."""

from __future__ import annotations

from datetime import timedelta

from gainline.services import clock, emergency
from gainline.store.models.reads import BrokenGlass
from gainline.store.tenancy import within


def broken(cast):
    """A glass that the principal broke just now, as its row stands."""
    now = clock.now()
    fields = {"reason": "A child did not come home today.", "reference": "Case 17", "students": ["p1"]}
    fields |= {"opened_at": now, "ends_at": now + emergency.LASTS, "review_by": now.date() + timedelta(days=7)}
    with within(cast.district.pk):
        return BrokenGlass.objects.create(account=cast["principal"], **fields)


def test_the_form_says_what_is_missing_and_the_board_has_none(cast, client):
    client.force_login(cast["coach"])
    page = client.get("/governance/glass/").content.decode()
    assert "Break the glass" in page
    assert client.post("/governance/glass/", {"reason": "short", "reference": "", "students": ""}).status_code == 422
    client.force_login(cast["board_member"])
    assert client.get("/governance/glass/").status_code == 403


def test_the_banner_stands_on_every_page_while_it_lasts_and_only_for_its_breaker(cast, client):
    broken(cast)
    client.force_login(cast["principal"])
    assert "The glass is broken." in client.get("/aims/").content.decode()
    client.force_login(cast["coach"])
    assert "The glass is broken." not in client.get("/aims/").content.decode()


def test_the_privacy_lead_is_told_and_reviews_it_where_reads_stand(cast, client):
    glass = broken(cast)
    client.force_login(cast["privacy_lead"])
    assert "Somebody broke the glass" in client.get("/").content.decode()
    assert "Case 17" in client.get("/governance/reads/").content.decode()
    assert client.post("/governance/reads/", {"glass": glass.public_id, "found": " "}).status_code == 422
    assert client.post("/governance/reads/", {"glass": glass.public_id, "found": "It was real."}).status_code == 302
    assert "Case 17" not in client.get("/governance/reads/").content.decode()


def test_the_named_rows_are_shown_in_no_cache_and_to_nobody_else(cast, client, monkeypatch):
    glass = broken(cast)
    row = {"given_name": "Zoe", "family_name": "Quill", "school": "Oak", "grade": "4"}
    monkeypatch.setattr(emergency, "opened", lambda **_: [emergency.Opened("p1", row)])
    client.force_login(cast["principal"])
    page = client.get(f"/governance/glass/{glass.public_id}/")
    assert "Quill" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    monkeypatch.undo()
    client.force_login(cast["coach"])
    assert client.get(f"/governance/glass/{glass.public_id}/").status_code == 404
