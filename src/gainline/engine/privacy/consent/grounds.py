"""Grounds: which records the district processes for which purpose, and what rule of law lets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gainline.engine.core.errors import Conflict, UserFixable
from gainline.engine.core.ids import is_slug
from gainline.engine.privacy.purposes import PURPOSES, Basis, Purpose
from gainline.engine.records import TABLES

ROSTER = frozenset({"people", "roles", "identifiers", "links", "students", "enrollments"})
"""Tables that say who goes to school here. A school keeps them whatever a family says, so consent cannot carry them."""

FACTS = frozenset(name for name, table in TABLES.items() if table.about_people) - ROSTER
"""Tables about people that may rest on consent, or be opted out of."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that the district does with records about people, and what lets it.

    Parameters
    ----------
    key
        Its name: lower case, digits and hyphens.
    purpose, basis
        What it is for, and the legal basis; the basis never changes once somebody's word or a run rests on it.
    tables
        Tables of facts that it covers; empty for every one.
    where
        Column -> values: only rows that hold one of them, such as one tool or one survey; empty for every row.
    cycles
        Cycles whose evaluations it covers; empty for every reading. Whoever reads without naming a cycle is held to
        all grounds.
    recipients
        Who else gets these records.
    may_opt_out
        Families may say no although the basis is not their consent (directory information, surveys under PPRA).

    Raises
    ------
    UserFixable
        PR045 when the purpose cannot rest on this basis; PR048 when a table is the roster's or unknown, or the key is
        no name.
    """

    key: str
    purpose: Purpose
    basis: Basis
    tables: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cycles: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    may_opt_out: bool = False

    def __post_init__(self) -> None:
        if self.basis not in PURPOSES[self.purpose].bases:
            may = ", ".join(PURPOSES[self.purpose].bases)
            raise UserFixable(f"PR045: {self.purpose} cannot rest on {self.basis}", f"use one of: {may}")
        if not is_slug(self.key) or not set(self.tables) <= FACTS:
            raise UserFixable(
                "PR048: consent covers named tables of facts, and the roster is none of them",
                "name tables of: " + ", ".join(sorted(FACTS)) + "; the key in lower case, digits and hyphens",
            )

    @property
    def asks_families(self) -> bool:
        """Tell whether a family's word decides: they consent, or they may opt out."""
        return self.basis is Basis.CONSENT or self.may_opt_out

    @property
    def covers(self) -> frozenset[str]:
        """The tables, every one written out."""
        return frozenset(self.tables) or FACTS

    def holds_in(self, cycle: str | None) -> bool:
        """Tell whether a run for a cycle is held to it; a run that names no cycle always is."""
        return cycle is None or not self.cycles or cycle in self.cycles

    def to_json_value(self) -> dict[str, Any]:
        """The ground as plain JSON values."""
        return {
            "key": self.key,
            "purpose": str(self.purpose),
            "basis": str(self.basis),
            "tables": sorted(self.tables),
            "where": {column: sorted(values) for column, values in sorted(self.where.items())},
            "cycles": sorted(self.cycles),
            "recipients": list(self.recipients),
            "may_opt_out": self.may_opt_out,
        }

    @classmethod
    def from_json_value(cls, value: Mapping[str, Any]) -> Ground:
        """The ground as `to_json_value` wrote it."""
        return cls(
            value["key"],
            Purpose(value["purpose"]),
            Basis(value["basis"]),
            tables=tuple(value["tables"]),
            where={column: tuple(values) for column, values in value["where"].items()},
            cycles=tuple(value["cycles"]),
            recipients=tuple(value["recipients"]),
            may_opt_out=value["may_opt_out"],
        )


def refuse_swap(before: Ground, after: Ground) -> None:
    """A ground that was used keeps its basis and may not grow: who said yes, said it to what it was.

    Raises
    ------
    Conflict
        PR040 when the basis differs, or it would cover what nobody was asked about.

    Source: Regulation (EU) 2016/679, articles 6(1) and 5(1)(b); the basis is fixed before processing.
    """
    narrower = after.covers <= before.covers and _is_within(after.cycles, before.cycles)
    if (after.purpose, after.basis, after.may_opt_out) != (before.purpose, before.basis, before.may_opt_out) or not (
        narrower and dict(after.where) == dict(before.where) and set(after.recipients) <= set(before.recipients)
    ):
        raise Conflict(
            "PR040: this ground was used, and its basis, its records and its recipients stand",
            "declare a new ground under another key, and ask families for it",
        )


def _is_within(after: tuple[str, ...], before: tuple[str, ...]) -> bool:
    """Tell whether cycles became no more; none named means every one."""
    return not before or (bool(after) and set(after) <= set(before))
