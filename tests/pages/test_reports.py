"""Reports on pages: four voices, sent once and kept as sent, and answers that land in the next review."""

from __future__ import annotations

import html
import re
import sys
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from builders import two_hands
from builders.audits import audited
from gainline.engine.core.errors import Conflict, Missing, NotAllowed
from gainline.engine.reports.readers import Reader
from gainline.services import aims, clock, cycles, decisions, letters, notes, tools
from gainline.services.letters import Envelope
from gainline.services.workspaces import make_workspace
from gainline.store.models.cycles import PlanDraft, Registration
from gainline.store.models.evidence import Evidence
from gainline.store.models.imports import Import
from gainline.store.models.notes import Feedback, Release
from gainline.store.tenancy import within
from gainline.store.words import RequestKind

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "reports"))
import sample_evidence

DAY = date(2030, 3, 1)


@pytest.fixture
def cycle(cast):
    """An evaluated cycle with a note, in a district with a workspace, as letters carry the head of its ledger."""
    make_workspace(cast.district)
    aim = aims.set_aim(by=cast.lead, unit=cast.root, title="More read well", by_when=date(2030, 6, 1))
    tool = tools.add_tool(by=cast.lead, key="lumen", name="Lumen Reading")
    with clock.stopped_at(DAY):
        asked = cycles.Asked(title="Lumen in grade 4", question="Does it help?", decide_by=date(2030, 3, 20))
        made = cycles.start_cycle(by=cast.lead, aim=aim, tool=tool, asked=asked)
    with within(cast.district.pk):
        locked = Registration.objects.create(
            cycle=made, canonical="{}", sha256="0" * 64, snapshot="0" * 64, registered_on=DAY, registered_by=cast.lead
        )
        PlanDraft.objects.create(cycle=made, text="a plan", written_by=cast.lead)
        Import.objects.create(source="vendor", asked_by=cast.lead, imported_at=clock.now(), snapshot="0" * 64)
        audited(Evidence.objects.create(
            cycle=made, registration=locked, document=sample_evidence.adapt().to_json_value(), sha256="1" * 64,
            snapshot="0" * 64, ruled="adapt", evaluated_on=DAY, evaluated_by=cast["analyst"],
        ))  # fmt: skip
    notes.pin(by=cast["coach"], says="Ice for a week.", cycle=made, on=date(2030, 1, 26))
    return made


def sent(cast, cycle, reader=Reader.FAMILIES, **more):
    envelope = Envelope(reader, "Families of grades 3 to 5", site="https://gainline.example.org", **more)
    return two_hands.sent(cast, cycle, envelope)


def link_in(page: bytes) -> str:
    return page.decode().split("https://gainline.example.org")[1].split('"')[0]


def test_an_empty_page_teaches_what_a_brief_is(cast, client):
    client.force_login(cast["teacher"])
    assert "Nothing was sent yet" in client.get("/reports/").content.decode()


def test_a_brief_is_looked_at_before_it_is_sent(cast, client, cycle):
    client.force_login(cast["analyst"])
    page = client.get(f"/reports/new/?cycle={cycle.public_id}").content.decode()
    assert "Sending it out is another role" in page
    for reader in Reader:
        for language in ("en", "es"):
            shown = client.get(f"/reports/preview/{cycle.public_id}/?for={reader}&in={language}")
            assert shown.status_code == 200
            assert f'lang="{language}"' in shown.content.decode()
    policy = shown["Content-Security-Policy"]
    assert "'sha256-" in policy
    assert "unsafe-inline" not in policy


def test_who_may_release_sends_with_the_notes_that_were_chosen(cast, client, cycle):
    client.force_login(cast["privacy_lead"])
    address = f"/reports/new/?cycle={cycle.public_id}"
    [note] = notes.notes(by=cast.lead, cycle=cycle)
    assert client.post(address, {"reader": "teachers", "language": "en"}).status_code == 422
    said = {"reader": "teachers", "language": "en", "recipient": "All staff", "notes": [note.public_id]}
    answer = client.post(address, said)
    report = client.get(answer["Location"]).content.decode()
    assert "All staff" in report
    page = client.get(answer["Location"] + "page/").content.decode()
    assert "Ice for a week." in page
    sheet = client.get(answer["Location"] + "sheet/")
    assert sheet["Content-Type"] == "application/pdf"
    assert sheet.content.startswith(b"%PDF")
    assert "All staff" in client.get("/reports/").content.decode()
    client.force_login(cast["board_member"])
    assert "What came back" not in client.get(answer["Location"]).content.decode()


def test_whoever_may_not_release_does_not(cast, client, cycle):
    client.force_login(cast["coach"])
    said = {"reader": "teachers", "language": "en", "recipient": "All staff"}
    assert client.post(f"/reports/new/?cycle={cycle.public_id}", said).status_code == 422
    with within(cast.district.pk):
        assert not Release.objects.exists()


def test_a_reader_answers_without_an_account_and_the_next_review_hears_it(cast, client, cycle):
    made = sent(cast, cycle)
    where = link_in(letters.page_of(by=cast.lead, release=made))
    page = client.get(where)
    assert page.status_code == 200
    assert "no account" not in page.content.decode()
    assert client.post(where, {"says": ""}).status_code == 422
    assert (
        "kept without your name"
        in client.post(where, {"says": "My child liked it.", "voice": "parent"}).content.decode()
    )
    review = decisions.open_review(by=cast.lead, cycle=cycle)
    with within(cast.district.pk):
        [kept] = Feedback.objects.all()
    assert (kept.review_id, kept.voice) == (review.pk, "parent")
    client.force_login(cast.lead)
    assert "My child liked it." in client.get(f"/reports/{made.public_id}/").content.decode()


def test_a_spanish_brief_is_answered_in_spanish(cast, client, cycle):
    made = sent(cast, cycle, language="es")
    assert "Responder" in client.get(link_in(letters.page_of(by=cast.lead, release=made))).content.decode()


def test_a_link_that_nobody_signed_leads_nowhere(client, db):
    assert client.get("/feedback/rel_0:made:up/").status_code == 404
    assert client.post("/feedback/rel_0:made:up/", {"says": "x"}).status_code == 404


def test_an_answer_that_cannot_be_kept_is_refused(cast, cycle):
    where = link_in(letters.page_of(by=cast.lead, release=sent(cast, cycle)))
    token = where.split("/")[2]
    with pytest.raises(Conflict, match="SV055"):
        letters.answer(token=token, says="x" * 3000)


def test_exact_counts_are_for_those_with_a_right_to_the_records(cast, client, cycle):
    exact, staff = sent(cast, cycle, Reader.ANALYST), sent(cast, cycle, Reader.TEACHERS)
    shown = {}
    for role in ("teacher", "analyst", "board_member", "privacy_lead"):
        client.force_login(cast[role])
        both = [client.get(f"/reports/{one.public_id}/page/").status_code for one in (exact, staff)]
        shown[role] = [*both, client.get(f"/reports/{exact.public_id}/sheet/").status_code]
    assert shown == {
        "teacher": [403, 200, 403],
        "analyst": [200, 200, 200],
        "board_member": [403, 403, 403],
        "privacy_lead": [200, 200, 200],
    }
    client.force_login(cast["teacher"])
    assert client.get(f"/reports/preview/{cycle.public_id}/?for=analyst").status_code == 403
    assert "Analysts" not in client.get(f"/reports/new/?cycle={cycle.public_id}").content.decode()
    with pytest.raises(NotAllowed, match="SV056"):
        letters.page_of(by=cast["teacher"], release=exact)


def test_what_was_changed_after_it_was_sent_is_not_shown(cast, cycle, settings):
    made = sent(cast, cycle)
    [path] = Path(settings.GAINLINE_HOME).rglob(f"{made.public_id}.html")
    path.write_text("other", encoding="utf-8")
    with pytest.raises(Missing, match="SV054"):
        letters.page_of(by=cast.lead, release=made)
    path.with_suffix(".pdf").unlink()
    with pytest.raises(Missing, match="SV054"):
        letters.sheet_of(by=cast.lead, release=made)


def test_a_letter_needs_evidence_a_recipient_and_another_hand_than_the_evaluators(cast, cycle):
    from gainline.services import people
    from gainline.store.words import Right, Role

    with pytest.raises(Conflict, match="SV053"):
        letters.send(by=cast["privacy_lead"], cycle=cycle, envelope=Envelope(Reader.BOARD, " "))
    people.set_decision_right(by=cast.lead, right=Right.RELEASE, roles=[Role.ANALYST, Role.PRIVACY_LEAD])
    with pytest.raises(Conflict, match="SV036"):
        letters.send(by=cast["analyst"], cycle=cycle, envelope=Envelope(Reader.BOARD, "Board"))
    with clock.stopped_at(DAY):
        asked = cycles.Asked(title="Another", question="Is it?", decide_by=DAY)
        bare = cycles.start_cycle(by=cast.lead, aim=cycle.aim, tool=cycle.tool, asked=asked)
    with pytest.raises(Missing, match="SV052"):
        letters.preview(by=cast.lead, cycle=bare, envelope=Envelope(Reader.BOARD, "Board"))


def test_more_letters_ask_no_more_queries(cast, client, cycle):
    client.force_login(cast.lead)

    def queries():
        with CaptureQueriesContext(connection) as found:
            assert client.get("/reports/").status_code == 200
        return len(found)

    def grow(many):
        with within(cast.district.pk):
            for number in range(many):
                row = Release.objects.create(
                    cycle=cycle, audience="board", recipient=f"Board {number}", sha256="0" * 64, released_on=DAY,
                    released_by=cast["privacy_lead"],
                )  # fmt: skip
                Feedback.objects.create(release=row, says="Thanks")

    grow(3)
    few = queries()
    grow(12)
    assert queries() == few


def test_only_whoever_may_see_evidence_is_led_to_what_would_go_out(cast, client, cycle):
    envelope = Envelope(Reader.BOARD, "The board", site="https://gainline.example.org")
    asked = two_hands.approved(cast, cycle, RequestKind.LETTER, letters.asks_of(envelope))
    at = f"/governance/desk/{asked.public_id}/"
    for role, may in (("edtech_lead", True), ("board_member", False)):
        client.force_login(cast[role])
        page = client.get(at)
        assert page.status_code == 200
        links = re.findall(r'href="(/reports/preview/[^"]+)"', page.content.decode())
        assert bool(links) is may
        assert all(client.get(html.unescape(link)).status_code == 200 for link in links)
