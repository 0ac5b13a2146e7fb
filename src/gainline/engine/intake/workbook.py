"""Workbooks: the sheets of an XLSX file as rows of the text that a person sees in the cells.

Read as a stream of XML by our own few hundred lines and not by a library: the readers we know give a cell's number
without the format that shows it (so `00123` comes as 123), fill in every empty cell up to the farthest one (so one
stray cell asks for gigabytes), and have no limits of their own.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from gainline.engine.intake.containers import Damaged, TooLarge
from gainline.engine.intake.formats import GENERAL, PADDED, Shown, format_of, show

_CHUNK = 1 << 18
_TEXT_LIMIT = 1 << 27  # characters of all shared texts together; a million long names are a quarter of it
_CELL_LIMIT = 1 << 17  # four times what Excel itself lets into a cell
_LAST_COLUMN = 1 << 14
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d*)$")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
Begin = Callable[[str, dict[str, str]], None]
End = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name as people see it, where it lies in the file, and whether it is hidden."""

    name: str
    path: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: its number, the text shown by column position, and what is to be said about single cells."""

    number: int
    cells: dict[int, str]
    hidden: bool = False
    remarks: dict[int, str] = field(default_factory=dict)  # position -> code


@dataclass(slots=True)
class Workbook:
    """An opened workbook: its sheets, the texts they share, and the formats of its numbers."""

    archive: zipfile.ZipFile
    sheets: tuple[Sheet, ...]
    since_1904: bool
    _texts: list[str] | None = None
    _formats: list[Shown] | None = None

    @classmethod
    def of(cls, stream: IO[bytes]) -> Workbook:
        """Open a workbook.

        Raises
        ------
        Damaged
            When it is not a workbook, or not whole.
        """
        try:
            archive = zipfile.ZipFile(stream)
            home = _home(archive)
            targets = _targets(archive, home)
            sheets, since_1904 = _sheets(archive, home, targets)
        except (zipfile.BadZipFile, EOFError, KeyError, zlib.error, NotImplementedError, RuntimeError) as fault:
            raise Damaged(str(fault)) from fault
        return cls(archive, sheets, since_1904)

    def rows(self, sheet: Sheet) -> Iterator[SheetRow]:
        """The rows of a sheet that hold anything, hidden ones too, in order.

        Raises
        ------
        Damaged
            When the sheet is cut off or no XML.
        TooLarge
            When it holds a cell or texts beyond every use.
        """
        if self._texts is None or self._formats is None:
            self._texts, self._formats = _shared_texts(self.archive), _formats(self.archive)
        reader = _SheetReader(self._texts, self._formats, since_1904=self.since_1904)
        for _ in _parse(self.archive, sheet.path, reader.begin, reader.end):
            yield from reader.take()


def _parse(archive: zipfile.ZipFile, path: str, begin: Begin, end: End) -> Iterator[None]:
    """Go through one XML member; yields after each chunk, so that rows can be taken as they come."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    texts: list[str] = []
    length = 0

    def text(part: str) -> None:
        nonlocal length
        length += len(part)
        if length > _CELL_LIMIT:
            raise TooLarge("a cell")
        texts.append(part)

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal length
        texts.clear()
        length = 0
        begin(name.rpartition(":")[2], attributes)

    def closed(name: str) -> None:
        nonlocal length
        end(name.rpartition(":")[2], "".join(texts))
        texts.clear()
        length = 0

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = opened, closed, text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        with archive.open(path) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
                yield
            parser.Parse(b"", True)
            yield
    except (expat.ExpatError, zipfile.BadZipFile, EOFError, KeyError, zlib.error, ValueError, RuntimeError) as fault:
        raise Damaged(str(fault)) from fault


def _refuse_doctype(*_: object) -> None:
    """No workbook declares entities; a file that does wants them expanded without end."""
    raise TooLarge("an XML declaration of entities")


def _read(archive: zipfile.ZipFile, path: str, begin: Begin, end: End | None = None) -> None:
    for _ in _parse(archive, path, begin, end or (lambda _name, _text: None)):
        pass


def _home(archive: zipfile.ZipFile) -> str:
    """Where the workbook's own part lies; nearly always xl/workbook.xml."""
    found: list[str] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
            found.append(attributes.get("Target", "").lstrip("/"))

    if "_rels/.rels" in archive.namelist():
        _read(archive, "_rels/.rels", begin)
    return found[0] if found else "xl/workbook.xml"


def _targets(archive: zipfile.ZipFile, home: str) -> dict[str, str]:
    """Where each part that the workbook refers to lies, by the id of the reference."""
    folder, name = posixpath.split(home)
    targets: dict[str, str] = {}

    def begin(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            target = attributes.get("Target", "")
            whole = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            targets[attributes.get("Id", "")] = whole

    _read(archive, f"{folder}/_rels/{name}.rels", begin)
    return targets


def _sheets(archive: zipfile.ZipFile, home: str, targets: dict[str, str]) -> tuple[tuple[Sheet, ...], bool]:
    sheets: list[Sheet] = []
    flags: list[str] = []

    def begin(tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr":
            flags.append(attributes.get("date1904", "0"))
        elif tag == "sheet":
            reference = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            path = targets.get(reference, "")
            if "/worksheets/" in f"/{path}":  # charts and macros are sheets too, without cells
                hidden = attributes.get("state", "visible") != "visible"
                sheets.append(Sheet(attributes.get("name", ""), path, hidden))

    _read(archive, home, begin)
    return tuple(sheets), any(flag in ("1", "true") for flag in flags)


def _part(archive: zipfile.ZipFile, name: str) -> str | None:
    return next((path for path in archive.namelist() if path.endswith(f"/{name}")), None)


def _shared_texts(archive: zipfile.ZipFile) -> list[str]:
    texts: list[str] = []
    parts: list[str] = []
    size, phonetic = 0, False

    def begin(tag: str, _attributes: dict[str, str]) -> None:
        nonlocal phonetic
        if tag == "si":
            parts.clear()
        phonetic = phonetic or tag == "rPh"

    def end(tag: str, text: str) -> None:
        nonlocal size, phonetic
        if tag == "t" and not phonetic:
            parts.append(text)
        elif tag == "rPh":
            phonetic = False
        elif tag == "si":
            texts.append(_unescaped("".join(parts)))
            size += len(texts[-1]) + 8
            if size > _TEXT_LIMIT:
                raise TooLarge("the texts of the workbook")

    if path := _part(archive, "sharedStrings.xml"):
        _read(archive, path, begin, end)
    return texts


def _formats(archive: zipfile.ZipFile) -> list[Shown]:
    """How each style of the workbook shows a number."""
    codes: dict[int, str] = {}
    styles: list[int] = []
    within: list[str] = []

    def begin(tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            codes[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            within.append(tag)
        elif tag == "xf" and within:
            styles.append(int(attributes.get("numFmtId", "0")))

    def end(tag: str, _text: str) -> None:
        if tag == "cellXfs":
            within.clear()

    if path := _part(archive, "styles.xml"):
        _read(archive, path, begin, end)
    return [format_of(style, codes.get(style)) for style in styles]


def _unescaped(text: str) -> str:
    """Undo the workbook's own spelling of control characters, ``_x000D_``."""
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


class _SheetReader:
    """Collects rows from the events of one sheet's XML."""

    def __init__(self, texts: list[str], formats: list[Shown], *, since_1904: bool) -> None:
        self._texts, self._formats, self._since_1904 = texts, formats, since_1904
        self._rows: list[SheetRow] = []
        self._row = SheetRow(0, {})
        self._column = -1
        self._kind, self._style = "n", 0
        self._value: str | None = None
        self._inline: list[str] = []
        self._formula = False

    def take(self) -> list[SheetRow]:
        """The rows that are complete, each once."""
        rows, self._rows = self._rows, []
        return rows

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        if tag == "row":
            number = int(attributes.get("r") or self._row.number + 1)
            self._row = SheetRow(number, {}, attributes.get("hidden") in ("1", "true"))
            self._column = -1
        elif tag == "c":
            found = _REFERENCE.match(attributes.get("r", ""))
            self._column = _position(found.group(1)) if found else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), int(attributes.get("s", "0"))
            self._value, self._formula = None, False
            self._inline.clear()
        elif tag == "f":
            self._formula = True

    def end(self, tag: str, text: str) -> None:
        """An element closes."""
        if tag == "v":
            self._value = text
        elif tag == "t":
            self._inline.append(text)
        elif tag == "c":
            self._close_cell()
        elif tag == "row" and (self._row.cells or self._row.remarks):
            self._rows.append(self._row)

    def _close_cell(self) -> None:
        if self._column >= _LAST_COLUMN:
            raise TooLarge("a row")
        text, code = self._shown()
        if code:
            self._row.remarks[self._column] = code
        if text:
            self._row.cells[self._column] = text

    def _shown(self) -> tuple[str, str | None]:
        """The text that the cell shows, and the code of what is to be said about it."""
        if self._inline:
            return _unescaped("".join(self._inline)), None
        if self._value is None:
            return "", "IN116" if self._formula else None
        if self._kind == "s":
            place = int(self._value)
            if not 0 <= place < len(self._texts):
                raise Damaged("a text that the workbook does not hold")
            return self._texts[place], None
        if self._kind == "b":
            return ("TRUE" if self._value.strip() in ("1", "true") else "FALSE"), None
        if self._kind in ("str", "e"):
            return _unescaped(self._value), None
        if self._kind == "d":
            return self._value.removesuffix("T00:00:00"), None
        return self._number(self._value.strip())

    def _number(self, text: str) -> tuple[str, str | None]:
        shown = self._formats[self._style] if 0 <= self._style < len(self._formats) else GENERAL
        said = show(text, shown, since_1904=self._since_1904)
        return said, {PADDED: "IN113", "": "IN114"}.get(shown.kind)


def _position(letters: str) -> int:
    """The position of a column by its letters.

    Examples
    --------
    >>> _position("A"), _position("Z"), _position("AA")
    (0, 25, 26)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
