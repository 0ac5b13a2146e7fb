"""Canonical JSON: one value, one text, one hash, on every machine."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, overload

import numpy as np
import rfc8785

SIGNIFICANT_DIGITS = 12
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
LARGEST_INTEGER = 2**53 - 1  # beyond it a JSON reader that uses doubles would read another number


class NotCanonical(ValueError):
    """The value has no canonical JSON text; says where in it and why."""


@overload
def settle(value: Mapping[str, Any], where: str = "value") -> dict[str, Any]: ...
@overload
def settle(value: object, where: str = "value") -> Json: ...
def settle(value: object, where: str = "value") -> Json:
    """The value in JSON's own terms: dates as ISO text, tuples as lists, enums as their values, floats rounded.

    Floats keep 12 significant digits, so that the order of a sum does not show in a hash: two sums of the same terms
    in another order differ by some 1e-16 of their size, and settle to the same float unless they happen to straddle a
    rounding boundary (about one number in ten thousand). A computation that is hashed must therefore still fix its own
    order of summation. Minus zero becomes zero.

    Dataclasses become objects of their fields, decimals become text (their digits are meant), NumPy scalars their
    Python value. The result read back from JSON is again the same value under this function.

    Raises
    ------
    NotCanonical
        For NaN and infinities, integers beyond 2^53 - 1, keys that are not text, and any type without an order or
        a text of its own (sets, bytes, functions).

    Examples
    --------
    >>> settle({"sum": 0.1 + 0.2, "days": (date(2026, 5, 1),), "zero": -0.0})
    {'sum': 0.3, 'days': ['2026-05-01'], 'zero': 0.0}
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, Mapping):
        return {_key(key, where): settle(part, f"{where}.{key}") for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: settle(getattr(value, f.name), f"{where}.{f.name}") for f in fields(value)}
    if isinstance(value, list | tuple):
        return [settle(part, f"{where}[{position}]") for position, part in enumerate(value)]
    return _scalar(value, where)


def canonical(value: object) -> bytes:
    """The canonical JSON text of the value, UTF-8, after `settle`.

    Raises
    ------
    NotCanonical
        See `settle`; also text that is not valid Unicode.

    Source: RFC 8785 (JSON Canonicalization Scheme).

    Examples
    --------
    >>> canonical({"b": 1.0, "a": (date(2026, 5, 1), None)})
    b'{"a":["2026-05-01",null],"b":1}'
    """
    try:
        return rfc8785.dumps(settle(value))
    except rfc8785.CanonicalizationError as error:
        raise NotCanonical(f"the value has no canonical JSON: {error}") from error


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON text, as 64 hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _key(key: object, where: str) -> str:
    if not isinstance(key, str):
        raise NotCanonical(f"{where} has a key of type {type(key).__name__}; JSON keys are text")
    return str(key.value) if isinstance(key, Enum) else key


def _scalar(value: object, where: str) -> Json:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise NotCanonical(f"{where} is an integer beyond 2^53 - 1; carry it as text")
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotCanonical(f"{where} is {value}, which JSON cannot say; use null with a reason beside it")
        return _rounded(value)
    if isinstance(value, date):  # datetime is a date, too
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise NotCanonical(f"{where} is of type {type(value).__name__}, which has no JSON form")


def _rounded(number: float) -> float:
    return float(f"{number:.{SIGNIFICANT_DIGITS - 1}e}") + 0.0  # adding zero turns minus zero into zero
