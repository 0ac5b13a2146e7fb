"""Blocks: UTF-8 text to columns of text with the line of every row, nothing lost and nothing guessed.

A block is some megabytes of whole lines. The fast path hands it to Arrow's CSV parser and counts: where rows plus
ragged rows equal lines, every row is its line. Where the counts differ a quoted cell holds a line break or a quotation
mark is never closed, and the block is gone through line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from gainline.engine.intake.containers import as_stream
from gainline.engine.intake.faults import Lines

BLOCK = 1 << 24
JOINED_LINES = 50  # a quoted cell that runs over more lines than this is taken for a quotation mark never closed


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one block: chosen columns as text, the line each starts on, and the lines kept out with their code.

    ``remarks`` says what the file's form hides, such as ids held as numbers: lines by code and column.
    """

    columns: pa.Table
    lines: Lines
    kept_out: dict[str, Lines]
    size: int = 0  # bytes of the block
    remarks: dict[tuple[str, str | None], Lines] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """Rows of the block, the kept-out ones included."""
        return len(self.lines) + sum(len(lines) for lines in self.kept_out.values())


@dataclass(frozen=True, slots=True)
class Layout:
    """How the text is laid out.

    Parameters
    ----------
    delimiter
        One character.
    header_line
        Line of the header; rows start on the next one.
    width
        Number of columns.
    wanted
        Position of each column to be read, by the name it is given.
    """

    delimiter: str
    header_line: int
    width: int
    wanted: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Block:
    text: bytes
    first_line: int
    last: bool


@dataclass(slots=True)
class _Parsed:
    table: pa.Table
    ragged: list[int] = field(default_factory=list)  # positions among the block's records
    blank: list[int] = field(default_factory=list)

    @property
    def records(self) -> int:
        return int(self.table.num_rows) + len(self.ragged) + len(self.blank)


def read_rows(chunks: Iterable[bytes], layout: Layout) -> Iterator[Rows]:
    """Yield the rows below the header, block after block, in file order.

    One block is parsed in a second thread while the caller works on the one before.
    """
    blocks = _blocks(chunks, layout)
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting: Future[Rows] | None = None
        for block in blocks:
            upcoming = pool.submit(_read_block, block, layout)
            if waiting is not None:
                yield waiting.result()
            waiting = upcoming
        if waiting is not None:
            yield waiting.result()


def _blocks(chunks: Iterable[bytes], layout: Layout) -> Iterator[_Block]:
    """Cut the text at line ends, past the header; a quoted cell still open at the cut goes into the next block."""
    rest, line, skipping = b"", 1, layout.header_line
    for chunk in _line_feeds(chunks):
        rest += chunk
        if skipping:
            rest, skipped = _drop_lines(rest, skipping)
            line, skipping = line + skipped, skipping - skipped
        if skipping or len(rest) < BLOCK:
            continue
        cut = _cut(rest)
        if cut:
            yield _Block(rest[:cut], line, False)
            line += rest.count(b"\n", 0, cut)
            rest = rest[cut:]
    if rest and not skipping:
        yield _Block(rest if rest.endswith(b"\n") else rest + b"\n", line, True)


def _line_feeds(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Turn the lone carriage returns of old Mac exports into line feeds; other text passes untouched."""
    old_mac: bool | None = None
    for chunk in chunks:
        if old_mac is None:
            old_mac = b"\r" in chunk and b"\n" not in chunk and chunk.count(b"\r") > 1
        yield chunk.replace(b"\r", b"\n") if old_mac else chunk


def _drop_lines(text: bytes, count: int) -> tuple[bytes, int]:
    at = 0
    for done in range(count):
        end = text.find(b"\n", at)
        if end < 0:
            return text[at:], done
        at = end + 1
    return text[at:], count


def _cut(text: bytes) -> int:
    """Where to cut: after the last line end that closes all quotes; 0 when there is none yet."""
    cut = text.rfind(b"\n") + 1
    if text.count(b'"', 0, cut) % 2 == 0:
        return cut
    back = cut
    for _ in range(JOINED_LINES):
        start = text.rfind(b"\n", 0, back - 1) + 1
        if text.count(b'"', start, back) % 2:  # this line opens or closes the odd quote: leave it for the next block
            return start
        back = start
    return cut


def _read_block(block: _Block, layout: Layout) -> Rows:
    kept_out: dict[str, Lines] = {}
    text, starts = block.text, None
    if _has_marked(text):
        text, starts, kept_out["IN022"] = _without_marked(block)
    parsed = _parse(text, layout)
    lines = text.count(b"\n")
    if parsed.records != lines or (text.count(b'"') % 2):
        text, joined, kept_out["IN021"] = _mend_quotes(text, layout, _starts(block, starts, lines))
        parsed, starts = _parse(text, layout), joined
        lines = len(joined)
    where = _starts(block, starts, lines)
    if parsed.records != len(where):  # the parser and we disagree on what a record is: keep all of it out, visibly
        empty = parsed.table.slice(0, 0)
        return Rows(empty, where[:0], {**kept_out, "IN021": np.concatenate([kept_out.get("IN021", where[:0]), where])})
    if parsed.ragged:
        kept_out["IN020"] = where[parsed.ragged]
    keep = np.delete(where, parsed.ragged + parsed.blank) if parsed.ragged or parsed.blank else where
    return Rows(parsed.table, keep, kept_out, len(block.text))


def _starts(block: _Block, starts: Lines | None, lines: int) -> Lines:
    return np.arange(block.first_line, block.first_line + lines, dtype=np.int64) if starts is None else starts


def _without_marked(block: _Block) -> tuple[bytes, Lines, Lines]:
    """Take out the blank lines, which are no rows, and the lines with NUL, which are reported."""
    lines = block.text.split(b"\n")[:-1]
    numbers = np.arange(block.first_line, block.first_line + len(lines), dtype=np.int64)
    nul = np.array([b"\x00" in line for line in lines])
    out = nul | np.array([not line.strip() for line in lines])
    kept = b"".join(line + b"\n" for line, is_out in zip(lines, out, strict=True) if not is_out)
    return kept, numbers[~out], numbers[nul]


def _has_marked(text: bytes) -> bool:
    return b"\x00" in text or b"\n\n" in text or b"\n\r\n" in text or text[:1] in b"\r\n"


def _parse(text: bytes, layout: Layout) -> _Parsed:
    """Parse with Arrow; a second time, slower but with positions, where a row is ragged or blank."""
    seen: list[int] = []
    table = _arrow(text, layout, lambda row: _note(seen, row), threads=True) if text else None
    if table is None:
        return _Parsed(pa.table({name: pa.array([], pa.string()) for name in layout.wanted}))
    if not seen:
        return _Parsed(table)
    parsed = _Parsed(table)
    parsed.table = _arrow(text, layout, lambda row: _sort_out(parsed, row), threads=False)
    return parsed


def _note(seen: list[int], _row: pc.InvalidRow) -> str:
    seen.append(1)
    return "skip"


def _sort_out(parsed: _Parsed, row: pc.InvalidRow) -> str:
    (parsed.ragged if row.text.strip() else parsed.blank).append(row.number - 1)
    return "skip"


def _arrow(text: bytes, layout: Layout, on_ragged: Callable[[pc.InvalidRow], str], *, threads: bool) -> pa.Table:
    names = [f"c{position}" for position in range(layout.width)]
    wanted = [names[position] for position in layout.wanted.values()]
    table = pc.read_csv(
        as_stream(text),
        read_options=pc.ReadOptions(use_threads=threads, block_size=len(text) + 1, column_names=names),
        parse_options=pc.ParseOptions(
            delimiter=layout.delimiter, ignore_empty_lines=layout.width == 1, invalid_row_handler=on_ragged
        ),
        convert_options=pc.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.string()),
            include_columns=wanted,
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    return table.rename_columns(list(layout.wanted))


def _mend_quotes(text: bytes, layout: Layout, starts: Lines) -> tuple[bytes, Lines, Lines]:
    """Join quoted cells that run over several lines, and take out lines whose quotation mark is never closed."""
    lines = text.split(b"\n")[:-1]
    records: list[bytes] = []
    kept: list[int] = []
    bad: list[int] = []
    at = 0
    while at < len(lines):
        end = _record_end(lines, at, layout)
        if end is None:
            bad.append(at)
            at += 1
            continue
        records.append(b" ".join(line.rstrip(b"\r") for line in lines[at : end + 1]))
        kept.append(at)
        at = end + 1
    mended = b"".join(record + b"\n" for record in records)
    return mended, starts[kept], starts[bad]


def _record_end(lines: list[bytes], at: int, layout: Layout) -> int | None:
    """The line on which the record that starts here ends; None when its quotation mark is never closed.

    A following line that is a whole row by itself means that the mark was a stray one, not that rows are text.
    """
    mark = layout.delimiter.encode()
    is_open, cells, _ = _walk(lines[at], mark, inside=False)
    if not is_open:
        return at
    for end in range(at + 1, min(at + JOINED_LINES, len(lines))):
        if b'"' not in lines[end] and lines[end].count(mark) + 1 == layout.width:
            return None
        is_open, more, clean = _walk(lines[end], mark, inside=True)
        cells += more
        if not clean:
            return None
        if not is_open:
            return end if cells + 1 == layout.width else None
    return None


def _walk(line: bytes, mark: bytes, *, inside: bool) -> tuple[bool, int, bool]:
    """Go along a line: does it end inside quotes, its delimiters outside of them, do quotes close at cells' ends."""
    delimiters, clean = 0, True
    cells = line.rstrip(b"\r").split(mark)
    for number, cell in enumerate(cells):
        if not inside and cell.startswith(b'"'):
            inside, cell = True, cell[1:]
        if inside:
            _text, closed, after = cell.replace(b'""', b"").partition(b'"')
            inside = not closed
            clean = clean and not after
        if not inside and number < len(cells) - 1:
            delimiters += 1
    return inside, delimiters, clean
