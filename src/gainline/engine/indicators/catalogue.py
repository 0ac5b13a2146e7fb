"""The catalogue: shipped definitions and a district's own, read from TOML, the wrong ones refused by line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from gainline.engine.core.issues import Issue, Level
from gainline.engine.indicators.definition import Indicator

_TABLE = re.compile(r"^\s*\[\[?\s*([A-Za-z0-9_.\-]+)\s*\]?\]")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.\-]+)\s*=")
_TOML_LINE = re.compile(r"at line (\d+)")


def load_catalogue(folders: Sequence[Path] = ()) -> tuple[dict[str, Indicator], list[Issue]]:
    """Which indicators there are: the shipped library and every ``*.toml`` of the district's own folders.

    Returns
    -------
    dict of str to Indicator
        By key, sorted. A wrong definition is left out and the others stand.
    list of Issue
        ID001 unreadable file, ID002 not TOML, ID003 wrong definition, ID004 key taken; each with file and line.
    """
    catalogue: dict[str, Indicator] = {}
    issues: list[Issue] = []
    for file in _definition_files(folders):
        found = _read(file)
        if isinstance(found, Indicator):
            found = _add(catalogue, found, file) or found
        issues.extend(found if isinstance(found, list) else [])
    return dict(sorted(catalogue.items())), issues


def _definition_files(folders: Sequence[Path]) -> Iterator[Traversable]:
    shipped: Traversable = resources.files(__package__) / "library"
    for folder in (shipped, *folders):
        if folder.is_dir():
            yield from sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda f: f.name)


def _add(catalogue: dict[str, Indicator], found: Indicator, file: Traversable) -> list[Issue]:
    if found.key in catalogue:
        remedy = "choose another key: two numbers under one name cannot be told apart later"
        return [_issue("ID004", file, None, f"the key {found.key} is taken already", remedy)]
    catalogue[found.key] = found
    return []


def _read(file: Traversable) -> Indicator | list[Issue]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return [_issue("ID001", file, None, "the file cannot be read as UTF-8 text", "save it as UTF-8")]
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        return [_issue("ID002", file, _toml_line(str(fault), text), f"not valid TOML: {fault}", "mend the line")]
    try:
        return Indicator.model_validate(document)
    except ValidationError as fault:
        return [_definition_issue(file, text, error["loc"], error["msg"]) for error in fault.errors()]


def _definition_issue(file: Traversable, text: str, location: tuple[int | str, ...], message: str) -> Issue:
    keys = [str(part) for part in location]
    if keys[:1] == ["compute"] and len(keys) > 1:
        del keys[1]  # pydantic puts the shape's name between; the file does not
    says = message.removeprefix("Value error, ")
    if not keys and says.startswith("grains: "):  # a rule over the whole definition names the key that breaks it
        keys, says = ["grains"], says.removeprefix("grains: ")
    name = ".".join(keys) or "the definition"
    remedy = "write it as the shipped definitions do; docs/reference lists every key"
    return _issue("ID003", file, find_line(text, keys), f"{name}: {says}", remedy)


def _issue(code: str, file: Traversable, line: int | None, says: str, remedy: str) -> Issue:
    return Issue(code, Level.ERROR, says, remedy, file=str(file), line=line)


def _toml_line(message: str, text: str) -> int:
    found = _TOML_LINE.search(message)
    return int(found.group(1)) if found else text.count("\n") + 1


def find_line(text: str, keys: Sequence[str]) -> int:
    r"""The line on which a key of a TOML document stands, or its nearest parent's; 1 where neither does.

    Examples
    --------
    >>> find_line("a = 1\n[b]\nc = 2\n", ["b", "c"]), find_line("a = 1\n[b]\nc = 2\n", ["b", "d"])
    (3, 2)
    """
    lines = dict(_lines_of_keys(text))
    for length in range(len(keys), 0, -1):
        if (line := lines.get(".".join(keys[:length]))) is not None:
            return line
    return 1


def _lines_of_keys(text: str) -> Iterator[tuple[str, int]]:
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = header.group(1)
            yield table, number
        elif key := _KEY.match(line):
            yield f"{table}.{key.group(1)}".lstrip("."), number
