"""The pedagogy map on the pages: written, checked by line, read as a table, and found again on its tool."""

from __future__ import annotations

import pytest

from gainline.engine.core.errors import DataIssues
from gainline.engine.worlds.templates import demo_teaching
from gainline.services import teaching, tools

MAP, DOCUMENT = "/tools/teaching/", "/tools/teaching/document/"


@pytest.fixture
def as_lead(recorded, client):
    client.force_login(recorded.lead)
    return client


def page(client, address):
    return client.get(address).content.decode()


def test_an_empty_map_teaches_and_offers_a_beginning_that_can_be_kept(recorded, as_lead):
    assert "Begin the map" in page(as_lead, MAP)
    begun = page(as_lead, DOCUMENT)
    text = begun[begun.index("<textarea") :].partition(">")[2].partition("</textarea>")[0]
    text = text.replace("&quot;", '"').replace("&#x27;", "'")
    assert as_lead.post(DOCUMENT, {"text": text, "do": "save"}).status_code == 302
    assert teaching.whole(by=recorded.lead).name == "What we teach with which tool"


def test_a_text_that_is_no_map_is_told_by_line_and_not_kept(recorded, as_lead):
    wrong = demo_teaching().replace('tool = "math-quest"', 'tool = "nobody"')
    checked = as_lead.post(DOCUMENT, {"text": wrong, "do": "check"}).content.decode()
    assert "RM011" in checked
    assert as_lead.post(DOCUMENT, {"text": wrong, "do": "save"}).status_code == 422
    assert teaching.text(by=recorded.lead) == ""
    with pytest.raises(DataIssues, match="SV155"):
        teaching.save(by=recorded.lead, document="format =")


def test_the_map_shows_gaps_and_who_is_shut_out(recorded, as_lead):
    teaching.save(by=recorded.lead, document=demo_teaching())
    shown = page(as_lead, MAP)
    assert "No tool serves W.3.2" in shown
    assert "out of reach for: Students who use a screen reader" in shown
    assert "Working together" in shown


def test_a_tool_says_what_it_is_for_and_whom_it_leaves_out(recorded, as_lead):
    tool = tools.add_tool(by=recorded.lead, key="math-quest", name="Math Quest")
    address = f"/tools/{tool.public_id}/"
    assert "says nothing of this tool yet" in page(as_lead, address)
    teaching.save(by=recorded.lead, document=demo_teaching())
    shown = page(as_lead, address)
    assert "facts in a game, each until it sits" in shown
    assert "3.OA.7: Multiply and divide" in shown
    assert "its boards cannot be read aloud" in shown
    found = teaching.of_tool(by=recorded.lead, tool=tool)
    assert found.without == ("Students who use a screen reader",)


def test_two_tools_for_the_same_work_stand_beside_each_other(recorded):
    text = demo_teaching() + (
        '\n[[uses]]\ntool = "math-quest"\naffordance = "stories"\nactivity = "practice"\nstandards = ["RF.3.4"]\n'
    )
    teaching.save(by=recorded.lead, document=text)
    tool = tools.add_tool(by=recorded.lead, key="lumen-reading", name="Lumen Reading")
    uses = {use.affordance: use.beside for use in teaching.of_tool(by=recorded.lead, tool=tool).uses}
    assert uses["three short sessions a week"] == ("Math Quest",)
    assert uses["a check at the end of each passage"] == ()


def test_whoever_may_not_write_reads_only(recorded, client):
    client.force_login(recorded["board_member"])
    assert client.get(MAP).status_code == 200
    assert client.get(DOCUMENT).status_code == 403
    assert client.post(DOCUMENT, {"text": "x"}).status_code == 403
