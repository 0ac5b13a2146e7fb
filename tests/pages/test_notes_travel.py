"""A note pinned to a chart stands beside it for staff, and leaves with a brief only when somebody chose it."""

from __future__ import annotations

import pytest
from django.test import Client

from gainline.services import clock, evidence, notes, workspaces
from gainline.services.cycles import cycles

SAYS = "Two classes shared <tablets>"
SHOWN = "Two classes shared &lt;tablets&gt;"


@pytest.fixture
def one(rich):
    """The cycle that was evaluated, on a day after it."""
    from builders.rich import SUMMER

    with clock.stopped_at(SUMMER):
        yield next(found for found in cycles(by=rich.cast.lead) if found.key == "lumen-reading")


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def pinned(rich, one, here):
    coach = signed_in(rich.cast["coach"])
    blank = coach.get(f"/notes/pin/?cycle={one.public_id}&figure=effect&next={here}").content.decode()
    assert 'name="figure" value="effect"' in blank
    assert f'value="{here}"' in blank
    said = {"says": SAYS, "cycle": one.public_id, "figure": "effect", "next": here}
    assert coach.post("/notes/pin/", said)["Location"] == here
    return next(note for note in notes.notes(by=rich.cast.lead, cycle=one) if note.says == SAYS)


def test_it_stands_in_the_margin_of_its_chart_and_in_the_brief_for_staff(rich, one):
    here = f"/cycles/{one.public_id}/evidence/"
    pinned(rich, one, here)
    page = signed_in(rich.cast["coach"]).get(here).content.decode()
    chart = page[page.index('id="effect"') :]
    assert SHOWN in chart[: chart.index("</figure>")]
    staff = evidence.brief(by=rich.cast["coach"], cycle=one)
    assert SHOWN in staff[staff.index('id="effect"') :]


def post_by_two(rich, petra, address, said):
    """One asks, the lead approves, and it goes out."""
    asked = petra.post(address, said)["Location"]
    dana = signed_in(rich.cast.lead)
    seen = dana.get(asked).context["now"]
    assert dana.post(asked, {"does": "approve", "seen": seen}).status_code == 302
    assert petra.post(asked, {"does": "carry-out"}).status_code == 302


def test_it_leaves_only_with_a_brief_that_it_was_chosen_for(rich, one):
    note = pinned(rich, one, f"/cycles/{one.public_id}/evidence/")
    address, petra = f"/cycles/{one.public_id}/release/", signed_in(rich.cast["privacy_lead"])
    assert SHOWN in petra.get(address).content.decode()
    out = workspaces.folder_of(rich.cast.district) / "briefs" / f"{one.key}.html"
    sent = {"audience": "public", "recipient": "Board", "language": "en"}
    post_by_two(rich, petra, address, sent | {"notes": [note.public_id]})
    assert SHOWN in out.read_text(encoding="utf-8")
    post_by_two(rich, petra, address, sent)
    assert SHOWN not in out.read_text(encoding="utf-8")
