"""A driver diagram: the aim at the left, what drives it, and what people change, drawn as one SVG."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from gainline.web.parts.table import Cell, Table, plain_table

AIM, DRIVER, CHANGE = "aim", "driver", "change"
WIDTH = 1000  # of the drawing; it shrinks with the page
BOX, LINE, PAD, GAP = 228, 17, 10, 14
LETTERS = 31  # of a box's width at 13 px


@dataclass(frozen=True, slots=True)
class Branch:
    """A box of the diagram: an ``aim``, a ``driver`` or a ``change`` idea, and what hangs on it.

    ``status`` and ``word`` mark it (settled, watch, risk, unknown) in the list and the table.
    """

    title: str
    kind: str
    children: tuple[Branch, ...] = ()
    href: str = ""
    status: str = ""
    word: str = ""

    @property
    def says_kind(self) -> str:
        """The kind as a word of the page's language."""
        return {AIM: gettext("Aim"), DRIVER: gettext("Driver"), CHANGE: gettext("Change idea")}[self.kind]

    @property
    def words(self) -> list[str]:
        """The title in the lines of its box."""
        return textwrap.wrap(self.title, LETTERS) or [""]

    @property
    def tall(self) -> float:
        """How tall its box is."""
        return LINE * (len(self.words) + 1) + PAD


@dataclass(frozen=True, slots=True)
class Placed:
    """A branch where it stands: its column and the middle of its box."""

    branch: Branch
    column: int
    middle: float
    parent: Placed | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """The whole diagram with its words."""

    name: str
    title: str
    root: Branch
    subtitle: str = ""

    @property
    def alt(self) -> str:
        """What the drawing shows, in a sentence."""
        counts = [placed.branch.kind for placed in self._placed()]
        return gettext("%(aim)s, with %(drivers)d drivers and %(changes)d change ideas; all are in the table.") % {
            "aim": self.root.title,
            "drivers": counts.count(DRIVER),
            "changes": counts.count(CHANGE),
        }

    @property
    def table(self) -> Table:
        """Every branch in a row, with what it hangs on."""
        head = (gettext("What"), gettext("Kind"), gettext("Serves"), gettext("State"))
        rows = [
            (placed.branch.title, placed.branch.says_kind, placed.parent.branch.title if placed.parent else "–", "")
            for placed in self._placed()
        ]
        marks = [Cell(p.branch.word or "–", kind=p.branch.status) for p in self._placed()]
        made = plain_table(self.title, head, rows)
        return replace(made, rows=tuple((*row[:3], mark) for row, mark in zip(made.rows, marks, strict=True)))

    @property
    def drawing(self) -> SafeString:
        """The diagram as an SVG in the page's colors; every text is escaped here."""
        placed = list(self._placed())
        bottom = max(one.middle + one.branch.tall / 2 for one in placed)
        columns = max(one.column for one in placed) + 1
        step = (WIDTH - BOX - 2) / max(1, columns - 1)
        parts = [*(_thread(one, step) for one in placed if one.parent), *(_box(one, step) for one in placed)]
        svg = f'<svg viewBox="0 0 {WIDTH} {bottom + 2:.0f}" aria-hidden="true" focusable="false">{"".join(parts)}</svg>'
        return mark_safe(svg)  # noqa: S308 - numbers of ours and escaped titles

    def _placed(self) -> Iterator[Placed]:
        """Every branch from the aim on, each above what hangs on it in reading order."""
        yield from _place(self.root, 0, 1.0, None)


def _height(branch: Branch) -> float:
    """How much room a branch takes with everything that hangs on it."""
    below = sum(_height(child) for child in branch.children) + GAP * max(0, len(branch.children) - 1)
    return max(branch.tall, below)


def _place(branch: Branch, column: int, top: float, parent: Placed | None) -> Iterator[Placed]:
    here = Placed(branch, column, top + _height(branch) / 2, parent)
    yield here
    below = sum(_height(child) for child in branch.children) + GAP * max(0, len(branch.children) - 1)
    at = top + (_height(branch) - below) / 2
    for child in branch.children:
        yield from _place(child, column + 1, at, here)
        at += _height(child) + GAP


def _box(placed: Placed, step: float) -> str:
    branch, left = placed.branch, 1 + placed.column * step
    top = placed.middle - branch.tall / 2
    lines = "".join(
        f'<text x="{left + 12:.0f}" y="{top + LINE * (i + 2):.1f}">{escape(line)}</text>'
        for i, line in enumerate(branch.words)
    )
    word = f"{branch.says_kind} · {branch.word}" if branch.word else branch.says_kind
    return (
        f'<g class="is-{branch.kind}">'
        f'<rect x="{left:.0f}" y="{top:.1f}" width="{BOX}" height="{branch.tall:.1f}" rx="6"/>'
        f'<text class="kind" x="{left + 12:.0f}" y="{top + LINE:.1f}">{escape(word)}</text>{lines}</g>'
    )


def _thread(placed: Placed, step: float) -> str:
    parent = placed.parent or placed
    start, end = 1 + parent.column * step + BOX, 1 + placed.column * step
    half = (start + end) / 2
    return (
        f'<path d="M{start:.0f} {parent.middle:.1f}C{half:.0f} {parent.middle:.1f} {half:.0f} {placed.middle:.1f} '
        f'{end:.0f} {placed.middle:.1f}"/>'
    )
