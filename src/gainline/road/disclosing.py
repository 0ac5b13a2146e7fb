"""Disclosing: the rows that an agreement allows, as one archive, with the list of whom it is about."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import pyarrow as pa

from gainline.engine.core.errors import Refused
from gainline.engine.core.ids import person_key
from gainline.engine.core.refusals import Refusal
from gainline.engine.core.spreadsheet import csv_text
from gainline.engine.privacy.agreements import DataAgreement, fields_for
from gainline.engine.privacy.catalog import FieldRecord, catalogue
from gainline.engine.privacy.purposes import Purpose
from gainline.lake import Reading
from gainline.road.sharing import cell_text
from gainline.road.workspace import Workspace

WHO = "person_key"
TERMS = "terms.json"
_MOMENT = (1980, 1, 1, 0, 0, 0)  # archives carry no time of their own, so that the same rows give the same bytes


@dataclass(frozen=True, slots=True)
class Packed:
    """An archive to hand over.

    Parameters
    ----------
    content, sha256
        Its bytes and their digest.
    people
        The pseudonyms of everybody who has a row in it, sorted. They stay in the house: the archive has others.
    rows
        How many rows over all tables.
    elements
        The elements of the schedule of data that it holds.
    snapshot
        The state of the lake that it shows.
    """

    content: bytes
    sha256: str
    people: tuple[int, ...]
    rows: int
    elements: tuple[str, ...]
    snapshot: str

    @property
    def people_sha256(self) -> str:
        """The digest of the list of people: sorted pseudonyms, one a line."""
        return people_digest(self.people)


def people_digest(people: Iterable[int]) -> str:
    """SHA-256 of a list of pseudonyms, sorted, one a line: it shows that two lists are one without showing either."""
    return hashlib.sha256("".join(f"{key}\n" for key in sorted(people)).encode()).hexdigest()


def pack(workspace: Workspace, agreement: DataAgreement, purpose: Purpose, *, label: str, on: date) -> Packed:
    """The rows that an agreement allows for a purpose, as a ZIP of one CSV a table with the terms beside them.

    Every person's pseudonym is replaced by one that is made for this agreement alone, so that two recipients cannot
    put their files together. Tables that name a tool give the agreement's own tool only. People whom the lake's reading
    leaves out, because somebody withdrew, are not in it.

    Parameters
    ----------
    label
        What stands for the agreement in its pseudonyms; the same label gives the same ones again.
    on
        The day that counts as today.

    Raises
    ------
    Refused
        PR080 to PR083 as `fields_for`; PR084 when nobody has a row.
    """
    allowed = fields_for(agreement, purpose, on=on, catalogue=catalogue())
    if isinstance(allowed, Refusal):
        raise Refused(f"{allowed.code} {allowed.because}", allowed.remedy)
    with workspace.lake.reading() as reading:
        found = {table: _rows(reading, table, records, agreement) for table, records in allowed.items()}
        snapshot = reading.snapshot.id
    found = {table: rows for table, rows in found.items() if rows.num_rows}
    people = {key for rows in found.values() for key in rows[WHO].to_pylist()}
    if not people:
        raise Refused("PR084 nobody has a row that may leave under this agreement", "import the records first")
    told = {key: str(person_key(workspace.salt, f"agreement:{label}", str(key))) for key in people}
    files = {f"{table}.csv": _csv(rows, told) for table, rows in found.items()}
    elements = sorted({one.kind.element.key for table in found for one in allowed[table]})
    files[TERMS] = _terms(agreement, purpose, elements, on, label=label)
    content = _zip(files)
    return Packed(
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        people=tuple(sorted(people)),
        rows=sum(rows.num_rows for rows in found.values()),
        elements=tuple(elements),
        snapshot=snapshot,
    )


def students_in(content: bytes) -> int:
    """How many people an archive speaks of, read from its own bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".csv")]
        tables = (csv.DictReader(io.StringIO(archive.read(name).decode())) for name in names)
        return len({row[WHO] for table in tables for row in table})


def _rows(reading: Reading, table: str, records: tuple[FieldRecord, ...], agreement: DataAgreement) -> pa.Table:
    found: ibis.Table = reading.current(table)
    if "tool" in found.columns:
        found = found.filter(found.tool == agreement.tool_key)
    names = [WHO, *(one.name for one in records if one.name != WHO)]
    return reading.arrow(found.select(names))


def _csv(rows: pa.Table, told: dict[int, str]) -> bytes:
    lines = [[told[row[WHO]], *(cell_text(row[name]) for name in rows.column_names[1:])] for row in rows.to_pylist()]
    return csv_text([rows.column_names, *sorted(lines)]).encode()  # the lake's order would say something


def _terms(agreement: DataAgreement, purpose: Purpose, elements: list[str], on: date, *, label: str) -> bytes:
    """What the recipient may do with the rows, beside the rows."""
    value: dict[str, Any] = {
        "agreement": label,
        "recipient": agreement.holder,
        "purpose": purpose,
        "elements": elements,
        "handed_over": on.isoformat(),
        "use_until": agreement.ends.isoformat(),
        "destroy_by": agreement.destroy_by.isoformat(),
        "no_other_use": "Only for this purpose; not to be passed on, nor matched to name anybody.",
    }
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _zip(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, files[name])
    return file.getvalue()
