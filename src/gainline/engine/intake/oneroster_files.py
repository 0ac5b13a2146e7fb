"""OneRoster files: a package's CSV files read and checked against each other, before anything is made of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from gainline.engine.core.ids import person_key
from gainline.engine.intake.account import Tally
from gainline.engine.intake.blocks import Layout
from gainline.engine.intake.cells import EMPTY, WRONG, DateReader, Distinct, Flags, Typed, flags
from gainline.engine.intake.containers import holds_litter
from gainline.engine.intake.dialect import Header, Match, match_columns
from gainline.engine.intake.frames import Frame
from gainline.engine.intake.oneroster_spec import MARKER_FALSE, MARKER_TRUE, MARKERS, SPECS, VERSIONS, Spec
from gainline.engine.intake.reading import Batch, Task, canonical
from gainline.engine.intake.roster_before import RosterBefore
from gainline.engine.intake.sources import TextFile
from gainline.engine.intake.tabular import rows_of

_DATE_AND_TIME = re.compile(r"^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}")
_SECRET = re.compile(r"ssn|social.?security|passw|^pin$", re.IGNORECASE)  # never read, whatever it is called
_NULLS = frozenset({"", "null", "none", "n/a"})
_MANIFEST = frozenset({"manifest.version", "oneroster.version", "source.systemname", "source.systemcode"})
METADATA = "metadata."
_DAY_LETTERS = 10  # of a date and time, those of the date


class RosterFile(Frame):
    """One file of a package, with the standard's ways to write lists, flags and dates; absent columns read as empty."""

    __slots__ = ()

    def texts(self, name: str) -> list[str]:
        """A column as texts, ``""`` where it says nothing."""
        if name not in self.table.column_names:
            return [""] * len(self)
        distinct = Distinct.of(self.table[name])
        cleaned = ["" if text.casefold() in _NULLS else text for text in distinct.texts]
        return [cleaned[code] for code in distinct.codes]

    def column(self, name: str) -> pa.Array:
        """A column as Arrow text, null where it says nothing."""
        return pa.array([text or None for text in self.texts(name)], pa.string())

    def each(self, name: str, judged: Callable[[str], bool]) -> Flags:
        """Rows whose cell fits; none where the column is absent."""
        if name not in self.table.column_names:
            return np.zeros(len(self), dtype=bool)
        distinct = Distinct.of(self.table[name])
        return np.array([judged(text) for text in distinct.texts] or [False], dtype=bool)[distinct.codes]

    def is_empty(self, name: str) -> Flags:
        """Rows whose cell says nothing; all where the column is absent."""
        if name not in self.table.column_names:
            return np.ones(len(self), dtype=bool)
        return self.each(name, lambda text: text.casefold() in _NULLS)

    def is_ended(self) -> Flags:
        """Rows whose status is anything but active; a blank one is active, as bulk files have it."""
        return self.each("status", lambda text: bool(text) and text.casefold() != "active")

    def check_choices(self, name: str, allowed: Collection[str]) -> None:
        """Report values of a closed list that are not in the standard's spelling, or not in it at all."""
        spelled = {one.casefold(): one for one in allowed}
        self.repair("IN067", self.each(name, lambda text: spelled.get(text.casefold(), text) != text) & self.kept, name)
        self.say("IN079", self.each(name, lambda text: _is_strange(text, spelled)) & self.kept, name)

    def choices(self, name: str, allowed: Collection[str]) -> list[str | None]:
        """Values of a closed list in the standard's spelling; values outside of it are kept."""
        spelled = {one.casefold(): one for one in allowed}
        return [spelled.get(text.casefold(), text) or None for text in self.texts(name)]

    def flag(self, name: str) -> list[bool | None]:
        """A column of yes and no in any of the ways districts write them."""
        if name not in self.table.column_names:
            return [None] * len(self)
        typed = flags(self.table[name], nulls=_NULLS, true=MARKER_TRUE, false=MARKER_FALSE)
        self.say("IN039", typed.is_state(WRONG) & self.kept, name)
        return [bool(value) if good else None for value, good in zip(typed.values, typed.good, strict=True)]

    def days(self, name: str, *, required: bool = False) -> Typed:
        """A column of dates; a wrong one rejects its row."""
        if name not in self.table.column_names:
            return Typed(np.zeros(len(self), np.int32), np.full(len(self), EMPTY, np.int8))
        self.repair("IN179", self.each(name, lambda text: bool(_DATE_AND_TIME.match(text))) & self.kept, name)
        distinct = Distinct.of(self.table[name])
        plain = Distinct([_DATE_AND_TIME.sub(r"\1", text)[:_DAY_LETTERS] for text in distinct.texts], distinct.codes)
        typed = DateReader("ymd", _NULLS).column(plain if any(map(_DATE_AND_TIME.match, distinct.texts)) else distinct)
        self.reject("IN034", typed.is_state(WRONG), name)
        if required:
            self.reject("IN030", typed.is_state(EMPTY), name)
        return typed


def _is_strange(text: str, spelled: Mapping[str, str]) -> bool:
    return (
        bool(text) and text.casefold() not in spelled and text.casefold() not in _NULLS and not text.startswith("ext:")
    )


def listed(text: str) -> list[str]:
    """The entries of a list cell.

    Examples
    --------
    >>> listed("a, b,")
    ['a', 'b']
    """
    return [one.strip() for one in text.split(",") if one.strip()]


@dataclass(slots=True)
class Package:
    """The files of a package as read, what their rows refer to, and what people turned out to be."""

    task: Task
    tally: Tally
    frames: dict[str, RosterFile] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)  # user -> role
    keys: dict[str, int] = field(default_factory=dict)  # user -> person key
    version: str = "1.1"
    unread: set[str] = field(default_factory=set)  # files with rows that could not be cut into cells
    metadata: dict[str, list[str]] = field(default_factory=dict)  # file -> its further columns, as they are read

    @property
    def before(self) -> RosterBefore:
        """What the lake holds of the roster."""
        return self.task.identity.roster

    def is_delta(self, name: str) -> bool:
        """Tell whether a file holds changes only."""
        return self.modes.get(name) == "delta"

    def ids(self, name: str) -> set[str] | None:
        """The sourcedIds that a reference may name; None when neither the package nor the lake knows the file."""
        frame = self.frames.get(name)
        own = set(frame.texts("sourcedId")) if frame is not None else None
        if own is not None and not self.is_delta(name):
            return own
        sent = self.before.ids(name)
        return (own or set()) | sent if sent else own

    def key(self, user: str) -> int:
        """The person key of a user."""
        if user not in self.keys:
            known = self.before.keys.get(user)
            self.keys[user] = person_key(self.task.identity.salt, "roster", user) if known is None else known
        return self.keys[user]

    def batch(self, name: str, columns: dict[str, pa.Array | pa.Scalar], frame: RosterFile) -> Batch:
        """Canonical rows from the kept rows of a file."""
        mask = pa.array(frame.kept)
        chosen = {key: value if isinstance(value, pa.Scalar) else value.filter(mask) for key, value in columns.items()}
        chosen["source_line"] = pa.array(frame.lines).filter(mask)
        return canonical(name, chosen, rows=int(frame.kept.sum()), import_id=self.task.import_id)


def read_manifest(package: Package, files: dict[str, TextFile]) -> None:
    """Compare what the manifest says with the files that are there."""
    book, manifest = package.tally.book, files.get("manifest")
    if manifest is None:
        book.add("IN060")
        package.version = _told_version(files)
        return
    pairs = [pair for pair in _manifest_pairs(manifest) if pair[0]]
    said = dict(pairs)
    package.version = said.get("oneroster.version") or _told_version(files)
    if package.version not in VERSIONS:
        package.version = "1.2" if package.version.startswith("1.2") else "1.1"
    _remark_on_manifest(package, pairs, manifest.name)
    for name in SPECS:
        mode = said.get(f"file.{name}".casefold(), "").casefold()
        is_here = name.casefold() in files
        package.modes[name] = mode
        if mode in ("bulk", "delta") and not is_here:
            book.add("IN061", detail=f": {name}.csv is declared and not there", file=manifest.name)
        elif mode == "absent" and is_here:
            book.add("IN061", detail=f": {name}.csv is there and declared absent", file=manifest.name)
        elif mode == "delta":
            book.add("IN076", file=f"{name}.csv")


def _told_version(files: Mapping[str, TextFile]) -> str:
    """The version by what only one of them has: roles.csv, or a user's primary organization."""
    users = files.get("users")
    cells = users.header.cells if users is not None and users.header is not None else ()
    return "1.2" if "roles" in files or "primaryOrgSourcedId" in cells else "1.1"


def _remark_on_manifest(package: Package, pairs: list[tuple[str, str]], name: str) -> None:
    book = package.tally.book
    known = {f"file.{spec}".casefold() for spec in SPECS} | _MANIFEST
    for key, times in Counter(key for key, _ in pairs).items():
        if key not in known or times > 1:
            book.add("IN182", detail=f": {key}", file=name)
    for key, value in pairs:
        if key.startswith("source.") and value.casefold() in ("absent", "bulk", "delta"):
            book.add("IN180", detail=f": {key}", file=name)


def remark_on_members(package: Package) -> None:
    """Say what is unusual about how the package's files lie and are called."""
    book = package.tally.book
    names = {name.casefold(): name for name in (*SPECS, "manifest")}
    if any(file.part.member is not None for file in package.task.source.files) and holds_litter(
        package.task.source.path
    ):
        book.add("IN311")
    for file in package.task.source.files:
        stem = file.part.stem
        if file.part.member is not None and "/" in file.part.member and stem.casefold() == "users":
            book.add("IN171")
        if stem.casefold() not in names:
            book.add("IN186", file=file.name)
        elif names[stem.casefold()] != stem:
            book.add("IN174", file=file.name)
        if file.encoding == "utf-8-sig":
            book.add("IN309", file=file.name)
        if stem.casefold() in names and _lacks_line_end(file):
            book.add("IN181", file=file.name)


def _lacks_line_end(file: TextFile) -> bool:
    last = b""
    for chunk in file.part.chunks():
        last = chunk[-1:]
    return last not in (b"\n", b"\r", b"\x00", b"")


def _manifest_pairs(file: TextFile) -> Iterator[tuple[str, str]]:
    layout = Layout(file.header.delimiter if file.header else ",", 1, 2, {"name": 0, "value": 1})
    for rows in rows_of(file, layout):
        for name, value in zip(rows.columns["name"].to_pylist(), rows.columns["value"].to_pylist(), strict=True):
            yield name.strip().casefold(), value.strip()


def read_file(package: Package, spec: Spec, file: TextFile) -> RosterFile | None:
    """Read one file and check its rows; None when it lacks a column or has no rows."""
    book = package.tally.book
    header = file.header or Header(",", 1, ("",))
    match = match_columns(header.cells, spec.asked())
    _remark_on_header(package, spec, file, match)
    if missing := [name for name in spec.required if name not in match.positions]:
        for name in missing:
            book.add("IN006", [header.line], column=name, file=file.name)
            if name in match.near:
                book.add("IN009", [header.line], column=match.near[name], detail=f" of {name!r}", file=file.name)
        return None
    _find_metadata(package, spec, header, match)
    layout = Layout(header.delimiter, header.line, len(header.cells), match.positions)
    blocks = list(rows_of(file, layout))
    kept_out = 0
    if any(len(out) for rows in blocks for code, out in rows.kept_out.items() if code != "IN025"):
        package.unread.add(spec.name)
    for rows in blocks:
        kept_out += rows.read - len(rows.lines)
        for code, lines in rows.kept_out.items():
            if len(lines):
                book.add(code, lines, file=file.name)
    if not blocks:
        book.add("IN003", file=file.name)
        return None
    table = pa.concat_tables([rows.columns for rows in blocks]).combine_chunks()
    return RosterFile(file.name, table, np.concatenate([rows.lines for rows in blocks]), book, kept_out=kept_out)


def _find_metadata(package: Package, spec: Spec, header: Header, match: Match) -> None:
    """Further columns: those of people are read as metadata, those of other files and secret ones are left out."""
    book, near = package.tally.book, set(match.near.values())
    found: list[str] = []
    for cell in match.ignored:
        if not cell:
            book.add("IN175", [header.line], file=spec.name + ".csv")
        elif cell not in near:
            named = cell if cell.startswith(METADATA) else METADATA + cell
            if named != cell:
                book.add("IN173", [header.line], column=cell, file=spec.name + ".csv")
            if not _SECRET.search(cell) and spec.name in ("users", "demographics"):
                match.positions[named] = header.cells.index(cell)
                found.append(named)
    package.metadata[spec.name] = found


def _remark_on_header(package: Package, spec: Spec, file: TextFile, match: Match) -> None:
    book = package.tally.book
    header = file.header or Header(",", 1, ("",))
    for name in match.folded:
        book.add("IN007", [header.line], column=name, file=file.name)
    for name in match.aliased:
        if name not in MARKERS:  # these have no standard name, so an alias is no deviation
            book.add(
                "IN070", [header.line], column=name, detail=f": {header.cells[match.positions[name]]!r}", file=file.name
            )
    for name, likely in match.near.items():
        if name not in spec.required:
            book.add("IN009", [header.line], column=likely, detail=f" of {name!r}", file=file.name)
    for name in match.repeated:
        book.add("IN013", [header.line], column=name, file=file.name)
    lacking = [c.name for c in spec.of(package.version) if c.asked and c.name not in match.positions]
    for name in lacking if package.version in spec.versions else ():
        if name not in spec.required:
            book.add("IN184", [header.line], column=name, file=file.name)
    if file.encoding not in ("utf-8", "utf-8-sig"):
        book.add("IN010", detail=file.encoding, file=file.name)
