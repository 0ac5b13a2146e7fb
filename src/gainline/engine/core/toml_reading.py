"""A TOML text read into values, or into the sentence and the line that say why it cannot be."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class NotToml:
    """Why a text is not TOML, and the line, from 1, where that shows; None where the reader names no place."""

    says: str
    line: int | None


def read_toml(
    text: str, *, at_most: int, than: str, parse_float: Callable[[str], Any] = float
) -> dict[str, Any] | NotToml:
    r"""The values of a document that people write by hand; a byte order mark before it is passed over.

    Parameters
    ----------
    at_most
        The most characters that are looked at, so that a file of another kind is not read to its end.
    than
        What is never as long, to complete "far more than any ...".
    parse_float
        What becomes of a number with a point; `decimal.Decimal` keeps a price as it is written.

    Examples
    --------
    >>> read_toml('name = "a"\nname = "b"\n', at_most=1_000, than="plan")
    NotToml(says='Cannot overwrite a value', line=2)
    """
    if len(text) > at_most:
        return NotToml(f"the text has {len(text):,} characters, far more than any {than}", None)
    try:
        return tomllib.loads(text.removeprefix("\ufeff"), parse_float=parse_float)
    except RecursionError:
        return NotToml("values are nested too deeply", None)
    except ValueError as error:
        return _placed(str(error), text)


def dotted(place: Sequence[str | int]) -> str:
    """A path as people write it, positions counted from 1.

    Examples
    --------
    >>> dotted(("outcomes", 0, "from", "forms"))
    'outcomes[1].from.forms'
    """
    return "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


def _placed(says: str, text: str) -> NotToml:
    place = _PLACE.search(says)
    if place is None:
        return NotToml(says, None)
    return NotToml(says[: place.start()], int(place[1]) if place[1] else text.count("\n") + 1)
