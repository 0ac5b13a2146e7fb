"""A sheet: one CSV file of a synthetic district, every cell as text, with the faults that were planted in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from gainline.engine.worlds.draws import Days, Ints, Texts

FIRST_ROW_LINE = 2  # line 1 of a file is its header
LINES_LISTED = 100  # a kind of fault with more lines is told by its count alone


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault of one kind that was put into a file on purpose, and the lines (header = 1) where it stands."""

    file: str
    kind: str
    lines: tuple[int, ...]

    def to_json_value(self) -> dict[str, object]:
        """The fault as JSON values."""
        listed = list(self.lines) if len(self.lines) <= LINES_LISTED else None
        return {"file": self.file, "kind": self.kind, "rows": len(self.lines), "lines": listed}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One CSV file: its path below the world's folder and its cells."""

    path: str
    cells: pa.Table
    planted: tuple[Planted, ...] = ()

    def to_bytes(self) -> bytes:
        """The file's bytes: UTF-8, comma, quotes only where needed, LF line ends."""
        # Arrow's own writer quotes every text; real exports do not.
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.cells.column_names)
        writer.writerows(zip(*(column.to_pylist() for column in self.cells.columns), strict=True))
        return out.getvalue().encode()


def sheet(
    path: str, columns: Mapping[str, Sequence[object] | Texts | pa.Array], planted: Sequence[Planted] = ()
) -> Sheet:
    """A sheet from columns of equal length; an empty text is written as an empty cell."""
    arrays = {name: _text_column(column) for name, column in columns.items()}
    return Sheet(path, pa.table(arrays), tuple(p for p in planted if p.lines))


def _text_column(column: Sequence[object] | Texts | pa.Array) -> pa.Array:
    if isinstance(column, pa.Array | pa.ChunkedArray):
        return column
    return pa.array([None if cell is None or cell == "" else str(cell) for cell in column], pa.string())


def write_all(content: Mapping[str, bytes], folder: Path) -> list[Path]:
    """Write files by their path below the folder, which is made if absent; gives their paths, sorted."""
    written = []
    for name, body in sorted(content.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        written.append(path)
    return written


def choose(labels: Sequence[str] | Texts, index: Ints) -> Texts:
    """The label of each index, shape of `index`."""
    return np.asarray(np.asarray(labels, dtype=object)[index])


def iso_days(days: Days, *, blank_from: np.datetime64 | None = None) -> Texts:
    """Days as YYYY-MM-DD; days from `blank_from` on become empty."""
    return _spelled(days, "%Y-%m-%d", blank_from)


def us_days(days: Days) -> Texts:
    """Days as MM/DD/YYYY, as American vendors write them."""
    return _spelled(days, "%m/%d/%Y", None)


def _spelled(days: Days, pattern: str, blank_from: np.datetime64 | None) -> Texts:
    # A year has few days and a log has many rows: each day is spelled once.
    distinct, inverse = np.unique(days, return_inverse=True)
    spelled = [
        "" if blank_from is not None and d >= blank_from else date.fromisoformat(str(d)).strftime(pattern)
        for d in distinct
    ]
    return np.asarray(np.array(spelled, dtype=object)[inverse])


def lines_of(rows: Ints) -> tuple[int, ...]:
    """File lines of row numbers that count from 0."""
    return tuple(int(row) + FIRST_ROW_LINE for row in np.sort(rows))
