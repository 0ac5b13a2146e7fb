"""Letters: briefs for a board, teachers, families and analysts, what was sent to whom, and what came back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core import signing

from gainline.engine.core.errors import Missing
from gainline.engine.privacy import Audience
from gainline.engine.reports.readers import Decided, Reader, Sending, letter, letter_html, letter_pdf
from gainline.road.releases import enter_release, with_releases
from gainline.road.signing import handed_out, issue_head
from gainline.services import clock, desk, release_desk
from gainline.services.notes import travelling
from gainline.services.readership import check_may_read, may_read
from gainline.services.workspaces import folder_of, open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle
from gainline.store.models.districts import District
from gainline.store.models.evidence import Decision, Evidence
from gainline.store.models.notes import Feedback, Note, Release
from gainline.store.tenancy import across_districts, within
from gainline.store.words import RequestKind

SALT = "gainline.feedback"
MODE = 0o700
MOST_WORDS = 2_000  # letters of an answer
MOST_ANSWERS = 500  # of one letter: beyond that somebody plays


@dataclass(frozen=True, slots=True)
class Envelope:
    """To whom a letter goes: which voice and language, who gets it, which notes travel along, and the site's address.

    Parameters
    ----------
    site
        Where the site stands, such as ``https://gainline.example.org``; the link for answers begins with it.
    """

    reader: Reader
    recipient: str
    language: str = "en"
    notes: Sequence[Note] = ()
    site: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader of a letter is asked: about which letter, of which district."""

    release: Release
    district: str
    title: str


@desk.reading("evidence.read")
def readers(*, by: Account) -> list[Reader]:
    """Whose briefs an account may look at: exact counts are for those who have a right to the records, or send them."""
    return [reader for reader in Reader if may_read(by=by, reader=str(reader))]


@desk.reading("evidence.read", on="cycle")
def preview(*, by: Account, cycle: Cycle, envelope: Envelope) -> str:
    """The letter as it would be sent, as HTML.

    Raises
    ------
    Missing
        SV052 when the cycle has not been evaluated.
    NotAllowed
        SV056 when its counts are finer than this account may see.
    Refused
        RP013 when families could not read it.
    """
    check_may_read(by=by, reader=str(envelope.reader), cycle=cycle)
    return letter_html(_told(by.district, release_desk.evidence_of(cycle), envelope, token=""))


@desk.verb("release.send", on="cycle")
def send(*, by: Account, cycle: Cycle, envelope: Envelope) -> Release:
    """Write a letter as page and as sheet, keep both, and enter to whom it went, with the digest of the page.

    Raises
    ------
    Missing
        SV052 when the cycle has not been evaluated.
    Conflict
        SV036 when whoever evaluated it would send it as well; SV053 when it is sent to nobody; SV110 when the evidence
        was not audited; SV142 when it leaves the house and nobody else has approved it as it is now.
    Refused
        RP013 when families could not read it.
    """
    if not envelope.recipient.strip():
        raise desk.refuse("SV053", "a letter is sent to somebody", "name who gets it")
    going = release_desk.begin(by, cycle, RequestKind.LETTER, asks_of(envelope))
    told = _told(by.district, going.evidence, envelope, token=_token_of(going.release))
    if envelope.reader.audience is Audience.PUBLIC:
        enter_release(open_workspace(by.district), cycle.key, going.evidence.document, on=clock.today(by.district))
    page = letter_html(told).encode()
    (_folder(by.district) / f"{going.release.public_id}.pdf").write_bytes(letter_pdf(told))
    keep_page(by.district, going.release, page)
    return release_desk.enter(going, page)


def asks_of(envelope: Envelope) -> dict[str, Any]:
    """What the release desk is asked for with a letter."""
    return release_desk.asks_of(str(envelope.reader), envelope.language, envelope.recipient, envelope.notes)


@desk.reading("district.read")
def sent(*, by: Account) -> list[Release]:
    """What was sent to whom, latest first, with the answers that came back."""
    chosen = Release.objects.select_related("cycle__tool", "released_by").prefetch_related("feedback__review")
    return list(chosen)


@desk.reading("district.read")
def release(*, by: Account, public_id: str) -> Release:
    """One letter that was sent."""
    found: Release = desk.find(Release, public_id, "cycle__tool", "released_by")
    return found


@desk.reading("district.read", on="release")
def page_of(*, by: Account, release: Release) -> bytes:
    """The page as it was sent.

    Raises
    ------
    Missing
        SV054 when it was not kept here, or is not what was sent any more.
    NotAllowed
        SV056 when its counts are finer than this account may see.
    """
    check_may_read(by=by, reader=release.audience)
    return _kept(release)


@desk.reading("district.read", on="release")
def has_sheet(*, by: Account, release: Release) -> bool:
    """Whether a PDF was made with the page: letters have one, and a link for answers; a brief for all has neither."""
    return (_folder(release.district) / f"{release.public_id}.pdf").is_file()


@desk.reading("district.read", on="release")
def sheet_of(*, by: Account, release: Release) -> bytes:
    """The tagged PDF that was made with the page.

    Raises
    ------
    Missing
        SV054 when it was not kept here.
    NotAllowed
        SV056 when its counts are finer than this account may see.
    """
    check_may_read(by=by, reader=release.audience)
    path = _folder(release.district) / f"{release.public_id}.pdf"
    if not path.is_file():
        raise _gone()
    return path.read_bytes()


@desk.carrying
def asked(*, token: str) -> Asked:
    """What a letter's link leads to; whoever has the letter has the link.

    Raises
    ------
    Missing
        SV002 when the link was not made by this site.
    """
    found = _by_token(token)
    with within(found.district_id):
        return Asked(found, found.district.name, found.cycle.title if found.cycle else "")


@desk.carrying
def answer(*, token: str, says: str, voice: str = "") -> Feedback:
    """Keep what a reader answered, without any name; it lands in the next review.

    Raises
    ------
    Missing
        SV002 when the link was not made by this site.
    Conflict
        SV055 when nothing is said, or more than a page, or the letter has had all the answers that it takes.
    """
    found = _by_token(token)
    with within(found.district_id):
        is_full = Feedback.objects.filter(release=found).count() >= MOST_ANSWERS
        if not says.strip() or len(says) > MOST_WORDS or is_full:
            raise desk.refuse(
                "SV055", "this answer cannot be kept", f"write something, in {MOST_WORDS} letters at most"
            )
        return Feedback.objects.create(release=found, says=says.strip(), voice=voice.strip()[:60])


def keep_page(district: District, release: Release, page: bytes) -> None:
    """Keep a page as it is sent, so that anybody who may read it can read just that later."""
    (_folder(district) / f"{release.public_id}.html").write_bytes(page)


def _token_of(release: Release) -> str:
    """The signed word in the link of a letter: nobody can make one up, and it names no person."""
    return signing.dumps(release.public_id, salt=SALT)


def _by_token(token: str) -> Release:
    try:
        public_id = signing.loads(token, salt=SALT)
    except signing.BadSignature as fault:
        raise desk.nothing_here() from fault
    with across_districts(why="the link of a letter says by itself to which district it belongs"):
        found = Release.objects.select_related("cycle", "district").filter(public_id=public_id).first()
    if found is None:
        raise desk.nothing_here()
    return found


def _told(district: District, latest: Evidence, envelope: Envelope, *, token: str) -> Any:  # noqa: ANN401 - a letter
    stands = Decision.objects.filter(cycle=latest.cycle, replaced_by=None).first()
    decided = Decided(stands.chosen, stands.decided_on.isoformat(), stands.reasons) if stands else None
    answer_at = f"{envelope.site}/feedback/{token}/" if token else ""
    sending = Sending(district.name, decided, travelling(envelope.notes), answer_at)
    told = with_releases(open_workspace(district), latest.cycle.key, latest.document)
    document = _with_head(told, district) if token else told
    return letter(document, envelope.reader, lang=envelope.language, sending=sending)


def _with_head(document: dict[str, Any], district: District) -> dict[str, Any]:
    """The document with the ledger's signed head, which thereby leaves the house; a ledger without entries has none."""
    workspace = open_workspace(district)
    return document | {"ledger": handed_out(issue_head(workspace))} if workspace.ledger.head().seq else document


def _kept(release: Release) -> bytes:
    path = _folder(release.district) / f"{release.public_id}.html"
    page = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(page).hexdigest() != release.sha256:
        raise _gone()
    return page


def _gone() -> Missing:
    return Missing("SV054 what was sent is not kept here as it was sent", "send it again, and ask who had access")


def _folder(district: District) -> Path:
    folder = folder_of(district) / "letters"
    folder.mkdir(parents=True, exist_ok=True, mode=MODE)
    return folder
