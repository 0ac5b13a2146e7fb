"""JSON from strangers: no depth without end, no value that is no number, no key twice; as RFC 8259 and no looser."""

from __future__ import annotations

import json
from typing import Any

DEPTH = 64
"""Objects and arrays within each other; what districts and programs send has a dozen."""


class NotStrict(ValueError):
    """The text is no JSON, or not of the kind that has one meaning only."""


def read_json(text: str | bytes, *, depth: int = DEPTH) -> Any:  # noqa: ANN401 - any JSON value
    """The value that a text says.

    Parameters
    ----------
    text
        UTF-8 where it is bytes.
    depth
        How many objects and arrays may lie within each other; told before anything is built.

    Raises
    ------
    NotStrict
        When it is no JSON, is nested deeper, holds NaN or Infinity, or names a key twice.

    Source: OWASP ASVS 5.0.0, item 1.5.2; RFC 8259, sections 4 (names should be unique) and 6 (no NaN).

    Examples
    --------
    >>> read_json('{"a": [1, 2]}')
    {'a': [1, 2]}
    """
    try:
        said = text.decode("utf-8") if isinstance(text, bytes) else text
    except UnicodeDecodeError as fault:
        raise NotStrict("the text is not UTF-8") from fault
    if is_deeper(said, depth):
        raise NotStrict(f"more than {depth} objects and arrays lie within each other")
    try:
        return json.loads(said, object_pairs_hook=_object, parse_constant=_no_number)
    except NotStrict:
        raise
    except (ValueError, RecursionError) as fault:
        raise NotStrict("the text is no JSON") from fault


def is_deeper(text: str, depth: int = DEPTH) -> bool:
    """Tell whether brackets are nested deeper, strings apart; two counts settle it for nearly every text.

    Examples
    --------
    >>> is_deeper("[" * 65), is_deeper('"' + "[" * 65 + '"')
    (True, False)
    """
    if text.count("[") + text.count("{") <= depth:
        return False
    level, at, end = 0, 0, len(text)
    while at < end:
        sign = text[at]
        if sign == '"':
            at = _behind_string(text, at)
            continue
        if sign in "[{":
            level += 1
            if level > depth:
                return True
        elif sign in "]}":
            level -= 1
        at += 1
    return False


def _behind_string(text: str, at: int) -> int:
    while True:
        at = text.find('"', at + 1)
        if at < 0:
            return len(text)
        back = at - 1
        while text[back] == "\\":
            back -= 1
        if (at - 1 - back) % 2 == 0:
            return at + 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotStrict("an object names a key twice")
    return found


def _no_number(name: str) -> Any:  # noqa: ANN401 - never returns
    raise NotStrict(f"{name} is no number")
