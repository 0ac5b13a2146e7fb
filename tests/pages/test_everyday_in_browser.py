"""What people meet every day, by axe in both lights, by Tab and by a keyboard alone.

All pages in all states are walked by `tests/journeys/test_every_page_is_accessible.py`, and twelve journeys by
`tests/journeys/test_keyboard_walk.py`; these are the ones that every change is asked.
"""

from __future__ import annotations

from datetime import date

import pytest

from builders.evaluated import DATA, DAY, a_tool
from builders.family import family_link
from gainline.services import agreements, aims, clock, cycles, training
from keyboard import Hands
from page_walk import axe_says, by_tab, in_both_lights

pytestmark = pytest.mark.browser
PASSWORD = "a long and quiet river"


@pytest.fixture
def used(recorded, client):
    """A district in March with a tool that was agreed on and a cycle that asks about it; its lead is signed in."""
    with clock.stopped_at(DAY):
        for account in recorded.members.values():
            training.take(by=account, answers=training.ANSWERS)
        tool = a_tool(recorded)
        agreements.add_agreement(by=recorded["privacy_lead"], tool=tool, terms=DATA)
        aim = aims.set_aim(by=recorded.lead, unit=recorded.root, title="More read well", by_when=date(2030, 6, 1))
        asked = cycles.Asked(title="Lumen in grade 4", question="Does it help?", decide_by=date(2030, 3, 20))
        cycle = cycles.start_cycle(by=recorded.lead, aim=aim, tool=tool, asked=asked)
        client.force_login(recorded.lead)
        yield f"/tools/{tool.public_id}/", f"/cycles/{cycle.public_id}/"


def test_the_eight_most_used_pages_are_accessible_in_both_lights_and_by_tab(at_desk, site, used):
    tool, cycle = used
    page, wrong = at_desk("/"), []
    for path in ("/", "/aims/", tool, "/cycles/", cycle, f"{cycle}question/", "/data/", "/governance/"):
        assert page.goto(site + path).status == 200, path
        wrong += [(path, one) for one in (*in_both_lights(page, "wide"), *by_tab(page))]
    assert wrong == []


@pytest.mark.usefixtures("used")
def test_what_a_family_opens_is_accessible(at_desk, site, recorded, client):
    client.logout()
    page = at_desk(f"/family/{family_link(recorded.district)}/")
    assert page.locator("main form").count() > 0
    assert "no-referrer" not in page.content()  # a browser would then send forms without saying from where: refused
    page.set_viewport_size({"width": 320, "height": 256})
    assert [*in_both_lights(page, "narrow"), *by_tab(page)] == []
    page.goto(f"{site}/family/forged/")
    assert axe_says(page, "closed") == []


def test_the_pages_of_the_second_factor_and_of_passwords_are_accessible(at_desk, site, recorded, client):
    """The demo asks for neither, so the walk through it does not meet them."""
    recorded.lead.set_password(PASSWORD)
    recorded.lead.save()
    client.post("/accounts/login/", {"login": recorded.lead.email, "password": PASSWORD})
    page, wrong = at_desk("/"), []
    for path in ("/accounts/reauthenticate/", "/accounts/2fa/totp/activate/", "/accounts/password/change/"):
        if "2fa" in path:
            client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        page.goto(site + path)
        assert page.locator("main form").count() > 0, path
        wrong += [(path, one) for one in in_both_lights(page, "wide")]
    assert wrong == []


@pytest.mark.usefixtures("used")
def test_an_aim_is_set_a_tool_added_and_a_note_pinned_by_keyboard_alone(at_desk):
    hands = Hands(at_desk("/aims/"))
    hands.follow("Set an aim")
    hands.write("title", "More students write well")
    hands.day("by_when", "05312032")
    hands.press("Set the aim")
    hands.reads("More students write well")
    hands.follow("Tools")
    hands.follow("Add a tool")
    hands.write("name", "Quill Writer")
    hands.press("Add the tool")
    hands.reads("Quill Writer")
    hands.follow("Library")
    hands.follow("Notes")
    hands.unfold("Pin a note")
    hands.write("says", "The network was down.")
    hands.day("on", "02102026")
    hands.press("Pin the note")
    hands.reads("The network was down.")
    assert hands.wrong == []
