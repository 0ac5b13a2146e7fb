"""Agreements about data: what is entered, what ends, and how a vendor's going is proven line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from gainline.engine.privacy.agreements import faults
from gainline.engine.privacy.catalog import catalogue
from gainline.services import clock, desk
from gainline.services.agreed import mirror, value_of
from gainline.services.workspaces import folder_of, open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.disclosures import Destruction, ExitProof, Handover
from gainline.store.models.tools import Agreement, Contract, Tool
from gainline.store.words import AgreementKind, ExitStep


@dataclass(frozen=True, slots=True)
class DataTerms:
    """What an agreement allows: purposes, elements, recipients, and until when everything is destroyed.

    Parameters
    ----------
    purposes, fields
        Keys of the closed list of purposes, and of elements of the schedule of data.
    recipients
        Who else gets them.
    signed_on, ends, destroy_by
        Its days.
    kind, holder, representative
        The exception of law; who is bound by it where that is not the tool's vendor; the person whom the law asks for.
    document_sha256
        Digest of the signed document.
    starts
        First day of use; None for the day of signing.
    """

    purposes: tuple[str, ...]
    fields: tuple[str, ...]
    recipients: tuple[str, ...]
    signed_on: date
    ends: date
    destroy_by: date
    kind: AgreementKind = AgreementKind.SCHOOL_OFFICIAL
    holder: str = ""
    representative: str = ""
    document_sha256: str = ""
    starts: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an exit checklist, and its proof once somebody gave it."""

    step: ExitStep
    proof: ExitProof | None


@dataclass(frozen=True, slots=True)
class Whole:
    """An agreement with everything that happened under it."""

    agreement: Agreement
    handovers: tuple[Handover, ...]
    destruction: Destruction | None
    exit: tuple[Line, ...]


@desk.verb("agreement.write", on="tool")
def add_agreement(*, by: Account, tool: Tool, terms: DataTerms, contract: Contract | None = None) -> Agreement:
    """An agreement about the data that a tool's vendor, or somebody who studies or audits it, gets.

    Raises
    ------
    Conflict
        SV013 when its days are out of order; PR073, PR074, PR075 or PR077 as `engine.privacy.agreements.faults`.
    """
    starts = terms.starts or terms.signed_on
    if not terms.signed_on <= starts <= terms.ends <= terms.destroy_by:
        raise desk.refuse(
            "SV013", "an agreement is signed, then ends, then data are destroyed", "put its days in order"
        )
    values: dict[str, Any] = {name: getattr(terms, name) for name in DataTerms.__slots__}
    values |= {name: list(values[name]) for name in ("purposes", "fields", "recipients")}
    made = Agreement(tool=tool, contract=contract, **values)
    if strange := sorted(set(terms.purposes) - set(value_of(made).purposes)):
        raise desk.refuse("PR073", f"{len(strange)} of its purposes are not on the closed list", "choose from the list")
    if set(terms.fields) - set(catalogue().elements):
        raise desk.refuse("PR074", "an element is not in the schedule of data", "choose from the schedule")
    for fault in faults(value_of(made), catalogue()):
        raise desk.refuse(fault.code, fault.says, fault.remedy)
    made.save()
    if folder_of(by.district).is_dir():
        mirror(open_workspace(by.district))
    return made


@desk.reading("district.read")
def agreements(*, by: Account) -> list[Agreement]:
    """Every agreement with its tool, the latest first."""
    return list(Agreement.objects.select_related("tool", "destruction"))


@desk.reading("district.read")
def agreement(*, by: Account, public_id: str) -> Agreement:
    """One agreement with its tool."""
    found: Agreement = desk.find(Agreement, public_id, "tool")
    return found


@desk.reading("district.read", on="agreement")
def whole(*, by: Account, agreement: Agreement) -> Whole:
    """An agreement with what was handed over under it, its destruction and its exit checklist."""
    proofs = {one.step: one for one in ExitProof.objects.filter(agreement=agreement).select_related("said_by")}
    return Whole(
        agreement,
        tuple(Handover.objects.filter(agreement=agreement).select_related("handed_by")),
        Destruction.objects.filter(agreement=agreement).first(),
        tuple(Line(step, proofs.get(step)) for step in ExitStep),
    )


@desk.verb("agreement.write", on="agreement", words=("step",))
def prove(*, by: Account, agreement: Agreement, step: ExitStep, proof: str, document_sha256: str = "") -> ExitProof:
    """Say that a line of a vendor's exit checklist is done, and what proves it; it cannot be taken back.

    Raises
    ------
    Conflict
        SV103 when the line stands already; SV104 when nothing is said to prove it; SV105 when our own copies are not
        destroyed yet.
    """
    if ExitProof.objects.filter(agreement=agreement, step=step).exists():
        raise desk.refuse("SV103", "this line stands already", "read who said so, and when")
    if not proof.strip():
        raise desk.refuse("SV104", "nothing is said that would prove it", "name the letter, mail or certificate")
    if step == ExitStep.OUR_COPIES and not Destruction.objects.filter(agreement=agreement).exists():
        raise desk.refuse("SV105", "our own copies are not destroyed yet", "destroy them first; that gives the proof")
    return ExitProof.objects.create(
        agreement=agreement, step=step, proof=proof.strip(), document_sha256=document_sha256,
        said_on=clock.today(by.district), said_by=by,
    )  # fmt: skip
