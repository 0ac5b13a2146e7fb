"""Frames: blocks of a public data set's table, whether it came as Parquet or as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pac
import pyarrow.parquet as pq

from gainline.engine.intake.blocks import Layout
from gainline.engine.intake.cells import EMPTY, NO_DATE, OK, REPAIRED, WRONG, Distinct, Flags, Typed, numbers
from gainline.engine.intake.dialect import Header, match_columns
from gainline.engine.intake.faults import Book, Lines
from gainline.engine.intake.profile import NULLS
from gainline.engine.intake.sources import TextFile
from gainline.engine.intake.tabular import rows_of

ROWS_AT_ONCE = 1 << 19
Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]
_NULL_WORDS = frozenset(NULLS) | {"?"}  # OULAD's published CSV writes a question mark for "not given"


@dataclass(slots=True)
class Frame:
    """Some rows of one table, the line of each (header = 1; for Parquet its row number + 1), and their verdicts."""

    file: str
    table: pa.Table
    lines: Lines
    book: Book
    kept_out: int = 0
    rejected: Flags = field(init=False)
    repaired: Flags = field(init=False)

    def __post_init__(self) -> None:
        self.rejected = np.zeros(len(self.lines), dtype=bool)
        self.repaired = np.zeros(len(self.lines), dtype=bool)

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def kept(self) -> Flags:
        """Rows that are let in."""
        return ~self.rejected

    def say(self, code: str, where: Flags, column: str | None = None) -> None:
        """Write a fault down for these rows."""
        if where.any():
            self.book.add(code, self.lines[where], column=column, file=self.file)

    def reject(self, code: str, bad: Flags, column: str | None = None) -> None:
        """Keep these rows out."""
        self.say(code, bad, column)
        self.rejected |= bad

    def repair(self, code: str, mended: Flags, column: str | None = None) -> None:
        """Let these rows in, mended."""
        self.say(code, mended, column)
        self.repaired |= mended

    def counts(self) -> dict[str, int]:
        """Rows read, repaired and rejected."""
        return {
            "read": len(self) + self.kept_out,
            "repaired": int((self.repaired & self.kept).sum()),
            "rejected": self.kept_out + int(self.rejected.sum()),
        }

    def number(self, name: str) -> Typed:
        """A column of numbers; a text that is none rejects its row."""
        column = self.table[name]
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            typed = numbers(column, nulls=_NULL_WORDS)
        else:
            values = pac.cast(column, pa.float64()).to_numpy()
            typed = Typed(values, np.where(np.isnan(values), EMPTY, OK).astype(np.int8))
        self.reject("IN032", typed.is_state(WRONG), name)
        return typed

    def whole_number(self, name: str, *, required: bool = True) -> tuple[Ints, Flags]:
        """A column of whole numbers as int64, and where one is given; a fraction rejects its row."""
        typed = self.number(name)
        values = np.where(typed.good, typed.values, 0.0)
        self.reject("IN032", typed.good & (values != np.floor(values)), name)
        if required:
            self.reject("IN030", typed.is_state(EMPTY), name)
        return values.astype(np.int64), typed.is_state(OK, REPAIRED)

    def labels(self, name: str) -> Distinct:
        """A column of labels, ``""`` where not given."""
        distinct = Distinct.of(self.table[name].cast(pa.string()))
        texts = ["" if text.casefold() in _NULL_WORDS else text for text in distinct.texts]
        return Distinct(texts, distinct.codes)


def text_array(labels: Distinct) -> pa.Array:
    """Labels as an Arrow column, null where not given."""
    return pa.array([text or None for text in labels.texts], pa.string()).take(pa.array(labels.codes))


def frames(file: TextFile, names: Sequence[str], book: Book, *, first_line: int = 2) -> Iterator[Frame]:
    """Read the named columns of one table, block after block.

    Parameters
    ----------
    file
        CSV or Parquet; the folders ``name=value`` above a Parquet file are columns too.
    names
        Columns to read; one that is missing is written down and ends the reading.
    book
        Where faults are written down.
    first_line
        Line of a Parquet file's first row, for data sets of several files.
    """
    if file.name.casefold().endswith(".parquet"):
        yield from _parquet(file, names, book, first_line)
    else:
        yield from _csv(file, names, book)


def _parquet(file: TextFile, names: Sequence[str], book: Book, first_line: int) -> Iterator[Frame]:
    folders = dict(part.split("=", 1) for part in file.part.path.parts if "=" in part)
    source = pq.ParquetFile(file.part.path)
    here = [name for name in names if name in source.schema_arrow.names]
    if missing := [name for name in names if name not in here and name not in folders]:
        book.add("IN006", column=missing[0], file=file.name)
        return
    line = first_line
    for batch in source.iter_batches(batch_size=ROWS_AT_ONCE, columns=here):
        table = pa.Table.from_batches([batch])
        for name in names:
            if name not in here:
                table = table.append_column(name, pa.repeat(pa.scalar(folders[name]), table.num_rows))
        yield Frame(file.name, table, np.arange(line, line + table.num_rows, dtype=np.int64), book)
        line += table.num_rows


def _csv(file: TextFile, names: Sequence[str], book: Book) -> Iterator[Frame]:
    header = file.header or Header(",", 1, ("",))
    match = match_columns(header.cells, dict.fromkeys(names, ()))
    missing = [name for name in names if name not in match.positions]
    if missing:
        book.add("IN006", [header.line], column=missing[0], file=file.name)
        return
    if file.encoding not in ("utf-8", "utf-8-sig"):
        book.add("IN010", detail=file.encoding, file=file.name)
    layout = Layout(header.delimiter, header.line, len(header.cells), match.positions)
    for rows in rows_of(file, layout):
        for code, lines in rows.kept_out.items():
            if len(lines):
                book.add(code, lines, file=file.name)
        yield Frame(file.name, rows.columns, rows.lines, book, kept_out=rows.read - len(rows.lines))


def days_array(days: Days, known: Flags) -> pa.Array:
    """Days since 1970-01-01 as an Arrow date column, null where not known."""
    return pa.array(np.where(known, days, NO_DATE).astype(np.int32), pa.int32(), mask=~known).cast(pa.date32())
