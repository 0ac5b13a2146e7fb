"""Whom: the people who are to be erased, and in which rows of a table they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from gainline.engine.records import TABLES, Sensitivity, arrow_schema

ERASED = "[erased]"
"""What stands in free text where a name stood."""

_IDENTIFIERS, _WORDS = "student identifiers", "communications"


@dataclass(frozen=True)
class Whom:
    """The people who are to be erased.

    Parameters
    ----------
    keys
        Their pseudonyms.
    values
        Identifiers by which any source system knows them, folded to lower case.
    names
        Their full names as people write them, which are taken out of other people's free text.
    only, where
        Tables, and column with values, to which it is limited; empty for everything of theirs.
    everybody, but
        Whether it is about every row of the tables in `only`, whoever it speaks of; and whose rows stay then.
    """

    keys: frozenset[int]
    values: frozenset[str] = frozenset()
    names: frozenset[str] = field(default_factory=frozenset)
    only: frozenset[str] = frozenset()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    everybody: bool = False
    but: frozenset[int] = frozenset()

    @cached_property
    def texts(self) -> frozenset[str]:
        """The pseudonyms as decimal text, as tables hold them that have one column for several kinds of unit."""
        return frozenset(map(str, self.keys))

    @cached_property
    def pattern(self) -> str:
        """What finds a name or an address in free text, in the syntax of Arrow's regular expressions."""
        words = sorted(self.names | {value for value in self.values if "@" in value}, key=len, reverse=True)
        return r"(?i)\b(?:" + "|".join(re.escape(word) for word in words) + r")\b" if words else ""

    def to_json_value(self) -> dict[str, Any]:
        """The people as plain JSON values."""
        sets = ("keys", "values", "names", "only", "but")
        value: dict[str, Any] = {name: sorted(getattr(self, name)) for name in sets}
        return value | {"where": [[c, list(v)] for c, v in self.where], "everybody": self.everybody}

    @classmethod
    def from_json_value(cls, value: Mapping[str, Any]) -> Whom:
        """The people as `to_json_value` wrote them."""
        sets = (frozenset(value.get(name, ())) for name in ("keys", "values", "names", "only"))
        keys, values, names, only = sets
        where = tuple((column, tuple(listed)) for column, listed in value.get("where", ()))
        return cls(keys, values, names, only, where, value.get("everybody", False), frozenset(value.get("but", ())))

    @property
    def is_limited(self) -> bool:
        """Tell whether only some of their rows go, and they themselves stay."""
        return bool(self.only)


def key_columns(table: str) -> tuple[str, ...]:
    """Columns of a canonical table that hold pseudonyms as numbers."""
    return tuple(one.name for one in TABLES[table].fields if one.type == "integer" and one.ndpa == _IDENTIFIERS)


def looked_at(table: str, whom: Whom | None = None) -> tuple[str, ...]:
    """Every column that can tell whether a row holds a person, or one of the rows to which it is limited."""
    if whom is not None and whom.everybody:
        limited = tuple(column for column, _ in whom.where if column in arrow_schema(table).names)
        return (*key_columns(table), *limited) or tuple(arrow_schema(table).names[:1])
    limits = () if whom is None else (column for column, _ in whom.where if column in arrow_schema(table).names)
    return (*key_columns(table), *_id_columns(table), *_unit_columns(table), *_word_columns(table), *limits)


def is_about(table: str, rows: pa.Table, whom: Whom) -> pa.ChunkedArray:
    """Which rows go: those under a pseudonym of theirs, and those that are an identifier of theirs; shape ``(n,)``.

    An identifier counts only in columns that are declared to hold identifiers, and only where it is the whole cell,
    because the number of a student may well be the number of a lesson, too.
    """
    gone = pa.chunked_array([pa.array([whom.everybody] * rows.num_rows, pa.bool_())])
    for column in key_columns(table):
        gone = pc.or_(gone, pc.is_in(rows[column], value_set=pa.array(sorted(whom.keys), pa.int64())))
    for columns, values in ((_unit_columns(table), whom.texts), (_id_columns(table), whom.values)):
        wanted = pa.array(sorted(values), pa.string())
        for column in columns:
            folded = pc.utf8_lower(pc.utf8_trim_whitespace(rows[column].cast(pa.string())))
            gone = pc.or_(gone, pc.is_in(folded, value_set=wanted))
    for column, named in whom.where:
        if column in rows.column_names:
            gone = pc.and_(gone, pc.is_in(rows[column].cast(pa.string()), value_set=pa.array(named, pa.string())))
    for column in key_columns(table) if whom.but else ():
        kept = pc.is_in(rows[column], value_set=pa.array(sorted(whom.but), pa.int64()))
        gone = pc.and_(gone, pc.invert(kept))
    return gone


def mentions(table: str, rows: pa.Table, whom: Whom) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Columns of free text that name them, as they read without the names."""
    if not whom.pattern:
        return
    for column in _word_columns(table):
        words = rows[column].cast(pa.string())
        if pc.any(pc.match_substring_regex(words, whom.pattern)).as_py():
            yield column, pc.replace_substring_regex(words, whom.pattern, ERASED)


def _id_columns(table: str) -> tuple[str, ...]:
    """Columns of identifiers in a table without pseudonyms; `source`, `kind` and `how` say of what sort they are."""
    if key_columns(table):
        return ()  # one person's user name may be another one's number: where there is a pseudonym, it decides
    sorts = ("source", "kind", "how")
    return tuple(
        one.name
        for one in TABLES[table].fields
        if one.type == "text" and one.ndpa == _IDENTIFIERS and one.name not in sorts
    )


def _unit_columns(table: str) -> tuple[str, ...]:
    return tuple(
        one.name for one in TABLES[table].fields if one.type == "text" and one.sensitivity is Sensitivity.STUDENT
        and one.name.endswith("_id") and one.name not in ("event_id", "school_id", "section_id")
    )  # fmt: skip


def _word_columns(table: str) -> tuple[str, ...]:
    return tuple(one.name for one in TABLES[table].fields if one.type == "text" and one.ndpa == _WORDS)
