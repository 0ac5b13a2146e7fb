"""A TOML document beside the roadmap, read into its sheet or into issues that name the line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gainline.engine.core.issues import Issue, Level
from gainline.engine.core.toml_lines import LineIndex, nearest_line, toml_lines
from gainline.engine.core.toml_reading import NotToml, dotted, read_toml

Place = tuple[str | int, ...]
Finding = tuple[str, Level, Place, str, str]
"""What `Found` holds, for the checks that yield it plainly."""
S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes under which a room reports what is wrong with its documents' text, and what it calls them.

    Parameters
    ----------
    what
        What such a document is, in one word that follows "a".
    format
        The word that every document begins with after ``format =``; empty where it is not asked for.
    at_most
        The most characters that such a document has.
    parse_float
        What becomes of numbers with a point.
    """

    syntax: str
    unknown: str
    missing: str
    kind: str
    value: str
    parts: str
    what: str = "document"
    format: str = ""
    at_most: int = 1_000_000
    parse_float: Callable[[str], Any] = float


class Found(NamedTuple):
    """What a check of meaning found: code, level, the keys and positions that lead to it, a sentence and a remedy."""

    code: str
    level: Level
    place: Place
    says: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its name, ready to turn findings into issues with a line."""

    text: str
    file: str

    def read(self, shape: type[S], codes: Codes) -> S | list[Issue]:
        """The sheet that the text holds, or every reason why it holds none."""
        values = read_toml(self.text, at_most=codes.at_most, than=codes.what, parse_float=codes.parse_float)
        if isinstance(values, NotToml):
            remedy = "write text in double quotes, dates as 2026-05-01, and tables as [name] or [[name]]"
            says = f"this is not TOML: {values.says}"
            return [Issue(codes.syntax, Level.ERROR, says, remedy, file=self.file, line=values.line)]
        try:
            return shape.model_validate(values)
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
            return self.issues(_words(detail, codes) for detail in details)

    def issues(self, found: Iterable[Finding]) -> list[Issue]:
        """The findings with their lines, in the order of the document."""
        findings = [Found(*one) for one in found]
        index = toml_lines(self.text) if findings else {}
        return sorted((self._issue(one, index) for one in findings), key=lambda issue: issue.line or 0)

    def _issue(self, found: Found, index: LineIndex) -> Issue:
        line, column = nearest_line(index, found.place), dotted(found.place) or None
        return Issue(found.code, found.level, found.says, found.remedy, file=self.file, line=line, column=column)


def _words(detail: ErrorDetails, codes: Codes) -> Found:
    kind, place, message = detail["type"], detail["loc"], detail["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        says, code, remedy = f"there is no key {place[-1]} here", codes.unknown, "take it out, or mend its name"
    elif kind == "missing":
        says, code, remedy = f"{place[-1]} is missing", codes.missing, f"add {place[-1]}"
        if place[-1] == "format" and codes.format:
            remedy = f'begin with format = "{codes.format}"'
    elif kind.endswith(("_type", "_parsing")) or kind == "int_from_float":
        says, code, remedy = message, codes.kind, "write a value of the kind that the key takes"
    elif kind == "value_error":
        says, code, remedy = message, codes.parts, "make the parts agree"
    else:
        says, code, remedy = message, codes.value, "write a value that the key allows"
    return Found(code, Level.ERROR, place, says, remedy)
