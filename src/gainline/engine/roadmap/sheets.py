"""A TOML document beside the roadmap, read into its sheet or into issues that name the line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gainline.engine.core.issues import Issue, Level
from gainline.engine.core.toml_lines import LineIndex, nearest_line, toml_lines

LARGEST = 1_000_000  # characters
_TOML_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
Place = tuple[str | int, ...]
S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes under which a room reports what is wrong with its documents' text."""

    syntax: str
    unknown: str
    missing: str
    kind: str
    value: str
    parts: str


@dataclass(frozen=True, slots=True)
class Found:
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
        try:
            return shape.model_validate(self._toml())
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
            return self.issues(_words(detail, codes) for detail in details)
        except (ValueError, RecursionError) as error:
            return [self._syntax(error, codes)]

    def issues(self, found: Iterator[Found] | Sequence[Found]) -> list[Issue]:
        """The findings with their lines, in the order of the document."""
        index = toml_lines(self.text)
        return sorted((self._issue(one, index) for one in found), key=lambda issue: issue.line or 0)

    def _toml(self) -> Mapping[str, object]:
        if len(self.text) > LARGEST:
            raise ValueError(f"the text has {len(self.text):,} characters, far more than anybody writes")
        return tomllib.loads(self.text.removeprefix("\ufeff"))

    def _syntax(self, error: ValueError | RecursionError, codes: Codes) -> Issue:
        says = "values are nested too deeply" if isinstance(error, RecursionError) else str(error)
        place = _TOML_PLACE.search(says)
        line = None
        if place:
            line = int(place[1]) if place[1] else self.text.count("\n") + 1
            says = says[: place.start()]
        remedy = "write text in double quotes, dates as 2026-05-01 and tables as [[name]]"
        return Issue(codes.syntax, Level.ERROR, f"this is not TOML: {says}", remedy, file=self.file, line=line)

    def _issue(self, found: Found, index: LineIndex) -> Issue:
        steps = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in found.place)
        line = nearest_line(index, found.place)
        column = steps.removeprefix(".") or None
        return Issue(found.code, found.level, found.says, found.remedy, file=self.file, line=line, column=column)


def _words(detail: ErrorDetails, codes: Codes) -> Found:
    kind, place, message = detail["type"], detail["loc"], detail["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        says, code, remedy = f"there is no key {place[-1]} here", codes.unknown, "take it out, or mend its name"
    elif kind == "missing":
        says, code, remedy = f"{place[-1]} is missing", codes.missing, f"add {place[-1]}"
    elif kind.endswith(("_type", "_parsing")) or kind == "int_from_float":
        says, code, remedy = message, codes.kind, "write a value of the kind that the key takes"
    elif kind == "value_error":
        says, code, remedy = message, codes.parts, "make the parts agree"
    else:
        says, code, remedy = message, codes.value, "write a value that the key allows"
    return Found(code, Level.ERROR, place, says, remedy)
