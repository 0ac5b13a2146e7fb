"""Forms: in which form a file holds its table (text, workbook, JSON, Parquet), and where its header may stand."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from gainline.engine.intake.containers import ROOM, Damaged, Part, TooLarge, begins_zip, is_old_office, office_kind
from gainline.engine.intake.dialect import HEADER_WITHIN, Header, headers
from gainline.engine.intake.encoding import Survey, survey, utf8_chunks
from gainline.engine.intake.objects import Record, array_of, keys_of, lines_of
from gainline.engine.intake.workbook import SheetRow, Workbook

TEXT, SHEET, LINES, ARRAY, PARQUET = "text", "sheet", "lines", "array", "parquet"
ZIP, OFFICE = "zip", "office"  # forms that hold no table by themselves
_CELLS_PER_BYTE = 1000  # of a Parquet file; real ones hold a few


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a file told: its form, what the pass over its bytes found, and each possible header."""

    form: str
    survey: Survey
    ways: list[Header]


def form_of(part: Part) -> str:
    """Tell the form from the first bytes; the name counts only where JSON and text look alike.

    Raises
    ------
    Damaged
        When the container is cut off.
    """
    head = part.head()
    if part.sheet is not None:
        return SHEET
    if begins_zip(head):
        with part.seekable() as stream:
            kind = office_kind(stream)
        return {"xlsx": SHEET, None: ZIP}.get(kind, OFFICE)
    if is_old_office(head):
        return OFFICE
    if head.startswith(b"PAR1"):
        return PARQUET
    return _json_form(part, head) or TEXT


def _json_form(part: Part, head: bytes) -> str | None:
    begin = head.removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    begin = begin.lstrip()
    endings = tuple(f"{ending}{packed}" for ending in (".json", ".ndjson", ".jsonl") for packed in ("", ".gz"))
    named = part.file_name.casefold().endswith(endings)
    if begin.startswith(b"[") and (named or begin[1:].lstrip()[:1] in (b"{", b"]", b"[")):
        return ARRAY
    if not begin.startswith(b"{") or not (named or begin[1:].lstrip()[:1] in (b'"', b"}")):
        return None
    first, line_end, rest = begin.partition(b"\n")
    whole = first.rstrip().endswith(b"}")  # an object on one line; one object over many lines holds an array
    one_array = not rest.strip() and b"[" in first and b"ndjson" not in part.name.encode() and _holds_array(part)
    return LINES if whole and (line_end or len(head) < 1 << 16) and not one_array else ARRAY


def _holds_array(part: Part) -> bool:
    try:
        return next(array_of(part.chunks()), None) is not None
    except Damaged:
        return False


def sheets_of(part: Part) -> list[Part]:
    """The sheets of a workbook, in its order.

    Raises
    ------
    Damaged
        When the workbook cannot be read.
    """
    with part.seekable() as stream:
        return [replace(part, sheet=sheet.name) for sheet in Workbook.of(stream).sheets]


@contextmanager
def sheet_rows(part: Part) -> Iterator[Iterator[SheetRow]]:
    """The rows of the sheet that a part names."""
    with part.seekable() as stream:
        book = Workbook.of(stream)
        yield book.rows(next(sheet for sheet in book.sheets if sheet.name == part.sheet))


def records_of(part: Part, form: str, encoding: str) -> Iterator[Record]:
    """The records of a JSON file."""
    chunks = utf8_chunks(part.chunks(), encoding)
    return lines_of(chunks) if form == LINES else array_of(chunks)


def look(part: Part, form: str) -> Look:
    """Go over the whole file once, so that whatever is damaged or too large is known before a row is taken.

    Raises
    ------
    Damaged, TooLarge
        When it cannot be read to its end.
    """
    if form == SHEET:
        return Look(form, _hashed(part), _sheet_ways(part))
    if form == PARQUET:
        return Look(form, _hashed(part), _parquet_ways(part))
    if form in (LINES, ARRAY):
        seen = survey(part.chunks(), lines=form == LINES)
        keys = keys_of(records_of(part, form, seen.encoding))
        return Look(form, seen, [Header("", 0, keys)] if keys else [])
    seen = survey(part.chunks())
    return Look(form, seen, headers(seen.head.decode(seen.encoding, errors="replace")))


def _hashed(part: Part) -> Survey:
    hashed, size = hashlib.sha256(), 0
    for chunk in part.chunks():
        hashed.update(chunk)
        size += len(chunk)
    if part.sheet is not None:  # each sheet is a content of its own
        hashed.update(f"\x1f{part.sheet}".encode())
    return Survey(hashed.hexdigest(), size, "utf-8", b"")


def _sheet_ways(part: Part) -> list[Header]:
    with sheet_rows(part) as rows:
        first = list(islice(rows, HEADER_WITHIN))
        for _ in rows:  # to the end, so that damage is found now
            pass
    found = []
    for row in first:
        filled = [position for position, text in row.cells.items() if text.strip()]
        if len(filled) > 1:
            cells = (row.cells.get(position, "").strip() for position in range(max(filled) + 1))
            found.append(Header("", row.number, tuple(cells)))
    return found


def _parquet_ways(part: Part) -> list[Header]:
    try:
        with part.seekable() as stream:
            source = pq.ParquetFile(stream)
            names = tuple(source.schema_arrow.names)
            cells = source.metadata.num_rows * len(names)
            if cells > max(ROOM, _CELLS_PER_BYTE * part.path.stat().st_size):
                raise TooLarge("the number of cells it promises")
            for batch in source.iter_batches():  # to the end, so that damage is found now
                for column in batch.columns:
                    as_text(column).validate(full=True)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as fault:
        raise Damaged(str(fault)) from fault
    return [Header("", 1, names)] if names else []


def first_cells(part: Part, seen: Look, way: Header, *, rows: int) -> list[tuple[str, ...]]:
    """The cells of the first rows below a header, as text: a sample for people and for proposals."""
    if seen.form == SHEET:
        with sheet_rows(part) as found:
            taken = islice((row for row in found if row.number > way.line), rows)
            return [tuple(row.cells.get(at, "") for at in range(len(way.cells))) for row in taken]
    if seen.form == PARQUET:
        with part.seekable() as stream:
            batch = next(pq.ParquetFile(stream).iter_batches(batch_size=rows), None)
        columns = [as_text(column).to_pylist() for column in batch.columns] if batch is not None else []
        return list(zip(*columns, strict=True))
    if seen.form in (LINES, ARRAY):
        records = islice(
            (r.cells for r in records_of(part, seen.form, seen.survey.encoding) if r.cells is not None), rows
        )
        return [tuple(cells.get(key, "") for key in way.cells) for cells in records]
    lines = part.head(1 << 20).decode(seen.survey.encoding, errors="replace").splitlines()[way.line :]
    return [tuple(row) for row in islice(csv.reader(lines, delimiter=way.delimiter), rows) if row]


def as_text(column: pa.Array) -> pa.Array:
    """A Parquet column as a text file would write it; nothing for null."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        text = column.cast(pa.string())
    elif pa.types.is_timestamp(kind) or pa.types.is_floating(kind) or pa.types.is_nested(kind):
        text = pa.array([_said(value) for value in column.to_pylist()], pa.string())
    else:
        try:
            text = column.cast(pa.string())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            text = pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())
    return text.fill_null("")


def _said(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    said = str(value)
    return said.removesuffix(" 00:00:00")
