"""The audit stands with the evidence: no review and no brief without it, and a weekly one for the district."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError

from builders import two_hands
from builders.audits import a_document, audited
from builders.evaluated import a_tool, document, evaluated
from gainline.engine.core.errors import Conflict, NotAllowed
from gainline.engine.privacy import Audience
from gainline.engine.reports.readers import Reader
from gainline.jobs.weekly import audit as weekly
from gainline.services import audits, clock, decisions, week
from gainline.services.letters import Envelope
from gainline.services.week import Kind
from gainline.store.models.audits import Audit, DistrictAudit
from gainline.store.models.cycles import PlanDraft
from gainline.store.models.evidence import Evidence
from gainline.store.models.imports import Import
from gainline.store.tenancy import within


@pytest.fixture
def cycle(cast):
    made, _ = evaluated(cast, a_tool(cast), document())
    with within(cast.district.pk):
        PlanDraft.objects.create(cycle=made, text="a plan", written_by=cast.lead)
        Import.objects.create(source="vendor", asked_by=cast.lead, imported_at=clock.now(), snapshot="0" * 64)
    return made


def newer(cast, cycle):
    """Evidence that came by another way than an evaluation."""
    with within(cast.district.pk):
        old = Evidence.objects.get()
        return Evidence.objects.create(
            cycle=cycle, registration=old.registration, document=old.document, sha256="2" * 64, snapshot="1" * 64,
            ruled="adapt", evaluated_on=date(2030, 3, 2), evaluated_by=cast["analyst"],
        )  # fmt: skip


def test_no_review_opens_and_neither_brief_nor_letter_leaves_before_the_latest_evidence_was_audited(cast, cycle):
    decisions.open_review(by=cast["principal"], cycle=cycle)
    evidence = newer(cast, cycle)
    with pytest.raises(Conflict, match="SV110"):
        decisions.open_review(by=cast["principal"], cycle=cycle)
    with pytest.raises(Conflict, match="SV110"):
        two_hands.released(cast, cycle, Audience.PUBLIC, "Board")
    for reader in (Reader.BOARD, Reader.TEACHERS):
        with pytest.raises(Conflict, match="SV110"):
            two_hands.sent(cast, cycle, Envelope(reader, "Somebody", site="http://localhost"))
    with within(cast.district.pk):
        audited(evidence)
    assert decisions.open_review(by=cast["principal"], cycle=cycle).evidence_id == evidence.pk


def test_the_same_audit_is_kept_once_and_nobody_changes_it(cast, cycle):
    with within(cast.district.pk):
        made = Audit.objects.get()
        again = audits.keep(made.evidence, a_document(cycle.key))
        assert (again.pk, Audit.objects.count()) == (made.pk, 1)
        with pytest.raises((IntegrityError, Exception), match="ST002"):
            Audit.objects.filter(pk=made.pk).update(flags=0)


def test_an_audit_is_told_to_staff_in_words(cast, cycle):
    told = audits.told(by=cast["teacher"], cycle=cycle)
    assert told is not None
    assert told.headline == "Nothing stands flagged"
    with pytest.raises(NotAllowed, match="SV001"):
        audits.told(by=cast["board_member"], cycle=cycle)
    assert audits.latest(by=cast.lead, cycle=cycle).cycle_id == cycle.pk


def test_the_week_names_a_cycle_whose_audit_stands_flagged(cast, cycle):
    with clock.stopped_at(date(2030, 3, 5)):
        assert Kind.FLAGGED not in [line.kind for line in week.this_week(by=cast.lead).at_risk]
        with within(cast.district.pk):
            audited(Evidence.objects.get(), flagged=True)
        line = next(line for line in week.this_week(by=cast.lead).at_risk if line.kind is Kind.FLAGGED)
    assert (line.cycle.pk, line.count) == (cycle.pk, 1)
    assert Kind.FLAGGED not in [line.kind for line in week.this_week(by=cast["teacher"]).at_risk]


def test_the_district_is_audited_once_a_week_without_anybody_asking(cast, cycle, monkeypatch, tmp_path):
    assert audits.district(by=cast.lead).made_on is None
    weekly.run()  # no workspace, so nothing is made up
    assert audits.district(by=cast.lead).made_on is None
    with within(cast.district.pk):
        audited(Evidence.objects.get(), flagged=True)
    monkeypatch.setattr(audits, "folder_of", lambda _: tmp_path)
    monkeypatch.setattr(audits, "open_workspace", lambda _: None)
    monkeypatch.setattr(audits, "looks_since", lambda *_: [])
    weekly.run()
    found = audits.district(by=cast.lead, language="es")
    assert [one.flags for one in found.cycles] == [("Miradas fuera de lo registrado",)]
    with within(cast.district.pk):
        assert DistrictAudit.objects.count() == 1
