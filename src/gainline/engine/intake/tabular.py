"""Tabular: the rows of any file, whatever its form, as the same blocks of text columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gainline.engine.intake.blocks import Layout, Rows, read_rows
from gainline.engine.intake.encoding import utf8_chunks
from gainline.engine.intake.faults import Lines
from gainline.engine.intake.forms import ARRAY, LINES, PARQUET, SHEET, as_text, records_of, sheet_rows
from gainline.engine.intake.sources import TextFile

ROWS_AT_ONCE = 1 << 16
_LINE_END = re.compile(r"\r\n|\n|\r")


def rows_of(file: TextFile, layout: Layout) -> Iterator[Rows]:
    """Yield the rows below the header, block after block, in file order.

    Lines are those of a text file, the row numbers of a sheet, the record numbers of JSON, and for Parquet the row
    number + 1, as if it had a header line.

    Parameters
    ----------
    file
        As `sources.look_at` found it.
    layout
        How it is laid out; position by name for the wanted columns.
    """
    if file.form == SHEET:
        yield from _sheet(file, layout)
    elif file.form in (LINES, ARRAY):
        yield from _records(file, layout)
    elif file.form == PARQUET:
        yield from _parquet(file, layout)
    else:
        yield from read_rows(utf8_chunks(file.part.chunks(), file.encoding), layout)


@dataclass(slots=True)
class _Gathered:
    """Rows that come one by one, until they make a block."""

    layout: Layout
    columns: list[list[str]]
    lines: list[int] = field(default_factory=list)
    kept_out: dict[str, list[int]] = field(default_factory=dict)
    remarks: dict[tuple[str, str | None], list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, layout: Layout) -> _Gathered:
        return cls(layout, [[] for _ in layout.wanted])

    def take(self, number: int, cell: Callable[[int], str]) -> bool:
        """Take one row; False where it holds NUL and was kept out."""
        texts = [_one_line(cell(position)) for position in self.layout.wanted.values()]
        if any("\x00" in text for text in texts):
            self.keep_out("IN022", number)
            return False
        for column, text in zip(self.columns, texts, strict=True):
            column.append(text)
        self.lines.append(number)
        return True

    def keep_out(self, code: str, number: int) -> None:
        self.kept_out.setdefault(code, []).append(number)

    @property
    def is_full(self) -> bool:
        return len(self.lines) + sum(map(len, self.kept_out.values())) >= ROWS_AT_ONCE

    def rows(self) -> Rows:
        names = list(self.layout.wanted)
        table = pa.table(
            {name: pa.array(column, pa.string()) for name, column in zip(names, self.columns, strict=True)}
        )
        kept_out = {code: np.array(lines, np.int64) for code, lines in self.kept_out.items()}
        remarks = {said: np.array(lines, np.int64) for said, lines in self.remarks.items()}
        return Rows(table, np.array(self.lines, np.int64), kept_out, 0, remarks)


def _one_line(text: str) -> str:
    return _LINE_END.sub(" ", text) if "\n" in text or "\r" in text else text


def _sheet(file: TextFile, layout: Layout) -> Iterator[Rows]:
    gathered = _Gathered.of(layout)
    names = {position: name for name, position in layout.wanted.items()}
    with sheet_rows(file.part) as rows:
        for row in rows:
            if row.number <= layout.header_line or not (row.cells or row.remarks):
                continue
            if any(position >= layout.width and text.strip() for position, text in row.cells.items()):
                gathered.keep_out("IN020", row.number)
            elif gathered.take(row.number, lambda position, cells=row.cells: cells.get(position, "")):  # type: ignore[misc]
                for position, code in row.remarks.items():
                    if position in names:
                        gathered.remarks.setdefault((code, names[position]), []).append(row.number)
                if row.hidden:
                    gathered.remarks.setdefault(("IN115", None), []).append(row.number)
            if gathered.is_full:
                yield gathered.rows()
                gathered = _Gathered.of(layout)
    yield from _last(gathered)


def _records(file: TextFile, layout: Layout) -> Iterator[Rows]:
    keys = file.header.cells if file.header else ()
    gathered = _Gathered.of(layout)
    for record in records_of(file.part, file.form, file.encoding):
        if record.cells is None:
            gathered.keep_out("IN117", record.number)
        else:
            cells = record.cells
            gathered.take(record.number, lambda position, cells=cells: cells.get(keys[position], ""))  # type: ignore[misc]
        if gathered.is_full:
            yield gathered.rows()
            gathered = _Gathered.of(layout)
    yield from _last(gathered)


def _last(gathered: _Gathered) -> Iterator[Rows]:
    if gathered.lines or gathered.kept_out:
        yield gathered.rows()


def _parquet(file: TextFile, layout: Layout) -> Iterator[Rows]:
    line = layout.header_line + 1
    with file.part.seekable() as stream:
        source = pq.ParquetFile(stream)
        for batch in source.iter_batches(batch_size=ROWS_AT_ONCE):
            columns = {name: as_text(batch.column(position)) for name, position in layout.wanted.items()}
            lines: Lines = np.arange(line, line + batch.num_rows, dtype=np.int64)
            yield Rows(pa.table(columns), lines, {}, 0)
            line += batch.num_rows
