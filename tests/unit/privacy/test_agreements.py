from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.data_agreements import AGREED
from gainline.engine.core.refusals import Refusal
from gainline.engine.privacy.agreements import KINDS, DataAgreement, faults, fields_for, unneeded
from gainline.engine.privacy.catalog import Export, catalogue
from gainline.engine.privacy.purposes import PURPOSES, Basis, Purpose

CATALOGUE = catalogue()


def codes(agreement: DataAgreement) -> list[str]:
    return [issue.code for issue in faults(agreement, CATALOGUE)]


def test_an_agreement_that_says_everything_stands() -> None:
    assert codes(AGREED) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"purposes": ()}, "PR073"),
        ({"purposes": (Purpose.RESEARCH,), "elements": ("pseudonym",)}, "PR073"),
        ({"elements": ()}, "PR074"),
        ({"elements": ("aura",)}, "PR074"),
        ({"elements": ("none",)}, "PR074"),
        ({"kind": Basis.AUDIT, "purposes": (Purpose.EVALUATION,)}, "PR075"),
        ({"ends": date(2025, 7, 1)}, "PR076"),
        ({"elements": ("pseudonym", "name"), "purposes": (Purpose.EVALUATION,)}, "PR077"),
    ],
)
def test_an_agreement_that_leaves_out_what_the_law_asks_for_does_not_stand(change: dict, code: str) -> None:
    assert codes(replace(AGREED, **change)) == [code]


def test_an_audit_with_its_representative_named_stands() -> None:
    audit = replace(AGREED, kind=Basis.AUDIT, purposes=(Purpose.EVALUATION,), representative="R. Ode, State Auditor")
    assert codes(audit) == []


def test_what_only_the_vendor_holds_may_be_agreed_for_any_purpose() -> None:
    assert unneeded(["in-app-performance"], [Purpose.OPERATION], CATALOGUE) == []


def test_fields_leave_by_element_and_purpose_together() -> None:
    found = fields_for(AGREED, Purpose.EVALUATION, on=AGREED.ends, catalogue=CATALOGUE)
    assert not isinstance(found, Refusal)
    assert {one.name for one in found["students"]} == {"person_key", "grade"}
    assert "name" not in {one.kind.element.key for records in found.values() for one in records}


@pytest.mark.parametrize(
    ("change", "purpose", "code"),
    [
        ({}, Purpose.SUPPORT, "PR081"),
        ({"elements": ("grade-level",)}, Purpose.EVALUATION, "PR082"),
        ({"elements": ("pseudonym",)}, Purpose.EVALUATION, "PR083"),
        ({"ends": date(2025, 8, 2)}, Purpose.EVALUATION, "PR080"),
        ({"starts": date(2026, 7, 1)}, Purpose.EVALUATION, "PR080"),
    ],
)
def test_what_the_agreement_does_not_cover_does_not_leave(change: dict, purpose: Purpose, code: str) -> None:
    refused = fields_for(replace(AGREED, **change), purpose, on=date(2026, 1, 9), catalogue=CATALOGUE)
    assert isinstance(refused, Refusal)
    assert refused.code == code


@given(
    kind=st.sampled_from(KINDS),
    purposes=st.sets(st.sampled_from(Purpose)),
    elements=st.sets(st.sampled_from(sorted(CATALOGUE.elements))),
    asked=st.sampled_from(Purpose),
    days=st.lists(st.integers(0, 900), min_size=4, max_size=4),
)
def test_nothing_leaves_outside_its_days_its_purposes_and_its_elements(kind, purposes, elements, asked, days) -> None:
    zero = date(2025, 1, 1)
    starts, ends, destroy_by = (zero + timedelta(n) for n in sorted(days[:3]))
    on = zero + timedelta(days[3])
    agreement = replace(
        AGREED, kind=kind, purposes=tuple(purposes), elements=tuple(elements), starts=starts, ends=ends,
        destroy_by=destroy_by,
    )  # fmt: skip
    found = fields_for(agreement, asked, on=on, catalogue=CATALOGUE)
    if isinstance(found, Refusal):
        return
    assert starts <= on <= ends
    assert on <= destroy_by
    assert asked in purposes
    for record in (one for records in found.values() for one in records):
        assert record.kind.element.key in elements
        assert asked in record.kind.purposes
        assert record.kind.export is Export.AGREEMENT


def test_every_kind_of_agreement_can_carry_some_purpose() -> None:
    assert all(any(kind in record.bases for record in PURPOSES.values()) for kind in KINDS)
