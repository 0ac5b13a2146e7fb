"""What agreements say, as the engine reads it: from rows to values, for the services that ask before records flow."""

from __future__ import annotations

from datetime import date

from gainline.engine.privacy.agreements import DataAgreement, faults
from gainline.engine.privacy.catalog import catalogue
from gainline.engine.privacy.purposes import Basis, Purpose
from gainline.road.agreeing import write_agreement
from gainline.road.workspace import Workspace
from gainline.store.models.tools import Agreement
from gainline.store.words import AgreementKind

_PURPOSES = frozenset(Purpose)


def value_of(row: Agreement) -> DataAgreement:
    """A row as the engine judges it; words of an agreement from before there was a closed list allow nothing."""
    return DataAgreement(
        holder=holder_of(row),
        tool=row.tool.name,
        tool_key=row.tool.key,
        kind=Basis(row.kind),
        purposes=tuple(Purpose(one) for one in row.purposes if one in _PURPOSES),
        elements=tuple(one for one in row.fields if one in catalogue().elements),
        recipients=tuple(row.recipients),
        representative=row.representative,
        starts=row.starts or row.signed_on,
        ends=row.ends,
        destroy_by=row.destroy_by,
        document_sha256=row.document_sha256,
    )


def mirror(workspace: Workspace) -> None:
    """Keep every agreement of the district in scope as a file of its workspace: the terminal asks the same ones.

    One from before there was a closed list of purposes allows nothing, and is left out.
    """
    for row in Agreement.objects.select_related("tool"):
        value = value_of(row)
        if not faults(value, catalogue()):
            write_agreement(workspace, row.public_id, value)


def holder_of(row: Agreement) -> str:
    """Who is bound by an agreement: whom it names, else the tool's vendor, else the tool itself."""
    return str(row.holder or row.tool.vendor or row.tool.name)


def vendors_agreed(day: date) -> frozenset[str]:
    """Tools whose vendor works for the district under an agreement that runs on a day: keys and names, folded.

    Names are among them because a sheet that a vendor writes by hand names its tool as people do.
    """
    running = Agreement.objects.filter(kind=AgreementKind.SCHOOL_OFFICIAL, signed_on__lte=day, ends__gte=day)
    rows = running.exclude(starts__gt=day).select_related("tool")
    return frozenset(name.casefold() for row in rows for name in (row.tool.key, row.tool.name))
