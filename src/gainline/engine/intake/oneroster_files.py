"""OneRoster files: a package's CSV files read and checked against each other, before anything is made of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from gainline.engine.core.ids import person_key
from gainline.engine.intake.account import Tally
from gainline.engine.intake.blocks import Layout
from gainline.engine.intake.cells import EMPTY, WRONG, DateReader, Distinct, Flags, Typed, flags
from gainline.engine.intake.dialect import Header, Match, match_columns
from gainline.engine.intake.frames import Frame
from gainline.engine.intake.oneroster_spec import MARKER_FALSE, MARKER_TRUE, MARKERS, SPECS, Spec
from gainline.engine.intake.reading import Batch, Task, canonical
from gainline.engine.intake.sources import TextFile
from gainline.engine.intake.tabular import rows_of

_GUID = re.compile(r"^[0-9A-Za-z./@_-]{1,255}$")
_UTC_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")
_NULLS = frozenset({"", "null", "none", "n/a"})
_INSEPARABLE = frozenset({("roles", "userSourcedId"), ("demographics", "sourcedId")})  # about a person and nothing else


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

    def choices(self, name: str, allowed: Collection[str]) -> list[str | None]:
        """Values of a closed list in the standard's spelling; values outside of it are kept and reported."""
        spelled = {one.casefold(): one for one in allowed}
        found = self.texts(name)
        self.repair("IN067", self.each(name, lambda text: spelled.get(text.casefold(), text) != text) & self.kept, name)
        self.say("IN079", self.each(name, lambda text: _is_strange(text, spelled)) & self.kept, name)
        return [spelled.get(text.casefold(), text) or None for text in found]

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
        typed = DateReader("ymd", _NULLS).column(Distinct.of(self.table[name]))
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

    def ids(self, name: str) -> set[str] | None:
        """The sourcedIds of a file; None when the package does not hold it."""
        frame = self.frames.get(name)
        return set(frame.texts("sourcedId")) if frame is not None else None

    def key(self, user: str) -> int:
        """The person key of a user."""
        if user not in self.keys:
            self.keys[user] = person_key(self.task.identity.salt, "roster", user)
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
        return
    said = {key: value for key, value in _manifest_pairs(manifest) if key}
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
    layout = Layout(header.delimiter, header.line, len(header.cells), match.positions)
    blocks = list(rows_of(file, layout))
    kept_out = 0
    for rows in blocks:
        kept_out += rows.read - len(rows.lines)
        for code, lines in rows.kept_out.items():
            if len(lines):
                book.add(code, lines, file=file.name)
    if not blocks:
        book.add("IN003", file=file.name)
        return None
    table = pa.concat_tables([rows.columns for rows in blocks]).combine_chunks()
    frame = RosterFile(file.name, table, np.concatenate([rows.lines for rows in blocks]), book, kept_out=kept_out)
    _check_rows(package, spec, frame)
    return frame


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
    if file.encoding not in ("utf-8", "utf-8-sig"):
        book.add("IN010", detail=file.encoding, file=file.name)


def _check_rows(package: Package, spec: Spec, frame: RosterFile) -> None:
    for name in spec.required:
        frame.reject("IN030", frame.is_empty(name), name)
    if "sourcedId" in frame.table.column_names:
        bad = frame.each("sourcedId", lambda text: bool(text) and not _GUID.match(text))
        frame.say("IN073", bad & frame.kept, "sourcedId")
        _check_duplicates(spec, frame)
    if package.modes.get(spec.name) != "delta":
        filled = ~frame.is_empty("status") | ~frame.is_empty("dateLastModified")
        frame.say("IN062", filled & frame.kept)
    frame.say("IN063", frame.is_ended() & frame.kept, "status")
    loose = frame.each("dateLastModified", lambda text: bool(text) and not _UTC_TIME.match(text))
    frame.say("IN069", loose & frame.kept, "dateLastModified")
    for column in ("orgSourcedIds", "termSourcedIds", "grades", "subjects"):
        frame.say("IN075", frame.each(column, lambda text: ", " in text) & frame.kept, column)
    if "enabledUser" in frame.table.column_names:
        loose = frame.each("enabledUser", lambda text: text not in ("true", "false", ""))
        frame.say("IN068", loose & frame.kept, "enabledUser")


def _check_duplicates(spec: Spec, frame: RosterFile) -> None:
    """The same sourcedId twice: the same row is loaded once, differing rows are all kept out."""
    ids = np.array(frame.texts("sourcedId"), dtype=object)
    if spec.name == "roles" or len(set(ids)) == len(ids):
        return
    rows: dict[str, list[int]] = {}
    for number, one in enumerate(ids):
        if one:
            rows.setdefault(one, []).append(number)
    content = list(
        zip(
            *(frame.table[name].to_pylist() for name in frame.table.column_names if name != "dateLastModified"),
            strict=True,
        )
    )
    same, conflicting = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    for numbers in rows.values():
        if len(numbers) > 1 and len({content[number] for number in numbers}) == 1:
            same[numbers[1:]] = True
        elif len(numbers) > 1:
            conflicting[numbers] = True
    frame.reject("IN065", same, "sourcedId")
    frame.reject("IN066", conflicting, "sourcedId")


def check_references(package: Package, spec: Spec) -> None:
    """Report what points nowhere; only a row that cannot stand without its target is kept out."""
    frame = package.frames[spec.name]
    for column, target in spec.refers.items():
        known = package.ids(target)
        if known is None:
            frame.say("IN064", ~frame.is_empty(column) & frame.kept, column)
            continue
        lost = _points_nowhere(frame, column, known)
        if (spec.name, column) in _INSEPARABLE:
            frame.reject("IN077", lost, column)
        else:
            frame.say("IN064", lost & frame.kept, column)
    if spec.name in ("classes", "enrollments") and "orgs" in package.frames:
        others = not_schools(package)
        frame.say("IN074", frame.each("schoolSourcedId", others.__contains__) & frame.kept, "schoolSourcedId")


def _points_nowhere(frame: RosterFile, column: str, known: set[str]) -> Flags:
    return frame.each(column, lambda text: any(one not in known for one in listed(text)))


def not_schools(package: Package) -> set[str]:
    """Organizations that are districts, departments and the like."""
    orgs = package.frames["orgs"]
    return {
        one
        for one, kind in zip(orgs.texts("sourcedId"), orgs.texts("type"), strict=True)
        if kind.casefold() != "school"
    }
