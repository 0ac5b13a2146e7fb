"""Judging rows: every row of a block ends up loaded, repaired or rejected, and every reason is written down."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pac

from gainline.engine.intake.blocks import Rows
from gainline.engine.intake.cells import (
    CLOCK,
    DATED,
    EMPTY,
    OK,
    REPAIRED,
    WRONG,
    DateReader,
    Distinct,
    Encoded,
    Flags,
    Typed,
    date_array,
    flags,
    numbers,
)
from gainline.engine.intake.dialect import fold
from gainline.engine.intake.faults import Book, Lines
from gainline.engine.intake.profile import Measure, Profile
from gainline.engine.intake.profile_parts import Column

FIRST = "\x00first"  # the file's first column, wanted for totals rows only, where nobody else asks for it


class Footers:
    """Tells totals rows from rows about people, by how the file's first column begins.

    Parameters
    ----------
    profile
        Declares the pattern.
    first
        Name under which the file's first column is read.
    """

    def __init__(self, profile: Profile, first: str) -> None:
        self.first = first
        self._pattern = profile.footer

    def marks(self, column: Encoded) -> Flags:
        """Rows whose cell begins like a totals row."""
        hits = pac.match_substring_regex(column.dictionary, self._pattern, ignore_case=True).to_numpy(
            zero_copy_only=False
        )
        return np.asarray(hits, dtype=bool)[column.codes] if hits.any() else np.zeros(len(column.codes), dtype=bool)


class Judge:
    """The rows of one block with their verdicts.

    Parameters
    ----------
    rows
        As read; rows that are no rows about anything (totals, repeated headers, blank) are taken out at once.
    profile
        What was declared.
    book
        Where faults are written down.
    footers
        Shared by all blocks of a file.
    """

    def __init__(self, rows: Rows, profile: Profile, book: Book, footers: Footers) -> None:
        self.profile, self.book = profile, book
        self._nulls = profile.null_words()
        self.read = rows.read
        self._encoded: dict[str, Encoded] = {}
        for code, lines in rows.kept_out.items():
            if len(lines):
                book.add(code, lines)
        identities = {part.header for part in profile.identity}
        for (code, column), lines in rows.remarks.items():
            if column in identities or code not in ("IN113", "IN114"):  # only ids suffer from being numbers
                book.add(code, lines, column=column)
        out = self._no_rows(rows.columns, rows.lines, footers)
        self.table = rows.columns.filter(pa.array(~out)) if out.any() else rows.columns
        if out.any():
            self._encoded.clear()
        self.lines: Lines = rows.lines[~out] if out.any() else rows.lines
        self.rejected: Flags = np.zeros(len(self.lines), dtype=bool)
        self.repaired: Flags = np.zeros(len(self.lines), dtype=bool)
        self.aside: Flags = self._not_meant()
        self._headings: dict[str, str] = {}

    def _not_meant(self) -> Flags:
        """Rows of another kind than the profile reads; they are counted, said, and nothing is made of them."""
        only = self.profile.only
        if only is None or only.header not in self.table.column_names:
            return np.zeros(len(self.lines), dtype=bool)
        meant = {fold(value) for value in only.values}
        distinct = self.distinct(only.header)
        aside = np.array([fold(text) not in meant for text in distinct.texts] or [False], dtype=bool)[distinct.codes]
        self.book.add_where("IN302", aside, self.lines, column=only.header)
        return aside

    def slice(self, profile: Profile, columns: dict[str, pa.Array], headings: dict[str, str]) -> Judge:
        """The same rows with further columns, as another profile sees them; its verdicts are its own.

        Parameters
        ----------
        profile
            What is declared about them.
        columns
            Further columns, or columns of the same name to take the place of others.
        headings
            Under which name a column is spoken of, where that is not its own.
        """
        part = copy.copy(self)
        kept = [name for name in self.table.column_names if name not in columns]
        part.table = pa.table({**{name: self.table[name] for name in kept}, **columns})
        part._encoded = {name: self._encoded[name] for name in kept if name in self._encoded}
        part.profile, part._headings = profile, headings
        part.rejected, part.aside = self.rejected.copy(), self.aside.copy()
        part.repaired = np.zeros(len(self.lines), dtype=bool)
        return part

    def _said(self, column: str | None) -> str | None:
        return column if column is None else self._headings.get(column, column)

    def _no_rows(self, table: pa.Table, lines: Lines, footers: Footers) -> Flags:
        identities = [part.header for part in self.profile.identity if part.header in table.column_names]
        keys = identities or table.column_names[:1]
        empty = _all_empty(table, keys)
        blank = _all_empty(table, table.column_names) if empty.any() else empty
        total = footers.marks(self._encode(table, footers.first)) & ~blank
        if total.any():
            total &= empty | np.logical_or.reduce([footers.marks(self._encode(table, key)) for key in keys])
        repeated = np.zeros(len(lines), dtype=bool)
        for key in keys[:1]:
            repeated = np.asarray(pac.equal(table[key], key).to_numpy(), dtype=bool)
        for code, out in (("IN025", blank), ("IN023", total), ("IN024", repeated)):
            self.book.add_where(code, out, lines)
        return np.asarray(blank | total | repeated)

    def _encode(self, table: pa.Table, name: str) -> Encoded:
        if name not in self._encoded:
            self._encoded[name] = Encoded.of(table[name])
        return self._encoded[name]

    def distinct(self, name: str) -> Distinct:
        """A column as its distinct texts; encoded once a block, however often it is asked for."""
        return self._encode(self.table, name).texts()

    def reject(self, code: str, bad: Flags, *, column: str | None = None, detail: str = "") -> None:
        """Keep these rows out."""
        bad = bad & ~self.aside
        self.book.add_where(code, bad, self.lines, column=self._said(column), detail=detail)
        self.rejected |= bad

    def repair(self, code: str, mended: Flags, *, column: str | None = None) -> None:
        """Let these rows in, mended."""
        mended = mended & ~self.aside
        self.book.add_where(code, mended, self.lines, column=self._said(column))
        self.repaired |= mended

    def remark(self, code: str, where: Flags, *, column: str | None = None) -> None:
        """Let these rows in as they are, with a remark; rows that are kept out anyway are not remarked on."""
        self.book.add_where(code, where & self.kept, self.lines, column=self._said(column))

    @property
    def kept(self) -> Flags:
        """Rows that are let in, and of which something is made."""
        return ~(self.rejected | self.aside)

    def counts(self) -> dict[str, int]:
        """Rows read, repaired and rejected of this block."""
        out = self.read - len(self.lines)
        return {
            "read": self.read,
            "repaired": int((self.repaired & ~self.rejected).sum()),
            "rejected": out + int(self.rejected.sum()),
        }

    def has(self, column: Column | None) -> bool:
        """Tell whether the file has this column."""
        return column is not None and column.header is not None and column.header in self.table.column_names

    def text(self, role: str) -> pa.Array | pa.Scalar:
        """The text of a role: the column with its labels mapped, else the declared value, else null."""
        column = self.profile.columns.get(role)
        default = column.value if column else None
        if column is None or not self.has(column) or column.header is None:
            return pa.scalar(f"{column.prefix}{default}" if column and default is not None else default, pa.string())
        distinct = self.distinct(column.header)
        empty = np.array([text.casefold() in self._nulls for text in distinct.texts], dtype=bool)
        if empty.any() and column.required and default is None:
            self.reject("IN030", empty[distinct.codes], column=column.header)
        say = labeller(column)
        said = [None if is_empty else say(text) for text, is_empty in zip(distinct.texts, empty, strict=True)]
        cleaned = [default if text is None else f"{column.prefix}{text}" for text in said]
        return pa.array(cleaned, pa.string()).take(pa.array(distinct.codes))

    def days(self, role: str, reader: DateReader) -> Typed | None:
        """The dates of a role; None where the file has no such column. Wrong dates reject the row."""
        column = self.profile.columns.get(role)
        if column is None or not self.has(column) or column.header is None:
            if column is None or column.value is None:
                return None
            return reader.column(Distinct([column.value], np.zeros(len(self.lines), dtype=np.int64)))
        distinct = self.distinct(column.header)
        typed = reader.column(distinct)
        reader.ask(str(self._said(column.header)), distinct.texts)
        self.reject("IN034", typed.is_state(WRONG), column=column.header, detail=reader.order)
        if column.required:
            self.reject("IN030", typed.is_state(EMPTY), column=column.header)
        return typed

    def day_array(self, role: str, reader: DateReader) -> pa.Array | pa.Scalar:
        """The dates of a role as an Arrow column, null where not given."""
        typed = self.days(role, reader)
        return pa.scalar(None, pa.date32()) if typed is None else date_array(typed)

    def number(self, role: str, *, floor: float | None = None) -> Typed | None:
        """The numbers of a role; None where the file has no such column. Wrong ones reject the row."""
        column = self.profile.columns.get(role)
        if column is None or not self.has(column) or column.header is None:
            return None
        typed = numbers(self.table[column.header], nulls=self._nulls)
        self._judge_numbers(typed, column.header, floor)
        if column.required:
            self.reject("IN030", typed.is_state(EMPTY), column=column.header)
        return typed

    def amount(self, measure: Measure) -> Typed:
        """The amounts of one measure in our unit."""
        column = self.table[measure.header]
        if measure.unit == "flag":
            typed = flags(column, nulls=self._nulls, true=_folded(measure.true), false=_folded(measure.false))
            typed = Typed(typed.values.astype(np.float64), typed.states)
        else:
            typed = numbers(column, nulls=self._nulls, clock=measure.clock, factor=measure.factor)
        self._judge_numbers(typed, measure.header, 0.0)
        if measure.empty == "reject":
            self.reject("IN030", typed.is_state(EMPTY), column=measure.header)
        if measure.empty == "zero":
            empty = typed.is_state(EMPTY)
            typed = Typed(np.where(empty, 0.0, typed.values), np.where(empty, OK, typed.states).astype(np.int8))
        return typed

    def _judge_numbers(self, typed: Typed, header: str, floor: float | None) -> None:
        self.reject("IN032", typed.is_state(WRONG), column=header)
        self.reject("IN036", typed.is_state(CLOCK), column=header)
        self.reject("IN120", typed.is_state(DATED), column=header)
        self.repair("IN033", typed.is_state(REPAIRED), column=header)
        if floor is not None:
            self.reject("IN031", typed.good & (typed.values < floor), column=header)


def labeller(column: Column) -> Callable[[str], str | None]:
    """How a cell is said in our words; None where only listed labels count and it holds none of them."""
    labels = {fold(theirs): ours for theirs, ours in column.labels.items()}
    if column.closed:
        return lambda text: next((labels[fold(one)] for one in text.split(",") if fold(one) in labels), None)
    return (lambda text: labels.get(fold(text), text)) if labels else (lambda text: text)


def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


def _all_empty(table: pa.Table, names: list[str]) -> Flags:
    empty = np.ones(table.num_rows, dtype=bool)
    for name in names:
        empty &= np.asarray(pac.equal(table[name], "").to_numpy(), dtype=bool)
        if not empty.any():
            break
    return empty
