"""What is declared about every field: its type, unit, meaning of null, sensitivity, retention and NDPA category."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "small": pa.int32(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "date": pa.date32(),
}


class Sensitivity(StrEnum):
    """Who may see a field: everyone, staff, staff with a purpose (student), or nobody without a special basis."""

    PUBLIC = "public"
    STAFF = "staff"
    STUDENT = "student-pii"
    SPECIAL = "special"


class Retention(StrEnum):
    """How long a field is kept; the days behind each class are the district's policy."""

    CONTRACT = "contract"  # while the contract's data terms run
    CYCLE = "cycle"  # until the cycle's decision can no longer be appealed
    ROSTER = "roster"  # while the student is enrolled
    RECORD = "record"  # the institution's own memory: no personal data
    SERVICE = "service"  # while the account that it belongs to is in use


@dataclass(frozen=True, slots=True)
class Field:
    """One declared field of a canonical table.

    Parameters
    ----------
    name, type
        Column name and one of `TYPES`.
    means
        What it says, with the unit; shown in the data dictionary.
    sensitivity, retention, ndpa
        Who may see it, how long it is kept, and the Student Data Privacy Consortium's element category.
    null
        What an empty value means; ``None`` when the field may not be empty.
    """

    name: str
    type: str
    means: str
    sensitivity: Sensitivity
    retention: Retention
    ndpa: str
    null: str | None = None

    @property
    def required(self) -> bool:
        """Tell whether a row without this field is rejected."""
        return self.null is None

    def arrow(self) -> pa.Field:
        """The field as Arrow stores it."""
        return pa.field(self.name, TYPES[self.type], nullable=not self.required)
