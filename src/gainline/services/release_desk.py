"""The release desk: what goes out to the public, and what ends a registered cycle, takes two people.

One asks, another holder of the right to send figures out reads what it is and approves, and only then it happens. Every
door that lets figures out goes by `begin` and `enter`, the one that stops a registered cycle by `clear` and `close`;
nothing else opens one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gainline.engine.core.errors import GainlineError, Missing
from gainline.engine.ledger import digest
from gainline.services import clock, desk, stages
from gainline.services.readership import FOR_ALL
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle
from gainline.store.models.evidence import Decision, Evidence
from gainline.store.models.notes import Note, Release
from gainline.store.models.requests import ReleaseRequest
from gainline.store.words import RequestKind, RequestState

OPEN = (RequestState.PENDING, RequestState.APPROVED)
ASKS_WITH = {
    RequestKind.BRIEF: "release.send",
    RequestKind.LETTER: "release.send",
    RequestKind.STOP: "cycle.start",
}
"""The permission that asking takes; approving always takes the right to send figures out."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What may go out, before its page is written.

    Parameters
    ----------
    release
        The entry to come, not saved yet: its id can stand in the page already.
    rests_on
        The approved request; None for what needs none.
    """

    release: Release
    rests_on: ReleaseRequest | None

    @property
    def evidence(self) -> Evidence:
        """What it tells of."""
        found: Evidence = self.release.evidence
        return found


@desk.verb("district.read", on="cycle", words=("kind",))
def ask(*, by: Account, cycle: Cycle, kind: RequestKind, asks: dict[str, Any]) -> ReleaseRequest:
    """Ask for something that takes two people; asked again after it changed, it waits for a review again.

    Parameters
    ----------
    asks
        For a brief or letter `for_whom`, `language`, `recipient` and `notes` (their ids); for a stop `because`.

    Raises
    ------
    NotAllowed
        SV001 when one may not do it even with a second person.
    Conflict
        SV036 when whoever evaluated a cycle asks for its release; SV138 when nothing is said that it needs.
    """
    desk.authorize(by, ASKS_WITH[kind], cycle)
    if not str(asks.get("because" if kind == RequestKind.STOP else "recipient", "")).strip():
        raise desk.refuse("SV138", "it is not said to whom it goes, or why it stops", "say it, then ask again")
    _refuse_evaluator(by, cycle, kind)
    now = object_digest(cycle, kind, asks)
    standing = _open(cycle, kind, asks).first()
    if standing is None:
        made = ReleaseRequest(cycle=cycle, kind=kind, asks=asks, asked_by=by, asked_on=clock.today(by.district))
    else:
        made = standing
    if made.digest != now:
        made.digest, made.state, made.reviewed_by, made.reviewed_on = now, RequestState.PENDING, None, None
    made.save()
    return made


@desk.verb("release.send", on="request")
def approve(*, by: Account, request: ReleaseRequest, seen: str) -> ReleaseRequest:
    """Approve what somebody else asked for.

    Parameters
    ----------
    seen
        The digest of what the reviewer has read: an approval holds for that and for nothing that came after.

    Raises
    ------
    Conflict
        SV036 when it is the evaluator; SV139 when it is one's own; SV140 when it is settled; SV141 when it changed.
    """
    _check_reviewer(by, request)
    now = object_digest(request.cycle, request.kind, request.asks)
    if seen != now:
        raise desk.refuse("SV141", "it has changed since you read it", "read it again, then approve what it is now")
    return _reviewed(by, request, RequestState.APPROVED, digest_now=now)


@desk.verb("release.send", on="request")
def reject(*, by: Account, request: ReleaseRequest, because: str) -> ReleaseRequest:
    """Say no to what somebody else asked for, with the reason.

    Raises
    ------
    Conflict
        As `approve`; SV138 when no reason is given.
    """
    _check_reviewer(by, request)
    if not because.strip():
        raise desk.refuse("SV138", "a no comes with its reason", "say what has to change")
    request.because = because.strip()
    return _reviewed(by, request, RequestState.REJECTED, digest_now=request.digest)


@desk.verb("district.read", on="request")
def withdraw(*, by: Account, request: ReleaseRequest) -> ReleaseRequest:
    """Take one's own request back.

    Raises
    ------
    Conflict
        SV140 when it is settled, or somebody else's.
    """
    if request.state not in OPEN or request.asked_by_id != by.pk:
        raise desk.refuse("SV140", "this request is settled, or somebody else's", "its author alone takes it back")
    request.state = RequestState.WITHDRAWN
    request.save()
    return request


@desk.reading("district.read")
def requests(*, by: Account, at_most: int = 100) -> list[ReleaseRequest]:
    """What was asked for, latest first."""
    found = ReleaseRequest.objects.select_related("cycle__tool", "asked_by", "reviewed_by")
    return list(found[:at_most])


@desk.reading("district.read")
def request_of(*, by: Account, public_id: str) -> ReleaseRequest:
    """One request."""
    found: ReleaseRequest = desk.find(ReleaseRequest, public_id, "cycle__tool", "asked_by", "reviewed_by", "release")
    return found


@desk.reading("district.read")
def digest_now(*, by: Account, request: ReleaseRequest) -> str:
    """The digest of what a request asks for as it is now; an approval of another one does not hold."""
    return object_digest(request.cycle, request.kind, request.asks)


@desk.reading("district.read")
def waiting_for(*, by: Account) -> list[ReleaseRequest]:
    """What others asked for and nobody has reviewed yet."""
    found = ReleaseRequest.objects.filter(state=RequestState.PENDING).exclude(asked_by=by)
    return list(found.select_related("cycle__tool"))


@desk.reading("district.read")
def may_carry_out(*, by: Account) -> list[ReleaseRequest]:
    """What this account asked for and somebody else has approved: it waits to be carried out."""
    return list(ReleaseRequest.objects.filter(state=RequestState.APPROVED, asked_by=by).select_related("cycle__tool"))


def asked_about(cycles: Sequence[Cycle]) -> list[int]:
    """Those of the cycles, by key, about which somebody has asked to send figures out and nobody has settled it."""
    sends = (RequestKind.BRIEF, RequestKind.LETTER)
    found = ReleaseRequest.objects.filter(cycle__in=cycles, state__in=OPEN, kind__in=sends)
    return list(found.values_list("cycle", flat=True))


def asks_of(for_whom: str, language: str, recipient: str, notes: Sequence[Note]) -> dict[str, Any]:
    """What a request for a brief or letter says, the same for whoever asks and whoever sends."""
    along = sorted(one.public_id for one in notes)
    return {"for_whom": str(for_whom), "language": language, "recipient": recipient.strip(), "notes": along}


def clear(by: Account, cycle: Cycle, kind: RequestKind, asks: dict[str, Any]) -> ReleaseRequest | None:
    """Let pass what may happen now: the approved request that it rests on, None for what needs none.

    Briefs and letters for staff stay in the house and need no second person; a cycle without a registered plan can be
    stopped by one.

    Raises
    ------
    Conflict
        SV036 when whoever evaluated would release as well; SV142 when nobody else has approved this very thing.
    """
    _refuse_evaluator(by, cycle, kind)
    if not _needs_two(cycle, kind, asks):
        return None
    now = object_digest(cycle, kind, asks)
    found: ReleaseRequest | None = _open(cycle, kind, asks).filter(state=RequestState.APPROVED, digest=now).first()
    if found is None:
        raise desk.refuse(
            "SV142", "this takes two people, and nobody else has approved it as it is now",
            "ask for it at the release desk; another person with the right to send figures out approves it",
        )  # fmt: skip
    return found


def close(request: ReleaseRequest | None, release: Release | None = None) -> None:
    """Note that what was approved has happened."""
    if request is not None:
        request.state, request.release = RequestState.RELEASED, release
        request.save()


def evidence_of(cycle: Cycle) -> Evidence:
    """The evidence that whatever goes out about a cycle tells of.

    Raises
    ------
    Missing
        SV052 when the cycle has not been evaluated.
    """
    latest: Evidence | None = Evidence.objects.filter(cycle=cycle).first()
    if latest is None:
        raise Missing("SV052 this cycle has no evidence to tell of", "have its registered plan evaluated first")
    return latest


def begin(by: Account, cycle: Cycle, kind: RequestKind, asks: dict[str, Any]) -> Outgoing:
    """Let a brief or letter of a cycle's latest evidence begin to go out.

    Raises
    ------
    Missing
        SV052 as `evidence_of`.
    Conflict
        SV036 and SV142 as `clear`; SV110 when the evidence was not audited.
    """
    latest = evidence_of(cycle)
    rests_on = clear(by, cycle, kind, asks)
    stages.require_audit(latest)
    release = Release(
        cycle=cycle, evidence=latest, audience=asks["for_whom"], language=asks["language"],
        recipient=asks["recipient"], released_on=clock.today(by.district), released_by=by,
    )  # fmt: skip
    return Outgoing(release, rests_on)


def enter(going: Outgoing, page: bytes) -> Release:
    """Enter that a page went out, with the digest of its bytes, and that what was approved has happened."""
    going.release.sha256 = hashlib.sha256(page).hexdigest()
    going.release.save()
    close(going.rests_on, going.release)
    return going.release


def object_digest(cycle: Cycle, kind: str, asks: dict[str, Any]) -> str:
    """SHA-256 over everything that would go out: what was asked, the evidence, the decision, and the notes' words."""
    latest = Evidence.objects.filter(cycle=cycle).first()
    stands = Decision.objects.filter(cycle=cycle, replaced_by=None).first()
    notes = Note.objects.filter(public_id__in=asks.get("notes", ())).order_by("public_id")
    return digest({
        "kind": str(kind),
        "cycle": cycle.public_id,
        "asks": asks,
        "evidence": latest.sha256 if latest else None,
        "decision": [stands.chosen, stands.decided_on.isoformat(), stands.reasons] if stands else None,
        "notes": [[one.says, one.figure, one.on.isoformat() if one.on else None] for one in notes],
    })  # fmt: skip


def _needs_two(cycle: Cycle, kind: RequestKind, asks: dict[str, Any]) -> bool:
    if kind == RequestKind.STOP:
        return bool(cycle.registrations.exists())
    return asks["for_whom"] in FOR_ALL


def _refuse_evaluator(by: Account, cycle: Cycle, kind: str) -> None:
    latest = Evidence.objects.filter(cycle=cycle).first()
    if kind != RequestKind.STOP and latest is not None and latest.evaluated_by_id == by.pk:
        raise desk.refuse("SV036", "who evaluates does not release", "let somebody else with this right release it")


def _check_reviewer(by: Account, request: ReleaseRequest) -> None:
    if request.asked_by_id == by.pk:
        raise desk.refuse("SV139", "nobody reviews what they asked for", "let another person with this right review it")
    if request.state not in OPEN:
        raise _settled()
    _refuse_evaluator(by, request.cycle, request.kind)


def _settled() -> GainlineError:
    return desk.refuse("SV140", "this request is settled", "ask anew if it is still wanted")


def _reviewed(by: Account, request: ReleaseRequest, state: RequestState, *, digest_now: str) -> ReleaseRequest:
    request.state, request.digest = state, digest_now
    request.reviewed_by, request.reviewed_on = by, clock.today(by.district)
    request.save()
    return request


def _open(cycle: Cycle, kind: str, asks: dict[str, Any]) -> Any:  # noqa: ANN401 - a query
    return ReleaseRequest.objects.filter(cycle=cycle, kind=kind, asks=asks, state__in=OPEN)
