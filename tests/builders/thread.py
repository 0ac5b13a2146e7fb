"""A whole thread of rows in one district, one row of every tenant-owned table, written straight into the store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

from django.db import models

from builders.audits import a_document
from gainline.store.models.accounts import Account
from gainline.store.models.aims import Aim, AimMeasure, Driver
from gainline.store.models.audit import AuditEvent
from gainline.store.models.audits import Audit, DistrictAudit
from gainline.store.models.cycles import Cycle, Draw, PlanDraft, Registration
from gainline.store.models.disclosures import Breach, Destruction, Disclosure, ExitProof, Handover, Refresh
from gainline.store.models.districts import District, Organization
from gainline.store.models.evidence import Decision, Evidence, Learning, Playbook, Review, Voice
from gainline.store.models.grants import DecisionRight, Grant
from gainline.store.models.imports import Import, Job
from gainline.store.models.notes import Feedback, Note, Release
from gainline.store.models.reads import BrokenGlass, Read
from gainline.store.models.requests import ReleaseRequest
from gainline.store.models.tokens import ApiToken
from gainline.store.models.tools import Agreement, Contract, Tool
from gainline.store.models.trainings import Training
from gainline.store.tenancy import across_districts, within

DAY, SHA = date(2025, 10, 1), "0" * 64
NOON = datetime(2025, 10, 1, tzinfo=UTC)
NUMBER = count(1)


def a_district(name: str = "Riverbend Unified") -> District:
    with across_districts(why="a test makes a district"):
        return District.objects.create(name=name)


def an_account(district: District, name: str = "Ana Ruiz") -> Account:
    email = f"{name.split()[0].lower()}{next(NUMBER)}@example.org"
    return Account.objects.create_user(email, None, district=district, name=name)


def a_thread(district: District, more: str = "") -> dict[type[models.Model], models.Model]:
    """One row of each table, by its model; `more` sets a further thread of a district apart from its first."""
    with within(district.pk):
        return _rows(district, more)


def _rows(district: District, more: str) -> dict[type[models.Model], models.Model]:
    me, other = an_account(district), an_account(district, "Ben Ode")
    root = Organization.objects.filter(parent=None).first()
    root = root or Organization.objects.create(kind="district", name=district.name)
    grant = Grant.objects.create(
        account=me, role="analyst", purpose="evaluate", unit=root, starts=DAY, granted_by=other
    )
    token = ApiToken.objects.create(name="script", account=me, grant=grant, sha256=f"{next(NUMBER):064d}", ends=DAY)
    right = DecisionRight.objects.get_or_create(district=district, right="scale", role="analyst")[0]
    aim = Aim.objects.create(title="More read well", by_when=DAY, unit=root, owner=me)
    measure = AimMeasure.objects.create(
        aim=aim, kind="outcome", indicator="reading", label="Reading", goal=5, by_when=DAY
    )
    driver = Driver.objects.create(aim=aim, kind="primary", label="Practice")
    tool = Tool.objects.create(key=f"lumen{more}", name="Lumen", owner=me)
    contract = Contract.objects.create(tool=tool, starts=DAY, ends=DAY)
    agreement = Agreement.objects.create(tool=tool, contract=contract, signed_on=DAY, ends=DAY, destroy_by=DAY)
    handover = Handover.objects.create(
        agreement=agreement, recipient="Lumen", purpose="evaluating-tools", students=1, rows=1, sha256=SHA,
        people_sha256=SHA, snapshot=SHA, handed_on=DAY, handed_by=me,
    )  # fmt: skip
    disclosure = Disclosure.objects.create(handover=handover, person_key=1)
    destruction = Destruction.objects.create(agreement=agreement, certificate={}, sha256=SHA, destroyed_on=DAY)
    proof = ExitProof.objects.create(
        agreement=agreement, step="data-deleted", proof="A letter", said_on=DAY, said_by=me
    )
    breach = Breach.objects.create(found_on=DAY, says="A list was lost.", written_by=me)
    refresh = Refresh.objects.create(refreshed_on=DAY, refreshed_by=me)
    cycle = Cycle.objects.create(
        aim=aim,
        tool=tool,
        driver=driver,
        key=f"lumen-reading{more}",
        title="Lumen",
        question="Does it?",
        decide_by=DAY,
        unit=root,
    )
    draft = PlanDraft.objects.create(cycle=cycle, text="", written_by=me)
    locked = Registration.objects.create(
        cycle=cycle, canonical="{}", sha256=SHA, snapshot=SHA, registered_on=DAY, registered_by=me
    )
    draw = Draw.objects.create(cycle=cycle, kind="sample", seed="1", sha256=SHA, drawn_by=me)
    job = Job.objects.create(kind="import", asked_by=me)
    brought = Import.objects.create(source="vendor", asked_by=me, job=job)
    evidence = Evidence.objects.create(
        cycle=cycle, registration=locked, document={}, sha256=SHA, snapshot=SHA, ruled="stop", evaluated_on=DAY,
        evaluated_by=me,
    )  # fmt: skip
    audit = Audit.objects.create(
        cycle=cycle, evidence=evidence, document=a_document(cycle.key), sha256=SHA, flags=0, made_on=DAY
    )
    weekly = DistrictAudit.objects.create(document={"cycles": [], "lines": {"en": [], "es": []}}, made_on=DAY)
    review = Review.objects.create(cycle=cycle, evidence=evidence, held_on=DAY, opened_by=me)
    voice = Voice.objects.create(review=review, by=me, role="coach", says="It was used")
    decision = Decision.objects.create(
        cycle=cycle, evidence=evidence, ruled="stop", chosen="stop", decided_by=me, decided_on=DAY, reasons="The rule"
    )
    learning = Learning.objects.create(cycle=cycle, decision=decision, says="Time matters", written_by=me)
    playbook = Playbook.objects.create(cycle=cycle, decision=decision, title="How", written_by=me)
    note = Note.objects.create(cycle=cycle, tool=tool, on=DAY, says="Snow week", written_by=me)
    release = Release.objects.create(
        cycle=cycle,
        evidence=evidence,
        audience="public",
        recipient="Board",
        sha256=SHA,
        released_on=DAY,
        released_by=me,
    )
    glass = BrokenGlass.objects.create(
        account=me, reason="A bus is missing", reference="4711", students=[], opened_at=NOON,
        ends_at=NOON + timedelta(hours=1), review_by=DAY,
    )  # fmt: skip
    shown = Read.objects.create(account=me, kind="worklist", about=[], at=NOON, glass=glass)
    training = Training.objects.create(account=me, module="records", version=1, score=4, asked=5, taken_on=DAY)
    request = ReleaseRequest.objects.create(
        kind="brief", cycle=cycle, asks={"recipient": "Board"}, digest=SHA, asked_by=me, asked_on=DAY
    )
    feedback = Feedback.objects.create(release=release, says="Thank you", review=review)
    event = AuditEvent.objects.create(
        seq=next(NUMBER) + 1_000_000,
        at=NOON,
        actor=me,
        verb="test.row",
        before=SHA,
        hash=SHA,
    )
    rows = (
        district,
        me,
        root,
        grant,
        token,
        right,
        aim,
        measure,
        driver,
        tool,
        contract,
        agreement,
        handover,
        disclosure,
        destruction,
        proof,
        breach,
        refresh,
        cycle,
        draft,
        locked,
    )
    rows += (draw, job, brought, evidence, review, voice, decision, learning, playbook, note, release, feedback, event)
    rows += (audit, weekly, glass, shown, training, request)
    return {type(row): row for row in rows}
