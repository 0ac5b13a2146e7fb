"""Where in a TOML document each key stands, so that an issue about a value can name its line."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

Path = tuple[str | int, ...]
LineIndex = Mapping[Path, int]

_SPACE = " \t"
_BLANK = " \t\r\n"
_ENDS_VALUE = ",]}#\n"


def toml_lines(text: str) -> LineIndex:
    r"""The line, from 1, of every table, key and array element of a document that `tomllib` accepts.

    A path is made of keys and, inside arrays and arrays of tables, positions from 0: ``("outcomes", 0, "from")``.
    The standard library reads values only, and the packages that keep positions keep a whole editable document.

    Assumes
    -------
    That `tomllib` has read the text without an error; on anything else the index is merely incomplete.

    Examples
    --------
    >>> index = toml_lines('key = "a"\n[[outcomes]]\nfrom = { result = "map" }')
    >>> index[("key",)], index[("outcomes", 0)], index[("outcomes", 0, "from", "result")]
    (1, 2, 3)
    """
    return _Scan(text).index


def nearest_line(index: LineIndex, path: Sequence[str | int]) -> int | None:
    """The line of the path, or of the closest part above it that stands in the document; None at the top."""
    for length in range(len(path), 0, -1):
        line = index.get(tuple(path[:length]))
        if line is not None:
            return line
    return None


class _Scan:
    """One pass over the text: strings and comments are skipped, keys and elements noted with their line."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n").removeprefix("\ufeff")
        self.at = 0
        self.line_ends = [place for place, character in enumerate(self.text) if character == "\n"]
        self.index: dict[Path, int] = {}
        self.tables: dict[Path, int] = {}  # array of tables -> position of its last element
        self._document()

    def _document(self) -> None:
        prefix: Path = ()
        while self._skip(_BLANK):
            if self._here() == "[":
                prefix = self._header()
            else:
                self._pair(prefix)

    def _header(self) -> Path:
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        keys = self._keys()
        path = self._resolved(keys[:-1]) + keys[-1:]
        if is_array:
            self.tables[path] = self.tables.get(path, -1) + 1
            self._note(path)
            path = (*path, self.tables[path])
        self._note(path)
        self._to_line_end()
        return path

    def _resolved(self, keys: Path) -> Path:
        """Keys of a header with the position of the last element where they pass through an array of tables."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self.tables:
                path = (*path, self.tables[path])
        return path

    def _pair(self, prefix: Path) -> None:
        start = self.at
        keys = self._keys()
        for length in range(1, len(keys) + 1):
            self._note(prefix + keys[:length])
        if self._here() == "=":
            self.at += 1
            self._value(prefix + keys)
        self.at = max(self.at, start + 1)  # whatever the text is, the scan moves on

    def _keys(self) -> Path:
        keys: list[str] = []
        while True:
            self._skip_spaces()
            keys.append(self._quoted() if self._here() in {'"', "'"} else self._bare())
            self._skip_spaces()
            if self._here() != ".":
                return tuple(keys)
            self.at += 1

    def _bare(self) -> str:
        start = self.at
        while self._here() and (self._here().isalnum() or self._here() in "_-"):
            self.at += 1
        return self.text[start : self.at]

    def _quoted(self) -> str:
        """Skip a string of any of TOML's four kinds and give its text as it stands between the quotes."""
        quote = self._here()
        mark = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        start = self.at = self.at + len(mark)
        while self.at < len(self.text) and not self.text.startswith(mark, self.at):
            self.at += 2 if quote == '"' and self._here() == "\\" else 1
        content = self.text[start : self.at]
        self.at += len(mark)
        while len(mark) > 1 and self._here() == quote:  # up to two quotes may stand before the closing mark
            self.at += 1
        return content

    def _value(self, path: Path) -> None:
        self._skip_spaces()
        first = self._here()
        if first == "[":
            self._elements(path)
        elif first == "{":
            self._members(path)
        elif first in {'"', "'"}:
            self._quoted()
        else:
            while self._here() and self._here() not in _ENDS_VALUE:
                self.at += 1

    def _elements(self, path: Path) -> None:
        self.at += 1
        position = 0
        while self._skip(_BLANK) and self._here() != "]":
            self._note((*path, position))
            start = self.at
            self._value((*path, position))
            self._skip(_BLANK)
            self.at += self._here() == ","
            self.at = max(self.at, start + 1)
            position += 1
        self.at += 1

    def _members(self, path: Path) -> None:
        self.at += 1
        while self._skip(_BLANK) and self._here() != "}":
            self._pair(path)
            self._skip(_BLANK)
            self.at += self._here() == ","
        self.at += 1

    def _here(self) -> str:
        return self.text[self.at : self.at + 1]

    def _note(self, path: Path) -> None:
        self.index.setdefault(path, bisect_left(self.line_ends, self.at) + 1)

    def _skip_spaces(self) -> None:
        while self._here() and self._here() in _SPACE:
            self.at += 1

    def _skip(self, blanks: str) -> bool:
        """Pass over blanks and comments; tell whether anything is left."""
        while self._here() and (self._here() in blanks or self._here() == "#"):
            if self._here() == "#":
                self._to_line_end()
            else:
                self.at += 1
        return bool(self._here())

    def _to_line_end(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end
