"""The release desk: what goes to the public or ends a registered cycle takes two people who read the same thing."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from builders import two_hands
from builders.audits import audited
from builders.evaluated import a_tool, document, evaluated
from gainline.engine.core.errors import Conflict, NotAllowed
from gainline.engine.privacy import Audience
from gainline.engine.reports.readers import Reader
from gainline.services import clock, cycles, governance, letters, notes, people, release_desk, week
from gainline.services.letters import Envelope
from gainline.services.permissions import DEFAULT_RIGHTS
from gainline.services.workspaces import make_workspace
from gainline.store.models.evidence import Evidence
from gainline.store.models.requests import ReleaseRequest
from gainline.store.tenancy import within
from gainline.store.words import RequestKind, RequestState, Right, Role

BOARD = Envelope(Reader.BOARD, "The board", site="http://localhost")


@pytest.fixture
def cycle(cast):
    make_workspace(cast.district)  # letters carry the head of its ledger
    return evaluated(cast, a_tool(cast), document())[0]


def asked(cast, cycle, envelope=BOARD):
    asks = letters.asks_of(envelope)
    return release_desk.ask(by=cast["privacy_lead"], cycle=cycle, kind=RequestKind.LETTER, asks=asks)


def send(cast, cycle, envelope=BOARD, by="privacy_lead"):
    return letters.send(by=cast[by], cycle=cycle, envelope=envelope)


def weeks(cast, role):
    return {(one.kind, one.request) for one in week.this_week(by=cast[role]).due if one.request}


def test_the_first_page_leads_each_of_the_two_to_the_request_itself(cast, cycle):
    made = asked(cast, cycle)
    assert weeks(cast, "edtech_lead") == {(week.Kind.ASKED, made.public_id)}
    assert weeks(cast, "privacy_lead") == set()
    release_desk.approve(by=cast.lead, request=made, seen=made.digest)
    assert weeks(cast, "edtech_lead") == set()
    assert weeks(cast, "privacy_lead") == {(week.Kind.APPROVED, made.public_id)}
    send(cast, cycle)
    assert weeks(cast, "privacy_lead") == set()


def test_nobody_is_told_to_tell_of_a_decision_while_a_second_person_reads_it(cast, cycle):
    with within(cast.district.pk):
        assert release_desk.asked_about([cycle]) == []
        made = asked(cast, cycle)
        assert release_desk.asked_about([cycle]) == [cycle.pk]
        release_desk.withdraw(by=cast["privacy_lead"], request=made)
        assert release_desk.asked_about([cycle]) == []


def test_a_brief_for_everybody_can_be_read_later_just_as_it_went_out(cast, cycle, monkeypatch, tmp_path):
    (tmp_path / "brief.html").write_bytes(b"<p>as it went out</p>")
    monkeypatch.setattr(governance, "write_brief", lambda *_, **__: tmp_path / "brief.html")
    out = two_hands.released(cast, cycle, Audience.PUBLIC, "Everybody")
    assert letters.page_of(by=cast["teacher"], release=out) == b"<p>as it went out</p>"
    assert not letters.has_sheet(by=cast["teacher"], release=out)
    assert letters.has_sheet(by=cast["teacher"], release=two_hands.sent(cast, cycle, BOARD))


def test_by_default_two_roles_may_send_figures_out_so_that_there_are_two_people():
    assert len(DEFAULT_RIGHTS[Right.RELEASE]) == 2


@pytest.mark.parametrize("reader", [Reader.BOARD, Reader.FAMILIES])
def test_no_letter_leaves_the_house_by_one_hand(cast, cycle, reader):
    envelope = Envelope(reader, "Somebody", site="http://localhost")
    with pytest.raises(Conflict, match="SV142"):
        send(cast, cycle, envelope)
    asked(cast, cycle, envelope)
    with pytest.raises(Conflict, match="SV142"):
        send(cast, cycle, envelope)
    assert letters.sent(by=cast.lead) == []


def test_no_brief_for_the_public_leaves_by_one_hand_and_for_staff_it_does(cast, cycle, monkeypatch):
    for by in (cast["privacy_lead"], cast.lead):
        with pytest.raises(Conflict, match="SV142"):
            governance.release_brief(by=by, cycle=cycle, audience=Audience.PUBLIC, recipient="Board")
    assert send(cast, cycle, Envelope(Reader.TEACHERS, "Teachers", site="http://localhost")).pk


def test_asked_approved_and_sent_it_is_released_once(cast, cycle):
    request = asked(cast, cycle)
    assert request.state == RequestState.PENDING
    approved = release_desk.approve(by=cast.lead, request=request, seen=request.digest)
    assert approved.state == RequestState.APPROVED
    made = send(cast, cycle)
    kept = release_desk.request_of(by=cast.lead, public_id=request.public_id)
    assert (kept.state, kept.release_id) == (RequestState.RELEASED, made.pk)
    with pytest.raises(Conflict, match="SV142"):
        send(cast, cycle)


def test_nobody_reviews_what_they_asked_for_and_the_database_says_so_too(cast, cycle):
    request = asked(cast, cycle)
    with pytest.raises(Conflict, match="SV139"):
        release_desk.approve(by=cast["privacy_lead"], request=request, seen=request.digest)
    with pytest.raises(Conflict, match="SV139"):
        release_desk.reject(by=cast["privacy_lead"], request=request, because="So")
    request.reviewed_by = cast["privacy_lead"]
    with within(cast.district.pk), pytest.raises(IntegrityError), transaction.atomic():
        request.save()


def test_who_evaluated_neither_asks_nor_approves_nor_sends(cast, cycle):
    request = asked(cast, cycle)
    people.set_decision_right(by=cast.lead, right=Right.RELEASE, roles=[Role.ANALYST, Role.PRIVACY_LEAD])
    with pytest.raises(Conflict, match="SV036"):
        release_desk.approve(by=cast["analyst"], request=request, seen=request.digest)
    other = letters.asks_of(Envelope(Reader.FAMILIES, "Families"))
    with pytest.raises(Conflict, match="SV036"):
        release_desk.ask(by=cast["analyst"], cycle=cycle, kind=RequestKind.LETTER, asks=other)
    with pytest.raises(Conflict, match="SV036"):
        send(cast, cycle, by="analyst")


def test_without_the_right_one_neither_asks_nor_approves(cast, cycle):
    request = asked(cast, cycle)
    with pytest.raises(NotAllowed, match="SV001"):
        release_desk.approve(by=cast["principal"], request=request, seen=request.digest)
    with pytest.raises(NotAllowed, match="SV001"):
        release_desk.ask(by=cast["coach"], cycle=cycle, kind=RequestKind.LETTER, asks=letters.asks_of(BOARD))


def newer(cast, cycle):
    with within(cast.district.pk):
        old = Evidence.objects.filter(cycle=cycle).first()
        audited(Evidence.objects.create(
            cycle=cycle, registration=old.registration, document=old.document, sha256="f" * 64, snapshot="1" * 64,
            ruled=old.ruled, evaluated_on=old.evaluated_on, evaluated_by=cast["analyst"],
        ))  # fmt: skip


def test_an_approval_holds_for_what_was_read_and_for_nothing_that_came_after(cast, cycle):
    request = asked(cast, cycle)
    release_desk.approve(by=cast.lead, request=request, seen=request.digest)
    newer(cast, cycle)
    with pytest.raises(Conflict, match="SV142"):
        send(cast, cycle)
    again = asked(cast, cycle)
    assert (again.pk, again.state, again.reviewed_by_id) == (request.pk, RequestState.PENDING, None)
    with pytest.raises(Conflict, match="SV141"):
        release_desk.approve(by=cast.lead, request=again, seen=request.digest)
    now = release_desk.digest_now(by=cast.lead, request=again)
    release_desk.approve(by=cast.lead, request=again, seen=now)
    assert send(cast, cycle).pk


def test_another_recipient_language_or_note_is_another_thing(cast, cycle):
    two_hands.approved(cast, cycle, RequestKind.LETTER, letters.asks_of(BOARD))
    note = notes.pin(by=cast["coach"], says="Ice for a week.", cycle=cycle, on=date(2030, 1, 26))
    others = (
        Envelope(Reader.BOARD, "Another board"), Envelope(Reader.BOARD, "The board", "es"),
        Envelope(Reader.BOARD, "The board", "en", (note,)), Envelope(Reader.FAMILIES, "The board"),
    )  # fmt: skip
    for other in others:
        with pytest.raises(Conflict, match="SV142"):
            send(cast, cycle, other)


def test_a_no_has_its_reason_and_settles_it(cast, cycle):
    request = asked(cast, cycle)
    with pytest.raises(Conflict, match="SV138"):
        release_desk.reject(by=cast.lead, request=request, because=" ")
    rejected = release_desk.reject(by=cast.lead, request=request, because="Too hard to read")
    assert (rejected.state, rejected.because) == (RequestState.REJECTED, "Too hard to read")
    with pytest.raises(Conflict, match="SV140"):
        release_desk.approve(by=cast.lead, request=rejected, seen=rejected.digest)
    with pytest.raises(Conflict, match="SV142"):
        send(cast, cycle)


def test_its_author_alone_takes_a_request_back(cast, cycle):
    request = asked(cast, cycle)
    with pytest.raises(Conflict, match="SV140"):
        release_desk.withdraw(by=cast.lead, request=request)
    assert release_desk.withdraw(by=cast["privacy_lead"], request=request).state == RequestState.WITHDRAWN
    with pytest.raises(Conflict, match="SV140"):
        release_desk.withdraw(by=cast["privacy_lead"], request=request)


def test_a_registered_cycle_is_stopped_by_two_people(cast, cycle):
    with pytest.raises(Conflict, match="SV142"):
        cycles.stop_cycle(by=cast.lead, cycle=cycle, because="The vendor closed")
    two_hands.approved(cast, cycle, RequestKind.STOP, {"because": "The vendor closed"})
    with pytest.raises(Conflict, match="SV142"):
        cycles.stop_cycle(by=cast.lead, cycle=cycle, because="Another reason")
    with clock.stopped_at(date(2030, 4, 1)):
        cycles.stop_cycle(by=cast.lead, cycle=cycle, because="The vendor closed")
    assert cycle.stopped_on


def test_who_may_be_the_second_person_is_told(cast, cycle):
    request = asked(cast, cycle)
    assert [one.pk for one in release_desk.waiting_for(by=cast.lead)] == [request.pk]
    assert release_desk.waiting_for(by=cast["privacy_lead"]) == []
    with within(cast.district.pk):
        assert ReleaseRequest.objects.count() == 1
