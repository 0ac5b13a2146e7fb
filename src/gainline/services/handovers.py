"""Handovers: rows of students that leave the district under an agreement, each with its disclosures, until its end.

A file is handed over as far as its row stands: it is written first, under a name that nobody knows, and the row, one
disclosure a student and the audit event are written in one transaction. A stop before its end leaves a file that no
page leads to, and the next handover takes it away.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median

from gainline.engine.core.errors import GainlineError, Refused
from gainline.engine.ledger import Ledger
from gainline.engine.privacy.purposes import Purpose
from gainline.engine.privacy.retention import Hold
from gainline.road.destroying import JOURNAL, destroy_files, handed_file, keep_file, sweep
from gainline.road.disclosing import Packed, pack, people_digest
from gainline.road.erasing import said_of
from gainline.road.erasing.handed import ASKED, WAITS, destroy_released, keeping
from gainline.services import clock, desk
from gainline.services.agreed import holder_of, value_of
from gainline.services.workspaces import folder_of, open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.audit import AuditEvent
from gainline.store.models.disclosures import Destruction, Disclosure, Handover
from gainline.store.models.districts import District
from gainline.store.models.tools import Agreement
from gainline.store.tenancy import across_districts, within

AT_ONCE = 500
ANSWERED = "destruction_proven"
MOST_A_DAY = 20  # files that one account makes, and files that it takes
A_DAY = timedelta(days=1)
UNUSUAL = 3  # times the median of what was handed over before
LEAST_BEFORE = 3  # handovers from which on there is a usual
LOG = logging.getLogger("gainline.jobs")


@desk.verb("release.send", on="agreement", words=("purpose", "recipient"))
def hand_over(*, by: Account, agreement: Agreement, purpose: Purpose, recipient: str = "") -> Handover:
    """Make the file of what an agreement allows for a purpose, and enter whom it is about.

    One with far more rows than usual is entered in the trail as such, and said in the log.

    Parameters
    ----------
    recipient
        Who gets it: the holder of the agreement, or one whom it names; empty for the holder.

    Raises
    ------
    Conflict
        SV101 when the agreement does not name the recipient; SV102 when what it covered was destroyed; SV119 beyond
        the quota of a day.
    Refused
        PR080 to PR084 as `road.disclosing.pack`.
    """
    to = recipient or holder_of(agreement)
    if to not in {holder_of(agreement), *agreement.recipients}:
        raise desk.refuse(
            "SV101", "the agreement does not name this recipient", "hand it to whom it names, or amend it"
        )
    _refuse_destroyed(agreement)
    workspace, day = open_workspace(by.district), clock.today(by.district)
    _check_quota(Handover.objects.filter(handed_by=by, handed_on=day).count())
    sweep(workspace.root, {one.public_id for one in Handover.objects.all()})
    packed = pack(workspace, value_of(agreement), purpose, label=agreement.public_id, on=day)
    row = Handover(
        agreement=agreement, recipient=to, purpose=str(purpose), elements=list(packed.elements),
        students=len(packed.people), rows=packed.rows, sha256=packed.sha256, people_sha256=packed.people_sha256,
        snapshot=packed.snapshot, handed_on=day, handed_by=by,
    )  # fmt: skip
    path = keep_file(workspace.root, row.public_id, packed.content)
    try:
        _enter(row, packed)
        _tell_unusual(by, row)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return row


@desk.verb("release.send", on="handover")
def fetch(*, by: Account, handover: Handover) -> bytes:
    """The bytes of a handover, to be given to its recipient; while its agreement runs, and never after.

    Raises
    ------
    Conflict
        SV102 when it was destroyed; SV106 when the file is gone or is not what was entered; SV119 beyond the quota of
        a day; SV174 when it stays for a legal hold alone.
    Refused
        PR080 when the agreement does not run today.
    """
    agreement = handover.agreement
    _refuse_destroyed(agreement)
    taken = AuditEvent.objects.filter(actor=by, verb="handovers.fetch", at__gte=clock.now() - A_DAY)
    _check_quota(taken.count())
    if not value_of(agreement).is_active(clock.today(by.district)):
        raise Refused("PR080 the agreement does not run today, so nothing may leave under it", "renew it")
    if any(one.handover == handover.public_id and one.waits for one in to_destroy(by=by, agreement=agreement)):
        raise desk.refuse(
            "SV174", "somebody in the file was erased, and it stays for a legal hold alone", "hand it over anew"
        )
    content = handed_file(open_workspace(by.district).root, handover.public_id, sha256=handover.sha256)
    if content is None:
        raise desk.refuse("SV106", "the file is gone, or is not what was handed over", "hand it over anew")
    return content


@desk.verb("agreement.write", on="agreement", without_room=True)
def destroy(*, by: Account, agreement: Agreement) -> Destruction:
    """Destroy our copies of what was handed over under an agreement that has ended, with a certificate.

    Raises
    ------
    Conflict
        SV102 when that was done; SV107 while the agreement runs; SV174 while a legal hold keeps them.
    """
    _refuse_destroyed(agreement)
    day = clock.today(by.district)
    if agreement.ends >= day:
        raise desk.refuse("SV107", "the agreement still runs", "wait for its end, or have it end earlier in writing")
    if holds := _held(agreement):
        raise desk.refuse("SV174", f"a legal hold keeps these copies: {said_of(holds)}", "have the hold lifted first")
    return _destroy(agreement, by=by.title or "the privacy lead")


@desk.carrying
def destroy_due() -> int:
    """Destroy what is due in every district, on the day of destruction or after it: how many agreements.

    What a legal hold keeps waits for its end; files of people who were erased then go, too.
    """
    with across_districts(why="the clock looks after every district"):
        districts = list(District.objects.all())
    done = 0
    for district in districts:
        with within(district.pk):
            due = Agreement.objects.filter(destroy_by__lte=clock.today(district), destruction=None)
            _destroy_released(district)
            for agreement in due.select_related("tool", "district"):
                try:
                    if _held(agreement):
                        continue
                    with desk.by_the_clock(district, "handovers.destroy_due", agreement):
                        _destroy(agreement, by="the clock, on the day that the agreement names")
                except GainlineError as error:  # one district's trouble keeps no other district waiting
                    LOG.warning("a destruction is still due: %s", error.says, extra={"job": agreement.public_id})
                else:
                    done += 1
    return done


@desk.reading("district.read", on="agreement")
def holds_on(*, by: Account, agreement: Agreement) -> tuple[Hold, ...]:
    """The legal holds that keep our copies of what was handed over under an agreement."""
    return _held(agreement) if folder_of(by.district).is_dir() else ()


@desk.reading("district.read")
def handover(*, by: Account, public_id: str) -> Handover:
    """One handover with its agreement."""
    found: Handover = desk.find(Handover, public_id, "agreement", "agreement__tool", "handed_by")
    return found


@desk.reading("record.read")
def disclosures_of(*, by: Account, person_key: int) -> list[Handover]:
    """Every handover that held a student's records: what a family may ask for.

    Source: 34 CFR 99.32.
    """
    found = Handover.objects.filter(disclosures__person_key=person_key)
    return list(found.select_related("agreement", "agreement__tool"))


@dataclass(frozen=True, slots=True)
class ToDestroy:
    """A recipient who is to destroy a file, because somebody in it was erased here; and the proof once it came.

    It waits while a legal hold keeps our copy: nobody is asked to destroy theirs until it ends.
    """

    handover: str
    recipient: str
    asked_on: date
    proof: str = ""
    waits: bool = False


@desk.reading("district.read", on="agreement")
def to_destroy(*, by: Account, agreement: Agreement) -> list[ToDestroy]:
    """Files under an agreement whose recipients are to destroy theirs after an erasure, the oldest first."""
    known = set(Handover.objects.filter(agreement=agreement).values_list("public_id", flat=True))
    folder = folder_of(by.district)
    found: dict[str, ToDestroy] = {}
    for entry in Ledger(folder / JOURNAL).entries() if (folder / JOURNAL).is_file() else ():
        name = str(entry.payload.get("handover"))
        if name in known and entry.kind in {ASKED, WAITS}:
            one = ToDestroy(name, str(entry.payload["recipient"]), entry.on, waits=entry.kind == WAITS)
            found[name] = one if name not in found or found[name].waits else found[name]
        elif name in known and entry.kind == ANSWERED:
            found[name] = replace(found[name], proof=str(entry.payload["proof"]))
    return list(found.values())


@desk.verb("agreement.write", on="handover", without_room=True)
def prove_destroyed(*, by: Account, handover: Handover, proof: str) -> None:
    """Enter what proves that a recipient destroyed a file, after somebody in it was erased here.

    Raises
    ------
    Conflict
        SV172 when this was not asked of the recipient, or is proven; SV104 when nothing is said that would prove it.
    """
    open_ones = {one.handover for one in to_destroy(by=by, agreement=handover.agreement)
                 if not one.proof and not one.waits}  # fmt: skip
    if handover.public_id not in open_ones:
        raise desk.refuse("SV172", "nobody waits for this proof", "read the list of the agreement again")
    if not proof.strip():
        raise desk.refuse("SV104", "nothing is said that would prove it", "name the letter, mail or certificate")
    said = {"handover": handover.public_id, "proof": proof.strip()}
    Ledger(folder_of(by.district) / JOURNAL).append(ANSWERED, said, on=clock.today(by.district))


def _enter(row: Handover, packed: Packed) -> None:
    row.save()
    rows = [Disclosure(handover=row, district_id=row.district_id, person_key=key) for key in packed.people]
    Disclosure.objects.bulk_create(rows, batch_size=AT_ONCE)


def _check_quota(before: int) -> None:
    if before >= MOST_A_DAY:
        raise desk.refuse(
            "SV119", f"one account hands over at most {MOST_A_DAY} files a day", "go on tomorrow, or ask a colleague"
        )


def _tell_unusual(by: Account, row: Handover) -> None:
    """Leave an alert where far more leaves than usual; whoever reads the trail asks why."""
    before = [one.rows for one in Handover.objects.exclude(pk=row.pk)]
    if len(before) < LEAST_BEFORE or row.rows <= UNUSUAL * median(before):
        return
    words = {"rows": row.rows, "usual": int(median(before))}
    desk.write_down(district=by.district, by=by, name="handovers.unusual", row=row, words=words)
    LOG.warning("a handover is far larger than usual", extra={"account": by.public_id, "district": by.district_id})


def _refuse_destroyed(agreement: Agreement) -> None:
    if Destruction.objects.filter(agreement=agreement).exists():
        raise desk.refuse("SV102", "what this agreement covered was destroyed", "make a new agreement")


def _held(agreement: Agreement) -> tuple[Hold, ...]:
    """The legal holds that keep a file of an agreement, each once: one certificate tells of all files, so all stay."""
    names = Handover.objects.filter(agreement=agreement).values_list("public_id", flat=True)
    if not names:
        return ()
    found = keeping(open_workspace(agreement.district), names, clock.today(agreement.district))
    return tuple(dict.fromkeys(one for kept in found.values() for one in kept))


def _destroy_released(district: District) -> None:
    try:
        if folder_of(district).is_dir():
            destroy_released(open_workspace(district), clock.today(district))
    except GainlineError as error:
        LOG.warning("files of people who were erased still wait: %s", error.says, extra={"district": district.pk})


def _destroy(agreement: Agreement, *, by: str) -> Destruction:
    """Take the files away, then certify; every step can be done again after a stop."""
    handed = list(Handover.objects.filter(agreement=agreement))
    people = set(Disclosure.objects.filter(handover__in=handed).values_list("person_key", flat=True))
    workspace, day = open_workspace(agreement.district), clock.today(agreement.district)
    counted = {
        "agreement": agreement.public_id,
        "holder": holder_of(agreement),
        "on": day.isoformat(),
        "due": agreement.destroy_by.isoformat(),
        "by": by,
        "handovers": len(handed),
        "rows": sum(one.rows for one in handed),
        "students": len(people),
        "people_sha256": people_digest(people),
    }
    done = destroy_files(workspace, {one.public_id: one.sha256 for one in handed}, counted)
    return Destruction.objects.create(
        agreement=agreement, certificate=done.certificate, sha256=done.sha256, destroyed_on=day
    )
