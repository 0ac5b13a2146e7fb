"""Paging: every record of a collection, by what really comes back: links, totals, or pages until one is empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin

from gainline.engine.core.errors import DataIssues
from gainline.engine.core.issues import Issue
from gainline.engine.intake.oneroster_rest import PULL_FAULTS, OddAnswer, pull_issue, records_of
from gainline.road.pulling.client import Page, check_same_host

_LINK = re.compile(r'<([^>]*)>\s*((?:;\s*[\w*]+\s*=\s*(?:"[^"]*"|[^\s;,"]+)\s*)*)')
_NEXT = re.compile(r';\s*rel\s*=\s*"?(?:[^"]*\s)?next(?:\s[^"]*)?"?\s*(?:;|$)', re.IGNORECASE)
Ask = Callable[[str], Page]


class NotServed(Exception):
    """The server has no such collection, or does not take what it was asked with; the status says which."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True)
class Pages:
    """The pages of one collection.

    Parameters
    ----------
    ask
        Gets one address.
    address, collection
        Where, and under which name.
    size
        Records to ask for at once; the server may give fewer.
    query
        Further parameters, such as ``filter``.
    """

    ask: Ask
    address: str
    collection: str
    size: int
    query: dict[str, str] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)

    def records(self) -> Iterator[Any]:
        """Every record.

        Raises
        ------
        NotServed
            When the first page is refused as such.
        DataIssues
            When a page holds no records, or in the end fewer came than announced (IN341, IN342).
        """
        came, said, before = 0, None, object()
        address: str | None = self._at(0)
        while address is not None:
            page = self._page(address, is_first=came == 0)
            found = self._found(page)
            if found and found == before:
                self._odd("IN343")
                break
            yield from found
            before, came = found, came + len(found)
            total = page.headers.get("x-total-count", "").strip()
            said = int(total) if total.isdecimal() else said
            address = self._after(page, found, came, said)
        if said is not None and came < said:
            raise self._stop("IN342")

    def _after(self, page: Page, found: list[Any], came: int, said: int | None) -> str | None:
        """The address of the next page; None where this was the last one."""
        if not found:
            return None
        links = _LINK.findall(page.headers.get("link", ""))
        for target, rest in links:
            if _NEXT.search(rest):
                following: str = urljoin(self.address, target)
                check_same_host(self.address, following)
                return following
        if (links and said is None) or (said is not None and came >= said and len(found) < self.size):
            return None
        return self._at(came)  # totals may be wrong and limits capped: only an empty page is the end

    def _at(self, offset: int) -> str:
        return f"{self.address}?{urlencode({'limit': self.size, 'offset': offset, **self.query})}"

    def _page(self, address: str, *, is_first: bool) -> Page:
        page = self.ask(address)
        if page.status == 200:
            return page
        if is_first:
            raise NotServed(page.status)
        if page.status == 404:  # so some servers say that nothing is left
            return Page(200, {}, b"[]")
        raise self._stop("IN341")

    def _found(self, page: Page) -> list[Any]:
        try:
            found, is_own = records_of(page.body, self.collection)
        except OddAnswer as odd:
            raise self._stop(odd.code) from odd
        if not is_own and page.body != b"[]":
            self._odd("IN340")
        return found

    def _odd(self, code: str) -> None:
        self.issues.setdefault(code, pull_issue(code, self.collection))

    def _stop(self, code: str) -> DataIssues:
        _, says, remedy = PULL_FAULTS[code]
        return DataIssues(f"{code}: {self.collection}: {says}; nothing was imported", remedy)
