"""The site's second language, from ``.po`` files to what gettext reads, without gettext's programs.

A language is a folder of ``.po`` files, one a slice of pages, so that colleagues do not write into the same file. They
are merged and compiled into one ``.mo`` when the application starts.
"""

from __future__ import annotations

import ast
import atexit
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

MAGIC = 0x950412DE
SOURCE = Path(__file__).parent / "locale"
KEYWORDS = ("msgctxt", "msgid_plural", "msgid", "msgstr")


@dataclass(slots=True)
class Entry:
    """One text and its translations, by plural form."""

    context: str | None = None
    text: str = ""
    plural: str | None = None
    says: dict[int, str] = field(default_factory=dict)
    is_fuzzy: bool = False

    def key(self) -> str:
        """How gettext looks it up."""
        whole = self.text if self.plural is None else f"{self.text}\0{self.plural}"
        return whole if self.context is None else f"{self.context}\x04{whole}"

    def value(self) -> str:
        """What gettext gives back."""
        return "\0".join(self.says[form] for form in sorted(self.says))


def read_po(text: str, file: str) -> list[Entry]:
    """The entries of a ``.po`` file; the first, without a text, is its header.

    Raises
    ------
    ImproperlyConfigured
        When a line is neither a comment, a keyword nor a quoted string; the message names the line.
    """
    made: list[Entry] = []
    for block in _blocks(text):
        entry, last = Entry(), ""
        for number, line in block:
            if line.startswith("#"):
                entry.is_fuzzy = entry.is_fuzzy or (line.startswith("#,") and "fuzzy" in line)
                continue
            keyword, quoted = _split(line, last, f"{file}:{number}")
            last = keyword
            _add(entry, keyword, quoted)
        if last:
            made.append(entry)
    return made


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """Lines between empty lines, numbered from 1."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            block.append((number, line.strip()))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _split(line: str, last: str, where: str) -> tuple[str, str]:
    """A line's keyword, or the last one for a continued string, and its text."""
    keyword, _, rest = (last, "", line) if line.startswith('"') else line.partition(" ")
    if not keyword.startswith(KEYWORDS) or not (rest.startswith('"') and rest.endswith('"') and len(rest) > 1):
        raise ImproperlyConfigured(f"{where}: a catalog's line is a comment, a keyword or a quoted string")
    return keyword, str(ast.literal_eval(rest))


def _add(entry: Entry, keyword: str, text: str) -> None:
    if keyword == "msgctxt":
        entry.context = (entry.context or "") + text
    elif keyword == "msgid":
        entry.text += text
    elif keyword == "msgid_plural":
        entry.plural = (entry.plural or "") + text
    else:
        form = int(keyword[7:-1]) if keyword.startswith("msgstr[") else 0
        entry.says[form] = entry.says.get(form, "") + text


def merged(folder: Path) -> dict[str, str]:
    """What gettext knows in a language, from all files of its folder; untranslated and fuzzy texts are left out.

    Raises
    ------
    ImproperlyConfigured
        When two files translate one text differently.
    """
    known: dict[str, str] = {}
    for path in sorted(folder.glob("*.po")):
        for entry in read_po(path.read_text(encoding="utf-8"), path.name):
            if entry.is_fuzzy or not entry.value().strip("\0"):
                continue
            if known.setdefault(entry.key(), entry.value()) != entry.value() and entry.text:
                raise ImproperlyConfigured(f"{path.name}: {entry.text!r} is translated differently in another file")
    return known


def mo_bytes(known: dict[str, str]) -> bytes:
    """The catalog as gettext's binary file: two tables of lengths and places, then the texts, sorted.

    Source: GNU gettext manual, "The Format of GNU MO Files".
    """
    pairs = sorted((key.encode(), value.encode()) for key, value in known.items())
    tables = 28
    place = tables + 16 * len(pairs)
    lengths: dict[int, list[int]] = {0: [], 1: []}
    texts = b""
    for side in (0, 1):
        for pair in pairs:
            lengths[side] += [len(pair[side]), place + len(texts)]
            texts += pair[side] + b"\0"
    head = struct.pack("<7I", MAGIC, 0, len(pairs), tables, tables + 8 * len(pairs), 0, place)
    return head + struct.pack(f"<{4 * len(pairs)}I", *lengths[0], *lengths[1]) + texts


def compile_catalogs(source: Path = SOURCE) -> Path:
    """Compile every language into a folder of this process, for `LOCALE_PATHS`; the folder goes when the process ends.

    Each process has its own: nothing is shared, nothing can be stale, and the package may stand where nobody may write.
    """
    target = Path(tempfile.mkdtemp(prefix="gainline-locale-"))
    owner = os.getpid()
    atexit.register(_remove, target, owner)
    for folder in languages(source):
        place = target / folder.name / "LC_MESSAGES"
        place.mkdir(parents=True)
        (place / "django.mo").write_bytes(mo_bytes(merged(folder)))
    return target


def languages(source: Path = SOURCE) -> list[Path]:
    """The folders that hold a language's files."""
    return sorted(folder for folder in source.iterdir() if any(folder.glob("*.po")))


def _remove(target: Path, owner: int) -> None:
    """Only by the process that made it: a forked one would take it from its siblings."""
    if os.getpid() == owner:
        shutil.rmtree(target, ignore_errors=True)
