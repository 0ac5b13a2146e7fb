"""Declared rosters: the files of another roster format, as the files of a OneRoster package, row by row.

What a profile declares is turned into the standard's columns; from there on it is read, checked and ended as a package
is, so that the same school gives the same canonical rows whichever format it sends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa

from gainline.engine.intake.account import Tally
from gainline.engine.intake.blocks import Layout
from gainline.engine.intake.cells import EPOCH, DateReader, Distinct, Flags
from gainline.engine.intake.dialect import Header, match_columns
from gainline.engine.intake.faults import Lines
from gainline.engine.intake.judge import labeller
from gainline.engine.intake.oneroster import rows_of_package
from gainline.engine.intake.oneroster_checks import check_rows
from gainline.engine.intake.oneroster_files import Package, RosterFile
from gainline.engine.intake.oneroster_spec import SPECS, Spec
from gainline.engine.intake.profile import Profile
from gainline.engine.intake.profile_parts import IDENTIFIERS, Column, RosterFilePart
from gainline.engine.intake.reading import Batch, Task, canonical
from gainline.engine.intake.roster_sources import is_named
from gainline.engine.intake.sources import TextFile
from gainline.engine.intake.tabular import rows_of

_DAYS = frozenset({"day", "date"})


@dataclass(frozen=True, slots=True)
class Piece:
    """The rows that one file gives to one of the standard's files."""

    file: str
    part: RosterFilePart
    table: pa.Table
    lines: Lines
    headers: Mapping[str, str]  # the standard's column -> the file's own
    kept_out: int = 0

    @property
    def counts(self) -> bool:
        """Tell whether the file's rows are counted here."""
        return not self.part.made


@dataclass(slots=True)
class DeclaredFile(RosterFile):
    """Rows of one of the standard's files that came from one or more others; faults are said of those."""

    pieces: tuple[Piece, ...] = field(default=())

    def say(self, code: str, where: Flags, column: str | None = None) -> None:
        """Write a fault down for these rows, in the file and under the header that they came from."""
        at = 0
        for piece in self.pieces:
            end = at + len(piece.lines)
            if where[at:end].any():
                named = piece.headers.get(column, column) if column else None
                self.book.add(code, self.lines[at:end][where[at:end]], column=named, file=piece.file)
            at = end

    def counts(self) -> dict[str, int]:
        """Rows read, repaired and rejected, of the files that are counted here."""
        counted = np.repeat([piece.counts for piece in self.pieces], [len(piece.lines) for piece in self.pieces])
        counted = counted.astype(bool)
        kept_out = sum(piece.kept_out for piece in self.pieces if piece.counts)
        return {
            "read": int(counted.sum()) + kept_out,
            "repaired": int((self.repaired & self.kept & counted).sum()),
            "rejected": kept_out + int((self.rejected & counted).sum()),
        }


def read_declared_roster(task: Task, tally: Tally) -> Iterator[Batch]:
    """Read the files of a roster as its profile declares them."""
    profile = task.declared()
    package = Package(task, tally)
    package.version = profile.version
    pieces = _pieces(package, profile)
    for number, spec in enumerate(SPECS.values()):
        task.progress("files", number, len(SPECS))
        own = [piece for piece in pieces[spec.name] if not piece.part.adds]
        if not own:
            continue
        frame = _merged(package, [_once(piece) if piece.part.made else piece for piece in own])
        for piece in pieces[spec.name]:
            if piece.part.adds:
                _add_cells(package, frame, piece)
        package.frames[spec.name] = frame
        check_rows(package, spec, frame)
    yield from rows_of_package(package)
    for piece in pieces[IDENTIFIERS]:
        yield _identifiers(package, piece)
    task.progress("files", len(SPECS), len(SPECS))


def _pieces(package: Package, profile: Profile) -> dict[str, list[Piece]]:
    """Every file's rows under the standard's columns, by the standard's file."""
    found: dict[str, list[Piece]] = defaultdict(list)
    for part in profile.tables:
        named = [file for file in package.task.source.files if is_named(file.part, part)]
        if not named and not part.made:
            package.tally.book.add("IN308", detail=f": {part.file}")
        for file in named:
            piece = _piece(package, profile, part, file)
            if piece is not None and part.to is None:
                package.tally.book.add("IN301", detail=f": {part.because}", file=file.name)
                package.tally.count(read=len(piece.lines) + piece.kept_out, rejected=piece.kept_out)
            elif piece is not None:
                found[str(part.to)].append(piece)
    return found


def _piece(package: Package, profile: Profile, part: RosterFilePart, file: TextFile) -> Piece | None:
    book = package.tally.book
    seen = file.header or Header(",", 1, ("",))
    header = Header(seen.delimiter, 0, part.header) if part.header else seen
    match = match_columns(header.cells, part.asked())
    spec = SPECS.get(part.to or "")
    missing = [name for name in _vital(spec, part) if part.columns[name].header not in match.positions]
    for name in missing:
        book.add("IN006", [header.line] if header.line else [], column=part.columns[name].header, file=file.name)
    if missing:
        return None
    also = {name for other in profile.tables if other.file == part.file for name in other.asked()}
    left = [name for name in match.ignored if name not in also]
    if left and not (part.made or part.adds or part.header or part.to is None):
        book.add("IN008", [header.line], detail=", ".join(left[:6]), file=file.name)
    if file.encoding not in ("utf-8", "utf-8-sig"):
        book.add("IN010", detail=file.encoding, file=file.name)
    wanted = match.positions or {header.cells[0] or "first": 0}
    blocks = list(rows_of(file, Layout(header.delimiter, header.line, len(header.cells), wanted)))
    kept_out = 0
    for rows in blocks:
        kept_out += rows.read - len(rows.lines)
        for code, lines in rows.kept_out.items():
            if len(lines) and not part.made:
                book.add(code, lines, file=file.name)
                package.unread.add(part.to or "")
    lines = np.concatenate([rows.lines for rows in blocks]) if blocks else np.array([], dtype=np.int64)
    table = pa.concat_tables([rows.columns for rows in blocks]).combine_chunks() if blocks else None
    columns = {name: _cells(profile, spec, name, column, table) for name, column in part.columns.items()}
    headers = {name: column.header for name, column in part.columns.items() if column.header}
    return Piece(file.name, part, pa.table(columns or {"": pa.nulls(len(lines))}), lines, headers, kept_out)


def _vital(spec: Spec | None, part: RosterFilePart) -> list[str]:
    """Columns without whose header nothing can be made of the file."""
    asked = spec.required if spec is not None else tuple(part.columns)
    return [name for name in asked if name in part.columns and part.columns[name].header]


def _cells(profile: Profile, spec: Spec | None, name: str, column: Column, table: pa.Table | None) -> pa.Array:
    """One of the standard's columns: the declared cells in the standard's words, or the one value of every row."""
    rows = table.num_rows if table is not None else 0
    if table is None or column.header is None or column.header not in table.column_names:
        return pa.repeat(pa.scalar(f"{column.prefix}{column.value}" if column.value else ""), rows)
    distinct, nulls, say = Distinct.of(table[column.header]), profile.null_words(), labeller(column)
    said = ["" if text.casefold() in nulls else say(text) or "" for text in distinct.texts]
    if spec is not None and any(one.name == name and one.kind in _DAYS for one in spec.columns):
        said = _iso(profile, said)
    spelled = [f"{column.prefix}{text}" if text else column.value or "" for text in said]
    return pa.array(spelled, pa.string()).take(pa.array(distinct.codes))


def _iso(profile: Profile, texts: list[str]) -> list[str]:
    """Dates in the declared order as the standard writes them; what is none stays for the checks to find."""
    read = DateReader(profile.dates, profile.null_words(), profile.time_zone)
    typed = read.column(Distinct(texts, np.arange(len(texts))))
    return [
        date.fromordinal(EPOCH.toordinal() + int(day)).isoformat() if good else text
        for text, day, good in zip(texts, typed.values, typed.good, strict=True)
    ]


def _once(piece: Piece) -> Piece:
    """Rows made from a file that speaks of them again and again: each sourcedId once, at its first line."""
    ids = piece.table["sourcedId"].to_pylist()
    first: dict[str, int] = {}
    for row, one in enumerate(ids):
        if one:
            first.setdefault(one, row)
    rows = np.array(list(first.values()), dtype=np.int64)
    return Piece(piece.file, piece.part, piece.table.take(pa.array(rows)), piece.lines[rows], piece.headers)


def _merged(package: Package, pieces: list[Piece]) -> DeclaredFile:
    """The rows of all files under all of their columns; a column that one lacks says nothing there."""
    names = list(dict.fromkeys(name for piece in pieces for name in piece.table.column_names))
    tables = [
        pa.table(
            {
                name: piece.table[name].combine_chunks() if name in piece.table.column_names else _blank(piece)
                for name in names
            }
        )
        for piece in pieces
    ]
    lines = np.concatenate([piece.lines for piece in pieces])
    table = pa.concat_tables(tables).combine_chunks()
    return DeclaredFile(pieces[0].file, table, lines, package.tally.book, pieces=tuple(pieces))


def _blank(piece: Piece) -> pa.Array:
    return pa.repeat(pa.scalar(""), len(piece.lines))


def _add_cells(package: Package, frame: DeclaredFile, piece: Piece) -> None:
    """Fill what is empty in the rows that a further file speaks of; the first word about a row counts."""
    ids = frame.texts("sourcedId")
    asked = piece.table["sourcedId"].to_pylist()
    for name in piece.table.column_names:
        if name == "sourcedId":
            continue
        told: dict[str, str] = {}
        for one, text in zip(asked, piece.table[name].to_pylist(), strict=True):
            if text:
                told.setdefault(one, text)
        filled = pa.array([own or told.get(one, "") for one, own in zip(ids, frame.texts(name), strict=True)])
        at = frame.table.schema.get_field_index(name)
        table = frame.table.append_column(name, filled) if at < 0 else frame.table.set_column(at, name, filled)
        frame.table = table
    if piece.counts and _is_alone(package, piece):
        known = set(ids)
        _count(package, piece, np.array([one not in known for one in asked], dtype=bool))


def _is_alone(package: Package, piece: Piece) -> bool:
    """Tell whether no other part counts this file's rows."""
    parts = [part for part in package.task.declared().tables if part.file == piece.part.file and not part.made]
    return parts[0] is piece.part


def _count(package: Package, piece: Piece, lost: Flags) -> None:
    """Count a file whose rows are no rows of the standard; those about people whom nobody names are kept out."""
    book = package.tally.book
    if lost.any():
        book.add("IN307", piece.lines[lost], column=piece.headers.get("userSourcedId"), file=piece.file)
    rejected = int(lost.sum()) + piece.kept_out
    package.tally.count(read=len(piece.lines) + piece.kept_out, rejected=rejected)


def _identifiers(package: Package, piece: Piece) -> Batch:
    """Further identifiers of people whom the roster names."""
    frame = package.frames.get("users")
    known = set(frame.texts("sourcedId")) if frame is not None else set()
    users, values = piece.table["userSourcedId"].to_pylist(), piece.table["value"].to_pylist()
    lost = np.array([one not in known or not value for one, value in zip(users, values, strict=True)], dtype=bool)
    _count(package, piece, lost)
    kept = pa.array(~lost)
    columns: dict[str, pa.Array | pa.Scalar] = {
        "person_key": pa.array([package.key(one) for one in users], pa.int64()).filter(kept),
        "source": pa.scalar("oneroster"),
        "kind": piece.table["kind"].combine_chunks().filter(kept),
        "value": piece.table["value"].combine_chunks().filter(kept),
        "how": pa.scalar("roster"),
        "source_line": pa.array(piece.lines).filter(kept),
    }
    return canonical("identifiers", columns, rows=int((~lost).sum()), import_id=package.task.import_id)
