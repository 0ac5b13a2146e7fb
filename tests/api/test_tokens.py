"""A token opens one grant of one person, for a time; its secret is shown once, and revoking ends it at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from gainline.engine.core.errors import Conflict, NotAllowed
from gainline.services import aims, clock, people, tokens
from gainline.services.permissions import standing_of
from gainline.store.models.audit import AuditEvent
from gainline.store.models.tokens import ApiToken
from gainline.store.tenancy import within
from gainline.store.words import Role


def own(account):
    return tokens.own_grants(by=account)[0]


def test_the_secret_stands_nowhere_but_in_the_answer(cast):
    issued = tokens.issue(by=cast.lead, name="script", held=own(cast.lead), days=30)
    with within(cast.district.pk):
        kept = ApiToken.objects.filter(pk=issued.token.pk).values().get()
        trail = str(list(AuditEvent.objects.values()))
    assert issued.secret.startswith("gainline_")
    assert issued.secret not in str(kept) + trail + repr(issued)


def test_a_token_acts_for_its_account_until_its_last_day(cast):
    issued = tokens.issue(by=cast.lead, name="script", held=own(cast.lead), days=2)
    assert tokens.bearer(secret=issued.secret) == cast.lead
    today = clock.today(cast.district)
    with clock.stopped_at(today + timedelta(days=1)):
        assert tokens.bearer(secret=issued.secret) == cast.lead
    with clock.stopped_at(today + timedelta(days=2)):
        assert tokens.bearer(secret=issued.secret) is None


def test_a_made_up_secret_opens_nothing(cast):
    for secret in ("", "gainline_", "x" * 60, "\ud800", "é\x00"):
        assert tokens.bearer(secret=secret) is None


def test_a_revoked_token_opens_nothing_and_stays_revoked(cast):
    issued = tokens.issue(by=cast.lead, name="script", held=own(cast.lead), days=30)
    first = tokens.revoke(by=cast.lead, token=issued.token).revoked_at
    assert tokens.bearer(secret=issued.secret) is None
    assert tokens.revoke(by=cast["privacy_lead"], token=issued.token).revoked_at == first


def test_a_token_ends_with_its_grant_and_with_its_account(cast):
    analyst = cast["analyst"]
    issued = tokens.issue(by=analyst, name="script", held=own(analyst), days=30)
    people.withdraw(by=cast.lead, held=issued.token.grant)
    assert tokens.bearer(secret=issued.secret) is None
    other = tokens.issue(by=cast["auditor"], name="script", held=own(cast["auditor"]), days=30)
    cast["auditor"].is_active = False
    cast["auditor"].save()
    assert tokens.bearer(secret=other.secret) is None


def test_a_token_opens_one_grant_whatever_else_its_account_holds(cast):
    analyst = cast["analyst"]
    people.grant(by=cast.lead, account=analyst, role=Role.AUDITOR, unit=cast.root)
    held = next(one for one in tokens.own_grants(by=analyst) if one.role == Role.AUDITOR)
    issued = tokens.issue(by=analyst, name="script", held=held, days=30, may_write=True)
    assert standing_of(analyst).may("record.import")
    assert not standing_of(tokens.bearer(secret=issued.secret)).may("record.import")


def test_a_token_that_only_reads_writes_nothing(cast):
    issued = tokens.issue(by=cast.lead, name="script", held=own(cast.lead), days=30)
    program = tokens.bearer(secret=issued.secret)
    with pytest.raises(NotAllowed, match="SV075"):
        aims.set_aim(by=program, unit=cast.root, title="Mine", by_when=clock.today(cast.district))
    assert aims.aims(by=program) == []


def test_what_a_token_wrote_names_it_in_the_trail(cast, program):
    client = program(cast.lead)
    asked = {"unit": cast.root.public_id, "title": "More read well", "by_when": "2031-06-01"}
    assert client.post("/api/v1/aims", asked, content_type="application/json").status_code == 201
    with within(cast.district.pk):
        event = AuditEvent.objects.order_by("-seq").first()
    assert (event.verb, event.words["token"]) == ("aims.set_aim", client.token.public_id)


def test_tokens_that_make_no_sense_are_refused(cast):
    for held, name in ((own(cast["analyst"]), "theirs"), (own(cast.lead), "  ")):
        with pytest.raises(Conflict, match="SV076"):
            tokens.issue(by=cast.lead, name=name, held=held, days=30)
    for days in (0, 366):
        with pytest.raises(Conflict, match="SV077"):
            tokens.issue(by=cast.lead, name="script", held=own(cast.lead), days=days)
    issued = tokens.issue(by=cast.lead, name="script", held=own(cast.lead), days=30, may_write=True)
    with pytest.raises(Conflict, match="SV076"):
        tokens.issue(by=tokens.bearer(secret=issued.secret), name="again", held=own(cast.lead), days=30)
    with pytest.raises(Conflict, match="SV078"):
        tokens.revoke(by=cast["analyst"], token=issued.token)
    with pytest.raises(NotAllowed, match="SV001"):
        tokens.tokens(by=cast["teacher"])


def test_everybody_sees_their_own_tokens_and_leads_see_all(cast):
    tokens.issue(by=cast["analyst"], name="script", held=own(cast["analyst"]), days=30)
    assert len(tokens.tokens(by=cast["analyst"])) == len(tokens.tokens(by=cast.lead)) == 1
    other = tokens.issue(by=cast.lead, name="mine", held=own(cast.lead), days=30)
    assert len(tokens.tokens(by=cast["analyst"])) == 1
    assert tokens.token(by=cast.lead, public_id=other.token.public_id).name == "mine"


def test_a_session_counts_for_nothing_without_a_token(cast):
    client = Client()
    client.force_login(cast.lead)
    assert client.get("/api/v1/aims").status_code == 401
