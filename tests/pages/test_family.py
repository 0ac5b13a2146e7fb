"""A family's page: one button for yes and one for no, in its language, and a polite word when the link is over."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser

import pytest

from gainline.engine.privacy.consent import Act
from gainline.engine.reports.readability import grade
from gainline.services import clock, consents
from gainline.web.pages.family import views
from services.test_consents import DAY, asked

HARDEST = 8  # school grade of what families read: trust requirements, plain language


class Words(HTMLParser):
    """What stands in the page's main part, a sentence for every piece of more than two words."""

    def __init__(self):
        super().__init__()
        self.said, self.depth = [], 0

    def handle_starttag(self, tag, attrs):
        self.depth += tag == "main"

    def handle_endtag(self, tag):
        self.depth -= tag == "main"

    def handle_data(self, data):
        if self.depth and len(data.split()) > 2:
            self.said.append(data.strip().rstrip(".") + ".")


@pytest.fixture(autouse=True)
def fresh_pace():
    views.family.pace.__init__()


def test_saying_no_is_one_button_as_saying_yes_is(recorded, client):
    with clock.stopped_at(DAY):
        _, token = asked(recorded)
        address = f"/family/{token}/"
        page = client.get(address)
        assert page.status_code == 200
        told = page.content.decode()
        assert told.count('value="given"') == told.count('value="revoked"') == 1
        assert "We ask your child what they think." in told
        assert page["Cache-Control"]
        yes = client.post(address, {"ground": "climate", "say": "given"}).content.decode()
        assert "You said yes." in yes
        assert "R-" in yes
        no = client.post(address, {"ground": "climate", "say": "revoked"}).content.decode()
        assert "You said no." in no
        assert consents.grounds(by=recorded.lead)[0].counts == {"revoked": "0 to 9"}


def test_a_family_reads_spanish_where_its_link_says_so_and_no_yes_is_offered_without_a_checked_text(recorded, client):
    with clock.stopped_at(DAY):
        _, token = asked(recorded, language="es")
        told = client.get(f"/family/{token}/").content.decode()
        assert "Usted decide" in told
        assert 'value="given"' not in told
        assert 'value="revoked"' in told
        answer = client.post(f"/family/{token}/", {"ground": "climate", "say": "given"})
        assert answer.status_code == 422
        assert "Usted decide" in answer.content.decode()


def test_a_link_that_is_over_or_forged_is_refused_politely(recorded, client):
    with clock.stopped_at(DAY):
        key, token = asked(recorded, days=1)
        assert str(key) not in token
    with clock.stopped_at(DAY + timedelta(1)):
        gone = client.get(f"/family/{token}/")
        forged = client.get("/family/forged/")
    assert (gone.status_code, forged.status_code) == (410, 404)
    for page in (gone, forged):
        assert "ask your school" in page.content.decode()


def test_whoever_tries_often_has_to_wait(recorded, client):
    statuses = [client.post("/family/forged/", {"ground": "climate", "say": "given"}).status_code for _ in range(13)]
    assert statuses[:12] == [404] * 12
    assert statuses[12] == 429


def test_the_words_of_the_page_ask_for_eight_years_of_school_at_most(recorded, client):
    with clock.stopped_at(DAY):
        _, token = asked(recorded)
        consents.answer(token=token, ground="climate", act=Act.GIVEN)
        told = client.get(f"/family/{token}/").content.decode()
    words = Words()
    words.feed(told)
    assert grade(" ".join(words.said)) <= HARDEST


def test_the_page_of_consent_counts_in_bands_and_makes_a_link_that_is_shown_once(recorded, client):
    with clock.stopped_at(DAY):
        lead = recorded["privacy_lead"]
        client.force_login(lead)
        assert "Nothing rests on consent here" in client.get("/governance/consent/").content.decode()
        key, token = asked(recorded)
        consents.answer(token=token, ground="climate", act=Act.GIVEN)
        page = client.get("/governance/consent/").content.decode()
        assert "yes: 0 to 9" in page
        assert "/family/" not in page
        made = client.post("/governance/consent/", {"whose": str(key), "language": "en", "days": 5})
        assert made.status_code == 200
        assert "/family/" in made.content.decode()
        assert str(key) not in made.content.decode().split("/family/")[1].split("<")[0]
        wrong = client.post("/governance/consent/", {"whose": "nobody-known", "language": "en", "days": 5})
        assert wrong.status_code == 422
        assert "names nobody" in wrong.content.decode()
        client.force_login(recorded["teacher"])
        assert "Make the link" not in client.get("/governance/consent/").content.decode()
