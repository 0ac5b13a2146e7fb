"""Dialect: which delimiter a text file uses, where its header stands, and which column is which."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

DELIMITERS = (",", "\t", ";", "|")
HEADER_WITHIN = 12  # lines looked through for the header: vendors put a title, a district and a date range above it
NEAR = 0.84  # share of letters in common from which a header counts as a likely misspelling of another
_NOT_WORD = re.compile(r"[^0-9a-z]+")


def fold(text: str) -> str:
    """A header or label without case, accents, blanks and punctuation, for comparing only.

    Examples
    --------
    >>> fold(" Student_ID "), fold("student id")
    ('studentid', 'studentid')
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    return _NOT_WORD.sub("", plain) or plain.strip()


@dataclass(frozen=True, slots=True)
class Header:
    """One line of the file cut into cells by one delimiter."""

    delimiter: str
    line: int
    cells: tuple[str, ...]


def headers(head: str) -> list[Header]:
    """Every way to read the first lines as a header: each delimiter, each of the first lines, at least two cells."""
    lines = head.splitlines()[:HEADER_WITHIN]
    found = []
    for delimiter in DELIMITERS:
        for number, line in enumerate(lines, start=1):
            cells = next(csv.reader([line], delimiter=delimiter), [])
            if len(cells) > 1 and sum(bool(cell.strip()) for cell in cells) > 1:
                found.append(Header(delimiter, number, tuple(cell.strip() for cell in cells)))
    return found


@dataclass(slots=True)
class Match:
    """Which header cell each asked-for column was found in, and what was said about it.

    Parameters
    ----------
    positions
        Column position by asked-for name.
    folded, aliased
        Names that were found only after folding, or under a declared alias.
    near
        For a name that was not found, the header cell that looks like a misspelling of it.
    repeated, ignored
        Header cells that stand twice, and those that nobody asked for.
    """

    positions: dict[str, int] = field(default_factory=dict)
    folded: list[str] = field(default_factory=list)
    aliased: list[str] = field(default_factory=list)
    near: dict[str, str] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def match_columns(cells: Sequence[str], asked: Mapping[str, Iterable[str]], *, suggest: bool = True) -> Match:
    """Find each asked-for column: exactly, then folded, then by alias; never by likeness, which is only suggested.

    Parameters
    ----------
    cells
        The header.
    asked
        Standard name -> aliases.
    suggest
        Also look for likely misspellings, which takes far longer than all the rest.
    """
    match = Match()
    exact = {cell: position for position, cell in reversed(list(enumerate(cells)))}
    folded = {fold(cell): position for position, cell in reversed(list(enumerate(cells))) if cell}
    match.repeated = [cell for position, cell in enumerate(cells) if cell and exact[cell] != position]
    for name, aliases in asked.items():
        _find(match, name, list(aliases), exact, folded)
    taken = set(match.positions.values())
    left = {fold(cell): cell for position, cell in enumerate(cells) if cell and position not in taken}
    for name in asked if suggest else ():
        if name not in match.positions and (likely := _likely([name, *asked[name]], left)):
            match.near[name] = likely
    match.ignored = [
        cell for position, cell in enumerate(cells) if position not in taken and cell not in match.repeated
    ]
    return match


def _likely(spellings: Sequence[str], left: Mapping[str, str]) -> str | None:
    for spelling in spellings:
        if close := get_close_matches(fold(spelling), list(left), n=1, cutoff=NEAR):
            return left[close[0]]
    return None


def _find(match: Match, name: str, aliases: list[str], exact: dict[str, int], folded: dict[str, int]) -> None:
    if name in exact:
        match.positions[name] = exact[name]
    elif fold(name) in folded:
        match.positions[name] = folded[fold(name)]
        match.folded.append(name)
    else:
        for alias in aliases:
            if fold(alias) in folded:
                match.positions[name] = folded[fold(alias)]
                match.aliased.append(name)
                return
