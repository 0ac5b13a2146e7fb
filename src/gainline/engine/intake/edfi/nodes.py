"""Nodes: the elements of an interchange and the resources of the API as one kind of tree, within limits.

XML is taken without a DOCTYPE only, so that it can define no entities and point nowhere; what is left cannot grow.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from pydantic_core import from_json

from gainline.engine.intake.json_values import values

DEPTH = 40
NODES = 100_000  # within one resource; a long test has some thousand
TEXT = 1 << 20  # characters within one resource's texts


class Unreadable(Exception):
    """From here on nothing can be read; the code says why, the line where."""

    def __init__(self, code: str, line: int) -> None:
        super().__init__(code)
        self.code, self.line = code, line


@dataclass(slots=True)
class Node:
    """A named value with what it holds; names are folded, since XML and JSON write them in other cases."""

    name: str
    line: int
    text: str = ""
    points_to: str = ""
    kids: list[Node] = field(default_factory=list)

    def all(self, name: str) -> Iterator[Node]:
        """What it holds under this name, nearest first; a list of the API stands under the plural."""
        waiting = deque(self.kids)
        while waiting:
            node = waiting.popleft()
            if is_called(node.name, name):
                yield node
            else:
                waiting.extend(node.kids)

    def find(self, *path: str) -> Node | None:
        """The nearest node of this name, and within it the nearest of the next."""
        node: Node | None = self
        for name in path:
            node = next(node.all(name), None) if node else None
        return node

    def said(self, *path: str) -> str:
        """The text at a path; empty where there is none."""
        node = self.find(*path)
        return node.text.strip() if node else ""

    def word(self, *path: str) -> str:
        """The value of a descriptor, without the vocabulary that it comes from."""
        return self.said(*path).rpartition("#")[2]


def is_called(name: str, wanted: str) -> bool:
    """Tell whether a folded name is the wanted one, or its plural.

    Examples
    --------
    >>> is_called("scoreresults", "scoreresult"), is_called("localeducationagencies", "localeducationagency")
    (True, True)
    """
    return name in (wanted, f"{wanted}s") or (wanted.endswith("y") and name == f"{wanted[:-1]}ies")


def nodes_of_xml(chunks: Iterable[bytes]) -> Iterator[Node]:
    """The elements below the root, one at a time.

    Raises
    ------
    Unreadable
        At a DOCTYPE (IN351), where the text is no XML (IN352), or at an element beyond every honest size (IN353).
    """
    builder = _Builder()
    for chunk in chunks:
        builder.feed(chunk)
        yield from builder.taken()
    builder.feed(b"", is_last=True)
    yield from builder.taken()


class _Builder:
    """Grows nodes as the parser meets their parts."""

    def __init__(self) -> None:
        self._open: list[Node] = []
        self._done: list[Node] = []
        self._nodes = self._text = 0
        self._stop: Unreadable | None = None
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def feed(self, chunk: bytes, *, is_last: bool = False) -> None:
        """Take the next bytes."""
        try:
            self._parser.Parse(chunk, is_last)
        except Unreadable as stop:
            self._stop = stop
        except expat.ExpatError as fault:
            self._stop = Unreadable("IN352", fault.lineno)
        except ValueError:  # an encoding that nobody knows
            self._stop = Unreadable("IN352", 1)

    def taken(self) -> Iterator[Node]:
        """What is whole; then, where the text goes on as nothing that can be read, why."""
        done, self._done = self._done, []
        yield from done
        if self._stop is not None:
            raise self._stop

    def _doctype(self, *_: object) -> None:
        raise Unreadable("IN351", self._parser.CurrentLineNumber)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._nodes += 1
        if len(self._open) > DEPTH or self._nodes > NODES:
            raise Unreadable("IN353", self._parser.CurrentLineNumber)
        own = name.rpartition(":")[2].casefold()
        node = Node(own, self._parser.CurrentLineNumber, points_to=attributes.get("ref", ""))
        if "id" in attributes:
            node.kids.append(Node("@id", node.line, attributes["id"]))
        if len(self._open) > 1:
            self._open[-1].kids.append(node)
        self._open.append(node)

    def _end(self, _: str) -> None:
        node = self._open.pop()
        if len(self._open) == 1:
            self._done.append(node)
            self._nodes = self._text = 0

    def _characters(self, text: str) -> None:
        self._text += len(text)
        if self._text > TEXT:
            raise Unreadable("IN353", self._parser.CurrentLineNumber)
        if len(self._open) > 1:
            self._open[-1].text += text


def nodes_of_json(chunks: Iterable[bytes], resource: str) -> Iterator[Node | None]:
    """The resources of a JSON file: an array or lines of one kind, or an object with an array a kind.

    Parameters
    ----------
    chunks
        UTF-8.
    resource
        Folded name of the kind, where the file does not say it.

    Returns
    -------
    iterator
        Nodes; None for a value that is no object.

    Raises
    ------
    Unreadable
        Where the text is no JSON (IN352), or a resource goes beyond every honest size (IN353).
    """
    for value in values(chunks):
        try:
            found = from_json(value.raw, allow_inf_nan=False) if value.raw is not None else None
        except ValueError as fault:
            raise Unreadable("IN352", value.line) from fault
        if value.raw is None:
            raise Unreadable("IN352", value.line)
        yield from _unpacked(found, resource, value.line)


def _unpacked(found: object, resource: str, line: int) -> Iterator[Node | None]:
    if type(found) is not dict:
        yield None
    elif found and all(type(inside) is list for inside in found.values()):
        for name, inside in found.items():
            for one in inside:
                yield _node(name.casefold(), one, line) if type(one) is dict else None
    else:
        yield _node(resource, found, line)


def _node(name: str, said: Mapping[str, Any], line: int) -> Node:
    room = [NODES]

    def grow(name: str, value: object, depth: int) -> Iterator[Node]:
        room[0] -= 1
        if depth > DEPTH or room[0] < 0:
            raise Unreadable("IN353", line)
        if isinstance(value, list):
            for one in value:
                yield from grow(name, one, depth + 1)
        elif isinstance(value, dict):
            kids = [kid for key, inside in value.items() for kid in grow(key.casefold(), inside, depth + 1)]
            yield Node(name, line, kids=kids)
        elif value is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            yield Node(name, line, text)

    kids = [kid for key, inside in said.items() for kid in grow(key.casefold(), inside, 1)]
    return Node(name, line, kids=kids)
