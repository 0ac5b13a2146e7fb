"""Wide: one column per week, date or assignment, read as if each of these cells were a row of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pac

from gainline.engine.intake.blocks import Rows
from gainline.engine.intake.cells import Flags
from gainline.engine.intake.dialect import Header, Match
from gainline.engine.intake.faults import Book
from gainline.engine.intake.judge import Judge
from gainline.engine.intake.profile import Profile


@dataclass(slots=True)
class Unfolding:
    """The columns of one wide file that are to be unfolded.

    Parameters
    ----------
    profile
        Declares them.
    headings
        What each heading says, by heading.
    below
        What the lines under the header say about each heading, by name.
    """

    profile: Profile
    headings: dict[str, dict[str, str]]
    below: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, profile: Profile, header: Header, match: Match) -> Unfolding | None:
        """Find the columns, and want them read; None for a file that is not wide."""
        if profile.wide is None:
            return None
        taken = set(match.positions.values())
        found: dict[str, dict[str, str]] = {}
        for position, cell in enumerate(header.cells):
            said = profile.wide.read(cell) if position not in taken and cell not in found else None
            if said is not None:
                found[cell] = said
                match.positions[cell] = position
        match.ignored = [cell for cell in match.ignored if cell not in found]
        return cls(profile, found)

    def without_lines_below(self, rows: Rows, book: Book) -> Rows:
        """Take the lines that speak of columns out of a block; they are rows about nobody."""
        wide = self.profile.wide
        if wide is None or not wide.below:
            return rows
        named = [name for name in rows.columns.column_names if name not in self.headings]
        out = np.zeros(len(rows.lines), dtype=bool)
        for name, mark in wide.below.items():
            hits = _holds(rows.columns, named, mark)
            for row in np.flatnonzero(hits)[:1]:
                cells = {heading: rows.columns[heading][int(row)].as_py().strip() for heading in self.headings}
                self.below.setdefault(name, cells)
            out |= hits
        if not out.any():
            return rows
        book.add("IN305", rows.lines[out])
        keep = pa.array(~out)
        return Rows(rows.columns.filter(keep), rows.lines[~out], rows.kept_out, rows.size, rows.remarks)

    def slices(self, judge: Judge) -> Iterator[Judge]:
        """The rows once for each column, the cells under their declared name and the heading's words beside them."""
        wide = self.profile.wide
        if wide is None:
            return
        for heading, said in self.headings.items():
            cells = judge.table[heading].combine_chunks()
            empty = np.isin(judge.distinct(heading).codes, _empty_places(judge, heading))
            if wide.empty == "zero":
                cells = pac.if_else(pa.array(empty), "0", cells)
            told = {**said, **{name: self.below.get(name, {}).get(heading, "") for name in wide.below}}
            columns = {name: pa.repeat(pa.scalar(text), len(cells)) for name, text in told.items()}
            names = dict.fromkeys([wide.cell, *told], heading)
            part = judge.slice(self.profile, {**columns, wide.cell: cells}, names)
            if wide.empty == "skip":
                part.aside |= empty
            yield part


def settle(judge: Judge, parts: Sequence[Judge]) -> None:
    """Turn the verdicts on cells into one on each row: kept out when none of its given cells could be read.

    Where some cells could be read and others not, the row counts as repaired: what could not be read was left out.
    """
    size = len(judge.lines)
    bad, good, mended = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    for part in parts:
        bad |= part.rejected & ~judge.rejected
        good |= part.kept
        mended |= part.repaired & part.kept
    judge.repair("IN300", bad & good)
    judge.repaired |= mended
    judge.rejected |= bad & ~good


def _empty_places(judge: Judge, heading: str) -> list[int]:
    nulls = judge.profile.null_words()
    return [number for number, text in enumerate(judge.distinct(heading).texts) if text.casefold() in nulls]


def _holds(table: pa.Table, names: list[str], mark: str) -> Flags:
    """Rows one of whose leading cells says exactly this, whatever its case."""
    hits = np.zeros(table.num_rows, dtype=bool)
    for name in names:
        lowered = pac.utf8_lower(pac.utf8_trim_whitespace(table[name]))
        hits |= np.asarray(pac.equal(lowered, mark.casefold()).to_numpy(), dtype=bool)
    return hits
