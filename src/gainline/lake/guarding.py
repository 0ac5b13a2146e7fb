"""Guarding: whose rows a reading leaves out, below everything that reads; the lake is told whom, never why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

Bars = Callable[[Iterable[int], date | None], frozenset[int]]
"""Which of these people may not be read, by whoever knows why: keys give them; with a day, those since then."""


@dataclass(frozen=True, slots=True)
class Ban:
    """Rows that may not be read: of which tables, with which values, and of whom.

    Parameters
    ----------
    tables
        Tables that it covers.
    of
        Tells who of some people is barred.
    where
        Column -> values: only rows that hold one of them; a table without the column is covered whole.
    """

    tables: frozenset[str]
    of: Bars
    where: Mapping[str, Collection[str]] = field(default_factory=dict)

    def covers(self, table: str) -> bool:
        """Tell whether a table holds rows that it is about."""
        return table in self.tables

    def concerns(self, tools: Collection[str]) -> bool:
        """Tell whether it is about one of these tools; about all of them where it names none."""
        return not tools or "tool" not in self.where or not set(self.where["tool"]).isdisjoint(tools)
