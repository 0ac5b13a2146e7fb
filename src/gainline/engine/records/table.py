"""A canonical table: what a row of it says, its key, and its fields."""

from __future__ import annotations

from dataclasses import dataclass

from gainline.engine.records.fields import Field


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table: what a row is, its key, and its fields.

    Parameters
    ----------
    name, means
        Table name and what one row says.
    key
        Fields that tell two rows apart; a second row with the same key from a later import replaces the first when
        the table is read as `current` (rosters), or stands beside it (facts, where the key is empty).
    fields
        The declared fields, in storage order, without the provenance that every table carries (`PROVENANCE`).
    """

    name: str
    means: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def about_people(self) -> bool:
        """Tell whether rows speak of single persons (and are then partitioned by a bucket of the person's key)."""
        return self.has("person_key")

    def has(self, name: str) -> bool:
        """Tell whether a field of this name is declared."""
        return any(field.name == name for field in self.fields)
