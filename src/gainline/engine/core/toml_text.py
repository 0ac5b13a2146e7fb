"""Values as TOML text, for documents that people go on writing by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date

_BARE = re.compile(r"^[A-Za-z0-9_-]+$")


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
        return "{ " + ", ".join(f"{toml_key(str(key))} = {toml_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, Iterable):
        return "[" + ", ".join(toml_value(one) for one in value) + "]"
    raise TypeError(f"TOML has no {type(value).__name__}")


def toml_table(header: str, values: Mapping[str, object]) -> str:
    """A table with its header, one value a line; values that are None or empty texts are left out."""
    kept = {key: value for key, value in values.items() if value is not None and value not in ("", (), [], {})}
    lines = [header, *(f"{toml_key(key)} = {toml_value(value)}" for key, value in kept.items())]
    return "\n".join(line for line in lines if line) + "\n"


def toml_key(key: str) -> str:
    """A key, quoted where it must be."""
    return key if _BARE.match(key) else toml_value(key)
