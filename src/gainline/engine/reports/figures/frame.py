"""What every figure is made of: a finding, a population, drawings, a table, a sentence and a source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

WIDE, NARROW = 660, 300  # px, the width of the reading column and of a phone's page


@dataclass(frozen=True, slots=True)
class Table:
    """A table for people: headings, rows of text, which columns hold numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with everything that must stand around it.

    ``drawings`` holds pairs of a CSS class and an SVG: wide and narrow variants, or panels that stand side by side.
    """

    name: str
    title: str
    subtitle: str
    drawings: tuple[tuple[str, str], ...]
    alt: str
    table: Table
    sentence: str
    source: str
    notes: tuple[str, ...] = ()  # for the margin


def both(draw: Callable[..., str], drawing: object, name: str) -> tuple[tuple[str, str], ...]:
    """The same drawing for a wide and for a narrow page."""
    return (
        ("wide", draw(drawing, width=WIDE, name=f"{name}-wide")),
        ("narrow", draw(drawing, width=NARROW, name=f"{name}-narrow")),
    )
