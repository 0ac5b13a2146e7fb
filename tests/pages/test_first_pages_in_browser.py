"""Week, aims, tools, library, reports and notes in a real browser: accessible in both lights, down to 320 px."""

from __future__ import annotations

from datetime import date

import pytest

from browser import unfold, violations, width_of
from builders import two_hands
from builders.evaluated import DATA, DAY, a_tool, document, evaluated
from gainline.engine.reports.readers import Reader
from gainline.services import agreements, aims, clock, letters, notes, training
from gainline.services.letters import Envelope
from gainline.services.workspaces import make_workspace
from gainline.store.models.evidence import Decision, Learning, Playbook, Review
from gainline.store.tenancy import within
from gainline.store.words import DriverKind, MeasureKind

pytestmark = pytest.mark.browser


@pytest.fixture
def addresses(cast):
    """A district in March with one tool evaluated, decided, told and noted; every page that shows it."""
    with clock.stopped_at(DAY):
        make_workspace(cast.district)  # letters carry the head of its ledger
        for account in cast.members.values():
            training.take(by=account, answers=training.ANSWERS)
        tool = a_tool(cast)
        agreements.add_agreement(by=cast["privacy_lead"], tool=tool, terms=DATA)
        a_tool(cast, "Math Quest")
        cycle, evidence = evaluated(cast, tool, document())
        aim = cycle.aim
        measured = aims.Measured(MeasureKind.OUTCOME, "reading", "Reading", "points", 5.0)
        aims.add_measure(by=cast.lead, aim=aim, measured=measured)
        practice = aims.add_driver(by=cast.lead, aim=aim, kind=DriverKind.PRIMARY, label="Practice")
        aims.add_driver(by=cast.lead, aim=aim, kind=DriverKind.CHANGE, label="Two visits a month", parent=practice)
        notes.pin(by=cast["coach"], says="Ice for a week.", cycle=cycle, on=date(2030, 1, 26))
        with within(cast.district.pk):
            Review.objects.create(cycle=cycle, evidence=evidence, held_on=DAY, opened_by=cast.lead)
            decision = Decision.objects.create(
                cycle=cycle, evidence=evidence, ruled="adapt", chosen="adapt", decided_by=cast.lead, decided_on=DAY,
                reasons="The rule",
            )  # fmt: skip
            Learning.objects.create(cycle=cycle, decision=decision, says="Time matters", written_by=cast.lead)
            playbook = Playbook.objects.create(
                cycle=cycle, decision=decision, title="How to start", document={"steps": ["Ask"]}, written_by=cast.lead
            )
        report = two_hands.sent(cast, cycle, Envelope(Reader.BOARD, "The board", site="http://localhost"))
        token = letters.page_of(by=cast.lead, release=report).decode().split("/feedback/")[1].split("/")[0]
        yield [
            "/", "/aims/", f"/aims/{aim.public_id}/", "/aims/new/", f"/aims/{aim.public_id}/close/", "/tools/",
            f"/tools/{tool.public_id}/", f"/tools/{tool.public_id}/contract/", "/library/", "/library/playbooks/",
            f"/library/playbooks/{playbook.public_id}/", f"/library/stories/{cycle.public_id}/", "/reports/",
            f"/reports/new/?cycle={cycle.public_id}", f"/reports/{report.public_id}/",
            f"/reports/{report.public_id}/page/", "/notes/", f"/feedback/{token}/",
        ]  # fmt: skip


def walk(page, site, addresses):
    """Open every page with everything unfolded, and give what is wrong with it."""
    found = []
    for address in addresses:
        if (status := page.goto(site + address).status) != 200:
            found.append((address, status))
        unfold(page)
        if said := violations(page):
            found.append((address, said))
        page.set_viewport_size({"width": 320, "height": 900})
        if width_of(page) > 320:
            found.append((address, "scrolls sideways at 320 px"))
        page.set_viewport_size({"width": 1280, "height": 900})
    return found


@pytest.mark.parametrize(("scheme", "role"), [("light", "edtech_lead"), ("dark", "privacy_lead")])
def test_every_page_is_accessible_and_fits_a_phone(at_desk, site, cast, client, addresses, scheme, role):
    client.force_login(cast[role])
    may = [one for one in addresses if role == "edtech_lead" or not one.endswith(("/new/", "/close/", "/contract/"))]
    page = at_desk("/", scheme=scheme)
    assert walk(page, site, may) == []
    assert page.complaints == []  # neither policy nor script complained


def test_empty_pages_are_accessible_too(at_desk, site, cast, client):
    client.force_login(cast.lead)
    empty = ["/", "/aims/", "/tools/", "/library/", "/library/playbooks/", "/library/stories/", "/reports/", "/notes/"]
    assert walk(at_desk("/"), site, empty) == []
