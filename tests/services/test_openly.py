"""What families are told without an account: true, plain, and red when nobody checked it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gainline.engine.core.errors import Conflict, Missing, NotAllowed
from gainline.services import agreements, clock, openly, tools
from gainline.services.agreements import DataTerms

DAY = date(2025, 10, 1)
TERMS = DataTerms(
    ("evaluating-tools",), ("pseudonym", "use"), ("Cloud Co.",), date(2025, 8, 1), date(2026, 7, 31), date(2026, 10, 31)
)


@pytest.fixture(autouse=True)
def _october():
    with clock.stopped_at(DAY):
        yield


def told(cast, language="en"):
    return openly.page(public_id=cast.district.public_id, language=language)


def test_the_page_tells_agreements_and_breaches_in_the_readers_language(cast):
    tool = tools.add_tool(by=cast.lead, key="lumen", name="Lumen", vendor="Lumen Learning")
    agreements.add_agreement(by=cast["privacy_lead"], tool=tool, terms=TERMS)
    openly.add_breach(
        by=cast["privacy_lead"], found_on=DAY, told_on=None, says="A list was lost.", says_es="Se perdió una lista."
    )
    for language, words in (("en", "A list was lost."), ("es", "Se perdió una lista.")):
        text = told(cast, language).paper.markdown()
        assert words in text
        assert "Lumen Learning" in text
        assert "Cloud Co." in text


def test_the_page_is_red_until_somebody_checks_it_and_again_after_half_a_year(cast):
    assert told(cast).is_stale
    openly.refresh(by=cast["privacy_lead"])
    assert not told(cast).is_stale
    assert openly.standing(by=cast.lead).refresh.refreshed_on == DAY
    with clock.stopped_at(DAY + timedelta(184)):
        assert told(cast).is_stale
    with pytest.raises(NotAllowed):
        openly.refresh(by=cast["teacher"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"says": "Unauthorized dissemination of confidential educational information occurred."}, "SV108"),
        ({"says": " "}, "SV108"),
        ({"found_on": DAY + timedelta(1)}, "SV109"),
        ({"told_on": DAY - timedelta(1)}, "SV109"),
    ],
)
def test_a_breach_is_told_plainly_and_in_order(cast, change, code):
    said = {"found_on": DAY, "told_on": None, "says": "A list was lost."}
    with pytest.raises(Conflict, match=code):
        openly.add_breach(by=cast["privacy_lead"], **(said | change))


def test_papers_come_from_the_districts_own_agreements(cast, hillview):
    tool = tools.add_tool(by=cast.lead, key="lumen", name="Lumen", vendor="Lumen Learning")
    agreement = agreements.add_agreement(by=cast["privacy_lead"], tool=tool, terms=TERMS)
    assert "Lumen Learning" in openly.exhibit(by=cast["auditor"], agreement=agreement, language="es").html()
    assert "Lumen Learning" in openly.assessment(by=cast.lead).csv()
    assert "Lumen Learning" not in openly.assessment(by=hillview.lead).csv()
    assert "Lumen" not in told(hillview).paper.html()


def test_an_address_of_no_district_leads_nowhere(db):
    with pytest.raises(Missing):
        openly.page(public_id="dst_0", language="en")
