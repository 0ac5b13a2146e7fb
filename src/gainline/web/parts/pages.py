"""A long list in pages, and neighboring pages as tabs: links only, so that each has an address to share."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from django.http import QueryDict

AROUND = 1  # pages shown on each side of the current one


@dataclass(frozen=True, slots=True)
class Tab:
    """A page beside this one."""

    label: str
    href: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """A number in the row of pages, or a gap."""

    number: int
    href: str = ""
    is_current: bool = False
    is_gap: bool = False


@dataclass(frozen=True, slots=True)
class Pages:
    """Which part of a list is shown; numbers count from 1 and the rest of the address is kept.

    Parameters
    ----------
    number
        The page asked for; one beyond the ends gives the nearest page.
    total
        How many rows the list has.
    size
        Rows on a page.
    query
        The address's query, so that filters and sorting stay.
    """

    number: int
    total: int
    size: int = 50
    query: str = ""

    @property
    def last(self) -> int:
        """The last page's number; an empty list has one page."""
        return max(1, ceil(self.total / self.size))

    @property
    def current(self) -> int:
        """The page that is shown."""
        return min(max(1, self.number), self.last)

    @property
    def start(self) -> int:
        """How many rows stand before this page: the offset of a query."""
        return (self.current - 1) * self.size

    @property
    def first_shown(self) -> int:
        """The first row's number; 0 in an empty list."""
        return min(self.start + 1, self.total)

    @property
    def last_shown(self) -> int:
        """The last row's number."""
        return min(self.start + self.size, self.total)

    @property
    def previous(self) -> str:
        """The address of the page before, or empty."""
        return self.href(self.current - 1) if self.current > 1 else ""

    @property
    def next(self) -> str:
        """The address of the page after, or empty."""
        return self.href(self.current + 1) if self.current < self.last else ""

    @property
    def stops(self) -> list[Stop]:
        """First, last and the neighbors, with gaps between."""
        near = range(self.current - AROUND, self.current + AROUND + 1)
        numbers = sorted({1, self.last, *(n for n in near if 1 <= n <= self.last)})
        made: list[Stop] = []
        for number in numbers:
            if made and number - made[-1].number > 1:
                made.append(Stop(number - 1, is_gap=True))
            made.append(Stop(number, self.href(number), is_current=number == self.current))
        return made

    def href(self, number: int) -> str:
        """The address of another page of the same list."""
        query = QueryDict(self.query, mutable=True)
        query["page"] = str(number)
        return f"?{query.urlencode()}"
