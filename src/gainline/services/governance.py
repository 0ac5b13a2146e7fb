"""Governance: what was released to whom, what came back, and the audit trail that can be checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from gainline.engine.core.issues import Issue, Level
from gainline.engine.privacy import Audience
from gainline.road.briefing import write_brief
from gainline.services import clock, desk, letters, release_desk
from gainline.services.notes import travelling
from gainline.services.workspaces import open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.audit import AuditEvent
from gainline.store.models.cycles import Cycle
from gainline.store.models.districts import District
from gainline.store.models.evidence import Review
from gainline.store.models.notes import Feedback, Note, Release
from gainline.store.tenancy import across_districts
from gainline.store.words import RequestKind

AT_MOST = 200


@desk.verb("release.send", on="cycle", words=("audience", "language", "recipient"))
def release_brief(
    *,
    by: Account,
    cycle: Cycle,
    audience: Audience,
    recipient: str,
    language: str = "en",
    notes: Sequence[Note] = (),
) -> Release:
    """Write a cycle's brief for an audience and enter that it was sent out, with the digest of its bytes.

    Raises
    ------
    Conflict
        SV036 when whoever evaluated it would release it as well; SV110 when the evidence was not audited; SV142 when
        it is for the public and nobody else has approved it as it is now.
    Missing
        When the cycle has not been evaluated.
    """
    asks = release_desk.asks_of(str(audience), language, recipient, notes)
    going = release_desk.begin(by, cycle, RequestKind.BRIEF, asks)
    path = write_brief(
        open_workspace(by.district), cycle.key, audience=audience, language=language, notes=travelling(notes)
    )
    page = path.read_bytes()
    letters.keep_page(by.district, going.release, page)
    return release_desk.enter(going, page)


@desk.verb("cycle.review", on="review")
def land_feedback(*, by: Account, review: Review) -> int:
    """Take the feedback that came back since the last review into this one: how many answers."""
    waiting = Feedback.objects.filter(release__cycle=review.cycle_id, review=None)
    return int(waiting.update(review=review))


@desk.reading("district.read")
def releases(*, by: Account) -> list[Release]:
    """What was sent to whom, latest first, with the feedback that came back."""
    return list(Release.objects.select_related("cycle", "released_by").prefetch_related("feedback"))


@desk.reading("audit.read")
def trail(*, by: Account, before: int | None = None, verb: str = "", actor: str = "") -> list[AuditEvent]:
    """Events of the audit trail, latest first, 200 at a time.

    Parameters
    ----------
    before
        The number to go on from.
    verb, actor
        Only events of this verb, and of the account with this id in addresses; empty for all.
    """
    events = AuditEvent.objects.select_related("actor").order_by("-seq")
    wanted = {"seq__lt": before, "verb": verb, "actor__public_id": actor}
    return list(events.filter(**{name: value for name, value in wanted.items() if value})[:AT_MOST])


@desk.reading("audit.read")
def trail_filters(*, by: Account) -> tuple[list[str], list[Account]]:
    """The verbs that the trail knows, and the accounts that it may name."""
    verbs = AuditEvent.objects.order_by("verb").values_list("verb", flat=True).distinct()
    return list(verbs), list(Account.colleagues.order_by("name"))


@desk.reading("audit.read")
def verify_trail(*, by: Account) -> list[Issue]:
    """Every break in the audit trail's chain. A cut-off tail shows only against a head that was kept outside."""
    found, before, expected = [], desk.ZEROS, 1
    for event in AuditEvent.objects.select_related("actor").order_by("seq").iterator(chunk_size=500):
        if event.seq != expected or event.before != before or event.hash != desk.hash_of(event):
            says = f"event {event.seq} of the audit trail is not what was written, or one before it is gone"
            found.append(Issue("SV037", Level.ERROR, says, "ask who had access to the database", file="audit trail"))
        before, expected = event.hash, event.seq + 1
    return found


@desk.reading("audit.read")
def trail_head(*, by: Account) -> tuple[int, str]:
    """The trail's length and last hash; keep it outside."""
    last = AuditEvent.objects.order_by("-seq").first()
    return (last.seq, last.hash) if last else (0, desk.ZEROS)


@desk.carrying
def write_heads() -> Path:
    """Write the head of every district's audit trail into the home's ``heads.jsonl``; copies of it belong outside."""
    path = Path(settings.GAINLINE_HOME) / "heads.jsonl"
    lines = []
    with across_districts(why="every district's trail has a head"):
        for district in District.objects.order_by("pk"):
            last = AuditEvent.objects.filter(district=district).order_by("-seq").first()
            head = {"at": clock.now().isoformat(), "district": district.public_id, "seq": last.seq if last else 0}
            lines.append(json.dumps(head | {"hash": last.hash if last else desk.ZEROS}))
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    return path
