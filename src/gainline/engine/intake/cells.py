"""Cells: columns of text to typed columns, judged once per distinct text and not once per row."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pac

Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[Any]  # Arrow gives int32, numpy's own encodings int64
EPOCH = date(1970, 1, 1)
NO_DATE = np.int32(np.iinfo(np.int32).min)

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$")
_DRESSED = re.compile(r"[$€£]?\s*([+-]?\d{1,3}(,\d{3})+(\.\d+)?|[+-]?\d+(\.\d+)?)\s*%?$")
_CLOCK = re.compile(r"(\d+):([0-5]?\d)(?::([0-5]?\d))?$")
_YMD = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$")
_TWO_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ,].*)?$")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})$")
_SECONDS = re.compile(r"\d{9,11}(\.\d*)?$")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+\d+$")

_DATED = re.compile(
    r"\d{1,2}-(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(-\d{2,4})?$"
    r"|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-\d{1,2}$|\d{4}-\d{2}-\d{2}$",
    re.IGNORECASE,
)

OK, EMPTY, WRONG, REPAIRED, CLOCK, SCIENTIFIC, DATED = 0, 1, 2, 3, 4, 5, 6
"""How one cell fared."""

TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1", "x"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "0"})


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed column: values (undefined where the state is not OK or REPAIRED) and each cell's state."""

    values: npt.NDArray[Any]
    states: npt.NDArray[np.int8]

    def is_state(self, *states: int) -> Flags:
        """Rows whose cell fared like this."""
        found = np.zeros(len(self.states), dtype=bool)
        for state in states:
            found |= self.states == state
        return found

    @property
    def good(self) -> Flags:
        """Rows with a usable value."""
        return self.is_state(OK, REPAIRED)


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text column as Arrow's dictionary of its distinct texts, and each row's place in it."""

    dictionary: pa.Array
    codes: Codes

    @classmethod
    def of(cls, column: pa.ChunkedArray | pa.Array) -> Encoded:
        """Encode one column; null reads as the empty text."""
        array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        encoded = (array.fill_null("") if array.null_count else array).dictionary_encode()
        return cls(encoded.dictionary, encoded.indices.to_numpy(zero_copy_only=False))

    def texts(self) -> Distinct:
        """The distinct texts, trimmed."""
        return Distinct([text.strip() for text in self.dictionary.to_pylist()], self.codes)


@dataclass(frozen=True, slots=True)
class Distinct:
    """A text column as its distinct texts, trimmed, and each row's place among them."""

    texts: list[str]
    codes: Codes

    @property
    def given(self) -> Flags:
        """Rows whose text is not empty."""
        return np.array([bool(text) for text in self.texts] or [False], dtype=bool)[self.codes]

    @classmethod
    def of(cls, column: pa.ChunkedArray | pa.Array) -> Distinct:
        """Encode one column; null reads as the empty text."""
        return Encoded.of(column).texts()

    def typed(self, read: Callable[[str], tuple[Any, int]], dtype: type[np.generic], blank: object) -> Typed:
        """Read each distinct text once and spread the answers over the rows."""
        pairs = [read(text) for text in self.texts]
        values = np.array([blank if value is None else value for value, _ in pairs], dtype=dtype)
        states = np.array([state for _, state in pairs], dtype=np.int8)
        if not len(pairs):
            return Typed(np.array([], dtype=dtype), np.array([], dtype=np.int8))
        return Typed(values[self.codes], states[self.codes])


def numbers(column: pa.ChunkedArray, *, nulls: Collection[str], clock: str = "", factor: float = 1.0) -> Typed:
    """Read a column of numbers, times `factor`.

    Parameters
    ----------
    column
        Text.
    nulls
        Folded texts that mean "nothing".
    clock
        ``h:m:s`` or ``m:s`` where the profile declares it: what two parts are, as in 65:30. Three parts are always
        hours:minutes:seconds. The value is then in minutes.
    """
    if not clock:
        try:
            plain = pac.cast(column, pa.float64()).to_numpy()
        except pa.ArrowInvalid:
            plain = None
        if plain is not None and bool(np.isfinite(plain).all()):
            return Typed(plain * factor, np.zeros(len(plain), dtype=np.int8))

    def read(text: str) -> tuple[float | None, int]:
        value, state = _clock(text, nulls, clock) if clock else _number(text, nulls)
        return (None if value is None else value * factor), state

    return Distinct.of(column).typed(read, np.float64, np.nan)


def _number(text: str, nulls: Collection[str]) -> tuple[float | None, int]:
    if text.casefold() in nulls:
        return None, EMPTY
    if _NUMBER.match(text):
        value = float(text)
        return (value, OK) if np.isfinite(value) else (None, WRONG)
    if _DRESSED.match(text):
        return float(re.sub(r"[^0-9.+-]", "", text)), REPAIRED
    if _CLOCK.match(text):
        return None, CLOCK
    return None, DATED if is_dated(text) else WRONG


def _clock(text: str, nulls: Collection[str], unit: str) -> tuple[float | None, int]:
    if text.casefold() in nulls:
        return None, EMPTY
    found = _CLOCK.match(text)
    if not found:
        return None, WRONG
    hours, minutes, seconds = found.groups()
    if seconds is None and unit == "m:s":
        return int(hours) + int(minutes) / 60, OK
    return int(hours) * 60 + int(minutes) + int(seconds or 0) / 60, OK


class DateReader:
    """Reads dates in one declared order; remembers what it has read.

    Parameters
    ----------
    order
        ``ymd``, ``mdy`` or ``dmy``. A four-digit year in front is unambiguous and read in every order. ``moment`` for
        times, of which the day in `zone` counts.
    nulls
        Folded texts that mean "nothing".
    zone
        Time zone in which the day of a moment is reckoned.
    """

    def __init__(self, order: str, nulls: Collection[str], zone: str = "UTC") -> None:
        self.order = order
        self._nulls = nulls
        self._zone = ZoneInfo(zone)
        self._known: dict[str, tuple[int | None, int]] = {}
        self._asked: dict[str, tuple[int, int]] = {}

    def ask(self, header: str, texts: Collection[str]) -> None:
        """Note the dates of a column that start with day or month while no such order is declared."""
        for text in texts if self.order == "ymd" else ():
            if found := _TWO_FIRST.match(text):
                first, second = self._asked.get(header, (0, 0))
                self._asked[header] = (max(first, int(found.group(1))), max(second, int(found.group(2))))

    def questions(self) -> dict[str, str]:
        """For each such column, what its dates tell of their order; never acted upon, only said."""
        return {header: _told(first, second) for header, (first, second) in self._asked.items()}

    def column(self, column: Distinct) -> Typed:
        """Days since 1970-01-01 as int32."""
        return column.typed(self._read, np.int32, NO_DATE)

    def _read(self, text: str) -> tuple[int | None, int]:
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._parse(text)
        return known

    def _parse(self, text: str) -> tuple[int | None, int]:
        if text.casefold() in self._nulls:
            return None, EMPTY
        if self.order == "moment" and (at := moment(text, self._zone)):
            return (at.astimezone(self._zone).date() - EPOCH).days, OK
        if found := _YMD.match(text) or _COMPACT.match(text):
            year, month, day = found.groups()
        elif (found := _TWO_FIRST.match(text)) and self.order != "ymd":
            first, second, year = found.groups()
            month, day = (first, second) if self.order == "mdy" else (second, first)
        else:
            return None, WRONG
        return _days(int(year), int(month), int(day))


def moment(text: str, zone: ZoneInfo) -> datetime | None:
    """The moment that an ISO 8601 text or a number of Unix seconds gives; one without a zone is of this zone.

    Examples
    --------
    >>> moment("1641211200", ZoneInfo("UTC")) == moment("2022-01-03T12:00:00.000Z", ZoneInfo("America/Chicago"))
    True
    """
    if _SECONDS.match(text):
        return datetime.fromtimestamp(float(text), UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _told(first: int, second: int) -> str:
    if first <= 12 and second <= 12:
        return "no day here is after the 12th, so both orders read, as different days"
    if first > 12 and second > 12:
        return "here both orders occur, so neither reads all of them"
    return 'here only "mdy" reads all of them' if second > 12 else 'here only "dmy" reads all of them'


def _days(year: int, month: int, day: int) -> tuple[int | None, int]:
    try:
        moment = date(year, month, day)
    except ValueError:
        return None, WRONG
    return ((moment - EPOCH).days, OK) if 1900 <= year <= 2200 else (None, WRONG)


def flags(
    column: pa.ChunkedArray, *, nulls: Collection[str], true: Collection[str] = (), false: Collection[str] = ()
) -> Typed:
    """Read yes/no cells; further words for yes and no may be declared (folded)."""

    def read(text: str) -> tuple[bool | None, int]:
        word = text.casefold()
        if word in true or (word in TRUE_WORDS and word not in false):
            return True, OK
        if word in false or word in FALSE_WORDS:
            return False, OK
        return None, EMPTY if word in nulls else WRONG

    return Distinct.of(column).typed(read, np.bool_, False)


def texts(column: pa.ChunkedArray, *, nulls: Collection[str]) -> pa.Array:
    """Trimmed text, null where the cell says nothing."""
    distinct = Distinct.of(column)
    cleaned = pa.array([None if text.casefold() in nulls else text for text in distinct.texts], pa.string())
    return cleaned.take(pa.array(distinct.codes))


def is_scientific(text: str) -> bool:
    """Tell whether a spreadsheet has turned a long identifier into powers of ten.

    Examples
    --------
    >>> is_scientific("1.23E+11"), is_scientific("S1E5")
    (True, False)
    """
    return bool(_SCIENTIFIC.match(text))


def is_dated(text: str) -> bool:
    """Tell whether a spreadsheet may have made a date of a text such as 3-4 or MAR-4.

    Examples
    --------
    >>> is_dated("4-Mar"), is_dated("2025-03-04"), is_dated("3-4")
    (True, True, False)
    """
    return bool(_DATED.match(text))


def date_array(typed: Typed) -> pa.Array:
    """An Arrow date column, null where there is no usable date."""
    return pa.array(typed.values, mask=~typed.good).cast(pa.date32())


def monday(days: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """The Monday of each day's week; 1970-01-01 was a Thursday."""
    return (days - (days + 3) % 7).astype(np.int32)
