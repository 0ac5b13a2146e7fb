"""Agreements about data: who may get which elements for what, until when, and by which day everything is destroyed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from gainline.engine.core.issues import Issue, Level
from gainline.engine.core.refusals import Refusal
from gainline.engine.privacy.catalog import Catalogue, Export, FieldRecord
from gainline.engine.privacy.purposes import PURPOSES, Basis, Purpose

KINDS = (Basis.SCHOOL_OFFICIAL, Basis.STUDIES, Basis.AUDIT)
"""The exceptions of FERPA under which records leave the district by agreement."""
KIND_NAMES: Mapping[Basis, Mapping[str, str]] = MappingProxyType(
    {
        Basis.SCHOOL_OFFICIAL: {"en": "Works for the district", "es": "Trabaja para el distrito"},
        Basis.STUDIES: {"en": "Studies for the district", "es": "Estudia para el distrito"},
        Basis.AUDIT: {"en": "Audits or evaluates programs", "es": "Audita o evalúa programas"},
    }
)
KEY = "pseudonym"
"""The element by which rows of an export are told apart."""
WHO_IS_WHO = frozenset({"identifiers", "links", "unmatched"})
"""Tables that tie pseudonyms to people; they stay in the house under every agreement."""


@dataclass(frozen=True, slots=True)
class DataAgreement:
    """What somebody outside the district may do with records of students.

    Parameters
    ----------
    holder, tool, tool_key
        Who is bound by it, and the tool that it is about, for people and as rows of use name it.
    kind, representative
        The exception of law under which records leave; the person named for an audit or an evaluation.
    purposes, elements
        What for, and which elements of the schedule of data.
    recipients
        Who else gets them: subcontractors.
    starts, ends, destroy_by
        First and last day of use, and the day by which all of it is destroyed.
    document_sha256
        Digest of the signed document; empty where none was given.
    """

    holder: str
    tool: str
    tool_key: str
    kind: Basis
    purposes: tuple[Purpose, ...]
    elements: tuple[str, ...]
    starts: date
    ends: date
    destroy_by: date
    recipients: tuple[str, ...] = ()
    representative: str = ""
    document_sha256: str = ""

    def is_active(self, on: date) -> bool:
        """Tell whether records may flow under it on a day."""
        return self.starts <= on <= self.ends


def faults(agreement: DataAgreement, catalogue: Catalogue) -> list[Issue]:
    """What keeps an agreement from standing.

    Returns
    -------
    list of Issue
        PR073 a purpose that this kind of agreement cannot carry, or none; PR074 an element that there is not, or none;
        PR075 nobody named where the law asks for a name; PR076 days out of order; PR077 an element that none of its
        purposes needs.

    Source
    ------
    34 CFR 99.31(a)(6)(iii)(C): purpose, scope and duration of the study, the information, its use for that alone and
    its destruction; 99.35(a)(3): the authorized representative is designated in writing.
    """
    found = []
    if not agreement.purposes or any(agreement.kind not in PURPOSES[one].bases for one in agreement.purposes):
        found.append(_fault("PR073", "an agreement of this kind cannot carry all of its purposes", "choose others"))
    strange = set(agreement.elements) - set(catalogue.elements) | {"none"} & set(agreement.elements)
    if strange or not agreement.elements:
        found.append(_fault("PR074", "it names no element of the schedule of data, or an unknown one", "choose them"))
    if agreement.kind is Basis.AUDIT and not agreement.representative.strip():
        found.append(_fault("PR075", "an audit needs a representative by name", "name who is designated in writing"))
    if not agreement.starts <= agreement.ends <= agreement.destroy_by:
        found.append(_fault("PR076", "it starts, then ends, then data are destroyed", "put its days in order"))
    if agreement.purposes and (spare := unneeded(agreement.elements, agreement.purposes, catalogue)):
        names = ", ".join(catalogue.elements[key].name for key in spare)
        found.append(_fault("PR077", f"none of its purposes needs: {names}", "leave them out, or name the purpose"))
    return found


def unneeded(elements: Collection[str], purposes: Collection[Purpose], catalogue: Catalogue) -> list[str]:
    """Elements that we hold and that no field may give for one of the purposes, in the order of the schedule."""
    found = []
    for key in catalogue.elements:
        uses = [set(kind.purposes) for kind in catalogue.kinds.values() if kind.element.key == key and kind.is_personal]
        if key in elements and uses and not set(purposes) & set().union(*uses):
            found.append(key)
    return found


def fields_for(
    agreement: DataAgreement, purpose: Purpose, *, on: date, catalogue: Catalogue
) -> dict[str, tuple[FieldRecord, ...]] | Refusal:
    """The fields of the lake that may leave under an agreement for one purpose on a day, by table.

    Tables are those whose rows speak of single students; a table of which nothing but the key may leave is left out,
    and so are those that say who is who.

    Refuses
    -------
    PR080 the agreement does not run on that day. PR081 the purpose is not one of its own. PR082 it does not allow a
    pseudonym, without which nobody can tell rows apart. PR083 nothing is left to export.
    """
    if not agreement.is_active(on):
        return Refusal("PR080", "no agreement runs today under which records may leave", "renew it before you export")
    if purpose not in agreement.purposes:
        return Refusal("PR081", "the agreement is not for this purpose", "choose one of its purposes")
    if KEY not in agreement.elements:
        return Refusal("PR082", "the agreement does not allow a pseudonym, so rows cannot be told apart", "amend it")
    found = {}
    for table, records in catalogue.lake.items():
        allowed = tuple(one for one in records if _may_leave(one, agreement, purpose))
        says_something = any(one.kind.element.key != KEY for one in allowed)
        if table not in WHO_IS_WHO and says_something and any(one.name == "person_key" for one in allowed):
            found[table] = allowed
    return found or Refusal("PR083", "no field may leave for this purpose under this agreement", "amend it")


def _may_leave(record: FieldRecord, agreement: DataAgreement, purpose: Purpose) -> bool:
    kind = record.kind
    return kind.export is Export.AGREEMENT and kind.element.key in agreement.elements and purpose in kind.purposes


def _fault(code: str, says: str, remedy: str) -> Issue:
    return Issue(code, Level.ERROR, says, remedy)
