"""Values as TOML text, for files that people go on writing by hand."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date

Value = str | int | float | bool | date | Iterable[object] | Mapping[str, object]
_BARE = re.compile(r"^[A-Za-z0-9_-]+$")
LONGEST_KEY = 63


def toml_value(value: object) -> str:
    r"""One value on one line.

    Examples
    --------
    >>> toml_value({"name": 'a "break"', "start": date(2026, 7, 6), "days": [1, 2]})
    '{ name = "a \\"break\\"", start = 2026-07-06, days = [1, 2] }'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(str(key))} = {toml_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, Iterable):
        return "[" + ", ".join(toml_value(one) for one in value) + "]"
    raise TypeError(f"TOML has no {type(value).__name__}")


def toml_table(header: str, values: Mapping[str, object]) -> str:
    """A table with its header, one value a line; values that are None or empty texts are left out."""
    kept = {key: value for key, value in values.items() if value is not None and value not in ("", (), [], {})}
    lines = [header, *(f"{_key(key)} = {toml_value(value)}" for key, value in kept.items())]
    return "\n".join(line for line in lines if line) + "\n"


def slug(text: str, taken: Iterable[str] = ()) -> str:
    """A name as a roadmap takes it: lower case, digits and hyphens, beginning with a letter, not yet taken.

    Examples
    --------
    >>> slug("Train: Team A"), slug("2nd wave"), slug("Für alle!"), slug("train", {"train"})
    ('train-team-a', 'x2nd-wave', 'fur-alle', 'train-2')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: LONGEST_KEY - 5].rstrip("-") or "step"
    name = name if name[0].isalpha() else f"x{name}"
    known, number, made = set(taken), 1, name
    while made in known:
        number += 1
        made = f"{name}-{number}"
    return made


def _key(key: str) -> str:
    return key if _BARE.match(key) else toml_value(key)
