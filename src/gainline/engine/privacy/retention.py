"""Retention: what of the lake has stayed as long as its class allows, from when on, and what a legal hold keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gainline.engine.core.errors import UserFixable
from gainline.engine.privacy.catalog import Catalogue
from gainline.engine.records import TABLES, Retention

_SHORTEST_FIRST = (Retention.CONTRACT, Retention.CYCLE, Retention.ROSTER, Retention.SERVICE, Retention.RECORD)
_TELLS_ROWS_APART = frozenset({"pseudonym", "none"})
_BEFORE_A_CYCLE = timedelta(days=730)  # a baseline may be of the year before the one in which a cycle begins
_BY_TOOL, _BY_PILOT = "tool", "pilot"
Where = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """The days behind the classes; a district may set its own.

    Parameters
    ----------
    appeal_days
        After a cycle's decision or stop, until when it can be appealed.
    after_leaving_days
        After a student's last day in the roster.
    visits_days
        Traces of signing in.
    notice_days
        How long something stands in the report before the clock takes it by itself, so that a hold can be set.
    """

    appeal_days: int = 365
    after_leaving_days: int = 365
    visits_days: int = 90
    notice_days: int = 14


@dataclass(frozen=True, slots=True)
class Lived:
    """A cycle as retention sees it: since when it runs, and the day of its decision or stop; None while it runs."""

    key: str
    tool: str
    began: date
    over_on: date | None


@dataclass(frozen=True, slots=True)
class Due:
    """Rows that have stayed as long as their class allows.

    Parameters
    ----------
    retention
        The class.
    source
        The tool or the pilot whose rows they are; ``district`` for rows of every tool, ``left`` for students who left.
    tables, where
        Which rows; no tables for students who left, of whom everything goes.
    since
        From which day on they are due; for ``left``, the last day in the roster up to which students are.
    """

    retention: Retention
    source: str
    tables: tuple[str, ...]
    where: Where
    since: date


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A file that was handed over and still lies here, as a legal hold asks about it.

    Parameters
    ----------
    tool
        Key of the tool whose agreement it was made under; empty where nobody knows any more.
    classes
        Classes of what stands in it.
    named
        Those of the students in it whom a hold names, as keyed hashes.
    """

    tool: str
    classes: frozenset[Retention]
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: what must stay although it is due.

    Parameters
    ----------
    number, by, because
        Its number, the office that set it, and the case, which names nobody.
    set_on, until
        Its days; ``until`` is the last one, None until it is lifted.
    retention, tool, person
        What it keeps: a class, a tool's rows, one student (as a keyed hash); everything where none is named.

    Raises
    ------
    UserFixable
        PR091 when nobody stands for it, it has no reason, or it would end before it begins.
    """

    number: str
    by: str
    because: str
    set_on: date
    until: date | None = None
    retention: Retention | None = None
    tool: str = ""
    person: str = ""

    def __post_init__(self) -> None:
        if not self.by.strip() or not self.because.strip() or (self.until is not None and self.until < self.set_on):
            raise UserFixable(
                "PR091 a legal hold says who set it and why, and ends on no day before the one it begins on",
                "give the office, the number of the case, and a later last day or none",
            )

    def stands(self, on: date) -> bool:
        """Tell whether it keeps anything on a day."""
        return self.until is None or on <= self.until

    def keeps(self, due: Due) -> bool:
        """Tell whether it keeps all of these rows; a hold on one student keeps that student's only."""
        if self.person:
            return False
        of_class = self.retention is None or self.retention is due.retention
        return of_class and (not self.tool or due.source in (self.tool, "district", "left"))

    def keeps_file(self, file: HandedFile) -> bool:
        """Tell whether it keeps our copy of a file that was handed over: with any of it, the whole file stays."""
        if self.person:
            return self.person in file.named
        of_class = self.retention is None or self.retention in file.classes
        return of_class and (not self.tool or file.tool in (self.tool, ""))

    def to_json_value(self) -> dict[str, Any]:
        """The hold as plain JSON values."""
        days = {"set_on": self.set_on.isoformat(), "until": self.until.isoformat() if self.until else None}
        words = {name: getattr(self, name) for name in ("number", "by", "because", "tool", "person")}
        return {**words, **days, "retention": str(self.retention) if self.retention else None}

    @classmethod
    def from_json_value(cls, value: Mapping[str, Any]) -> Hold:
        """The hold as `to_json_value` wrote it."""
        words = {name: value[name] for name in ("number", "by", "because", "tool", "person")}
        return cls(
            **words,
            set_on=date.fromisoformat(value["set_on"]),
            until=date.fromisoformat(value["until"]) if value["until"] else None,
            retention=Retention(value["retention"]) if value["retention"] else None,
        )


def row_class(catalogue: Catalogue, table: str) -> Retention:
    """How long a whole row of a table stays: as long as the facts in it that go first.

    What only tells rows apart, a pseudonym or a trace of matching, does not decide; a table of nothing else stays as
    long as the first of its fields.
    """
    kinds = [record.kind for record in catalogue.lake[table]]
    facts = [kind for kind in kinds if kind.element.key not in _TELLS_ROWS_APART] or kinds
    return min((kind.retention for kind in facts), key=_SHORTEST_FIRST.index)


def tables_of(catalogue: Catalogue, retention: Retention) -> tuple[str, ...]:
    """Tables of the lake whose rows are of a class, sorted."""
    return tuple(sorted(name for name in TABLES if name in catalogue.lake and row_class(catalogue, name) is retention))


def classes_of(catalogue: Catalogue, tables: Iterable[str]) -> frozenset[Retention]:
    """Classes of a file with rows of these tables; as a copy it is a contract's in any case."""
    return frozenset({Retention.CONTRACT, *(row_class(catalogue, one) for one in tables if one in catalogue.lake)})


def falls_due(
    catalogue: Catalogue, *, tools: Mapping[str, date | None], cycles: Sequence[Lived], rules: Rules, on: date
) -> list[Due]:
    """Everything that is due on a day, the contracts' rows first.

    Parameters
    ----------
    tools
        Key of each tool -> the last day of destruction of its agreements; None where none was ever made, which nothing
        can be due by.
    cycles
        Every cycle of the district.

    Notes
    -----
    Rows of a cycle are due once every cycle of their tool can no longer be appealed; students' records a while after
    they left, and never while a cycle runs that may look at the two years before it began.
    """
    found = [*_of_contracts(catalogue, tools), *_of_cycles(catalogue, cycles, rules)]
    return [*(due for due in found if due.since <= on), _of_leavers(cycles, rules, on)]


def _of_contracts(catalogue: Catalogue, tools: Mapping[str, date | None]) -> Iterator[Due]:
    tables = tuple(name for name in tables_of(catalogue, Retention.CONTRACT) if TABLES[name].has(_BY_TOOL))
    for key, destroy_by in sorted(tools.items()):
        if destroy_by is not None:
            yield Due(Retention.CONTRACT, key, tables, ((_BY_TOOL, (key,)),), destroy_by)


def _of_cycles(catalogue: Catalogue, cycles: Sequence[Lived], rules: Rules) -> Iterator[Due]:
    tables = tables_of(catalogue, Retention.CYCLE)
    ends = {one.key: _appealable_until(one, rules) for one in cycles}
    for one in sorted(cycles, key=lambda cycle: cycle.key):
        drawn = tuple(name for name in tables if TABLES[name].has(_BY_PILOT))
        if (end := ends[one.key]) is not None:
            yield Due(Retention.CYCLE, one.key, drawn, ((_BY_PILOT, (one.key,)),), end)
    for tool in sorted({one.tool for one in cycles}):
        said = tuple(name for name in tables if TABLES[name].has(_BY_TOOL))
        if (end := _last([ends[one.key] for one in cycles if one.tool == tool])) is not None:
            yield Due(Retention.CYCLE, tool, said, ((_BY_TOOL, (tool,)),), end)
    if (end := _last(list(ends.values()))) is not None:
        yield Due(Retention.CYCLE, "district", tables, (), end)


def _of_leavers(cycles: Sequence[Lived], rules: Rules, on: date) -> Due:
    live = [one.began - _BEFORE_A_CYCLE for one in cycles if (_appealable_until(one, rules) or date.max) > on]
    last_day = min([on - timedelta(days=rules.after_leaving_days), *(day - timedelta(days=1) for day in live)])
    return Due(Retention.ROSTER, "left", (), (), last_day)


def _appealable_until(cycle: Lived, rules: Rules) -> date | None:
    return None if cycle.over_on is None else cycle.over_on + timedelta(days=rules.appeal_days)


def _last(ends: list[date | None]) -> date | None:
    """The last of the days; None while one of them has not come."""
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None
