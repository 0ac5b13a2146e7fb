"""The few marks that our charts are made of, placed by data on one axis and by pixels on the other."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from gainline.engine.reports.charts.theme import INK, PAPER

Layer = Any  # Altair's chart classes carry no types here
# A Vega expression that writes a tick's sign, and zero as a plain 0.
SIGNED = "abs(datum.value) < 1e-9 ? '0' : replace(format(datum.value, '+~g'), '-', '\u2212')"
LETTER = 6.9  # px, mean advance of a letter at 13 px; the page's font is unknown when we draw


def one(value: dict[str, Any]) -> Layer:
    """A chart of a single datum."""
    return alt.Chart(alt.InlineData(values=[value]))


def scale(domain: tuple[float, float]) -> alt.Scale:
    """A linear scale that is neither rounded nor stretched to zero."""
    return alt.Scale(domain=list(domain), nice=False, zero=False)


def across(domain: tuple[float, float], axis: alt.Axis | None = None) -> alt.X:
    """The horizontal channel."""
    return alt.X("x:Q", scale=scale(domain), axis=axis, title=None)


def bar(span: tuple[float, float], y: float, *, domain: tuple[float, float], color: str, width: float) -> Layer:
    """A horizontal bar from one value to another, at a pixel row; ends clipped to the domain."""
    low, high = max(span[0], domain[0]), min(span[1], domain[1])
    mark = one({"x": low, "x2": high}).mark_rule(color=color, strokeWidth=width)
    return mark.encode(x=across(domain), x2="x2:Q", y=alt.value(y))


def dot(x: float, y: float, *, domain: tuple[float, float], color: str, size: int = 130, hollow: bool = False) -> Layer:
    """A dot; hollow ones show the paper inside, so that they read in print grey."""
    fill, stroke = (PAPER, color) if hollow else (color, PAPER)
    mark = one({"x": x}).mark_point(filled=True, fill=fill, stroke=stroke, strokeWidth=2, size=size, opacity=1)
    return mark.encode(x=across(domain), y=alt.value(y))


def upright(
    x: float, rows: tuple[float, float], *, domain: tuple[float, float], color: str = INK, dash: Sequence[float] = ()
) -> Layer:
    """A vertical line at a value, between two pixel rows."""
    mark = one({"x": x}).mark_rule(color=color, strokeDash=list(dash), strokeWidth=1.25)
    return mark.encode(x=across(domain), y=alt.value(rows[0]), y2=alt.value(rows[1]))


def area(span: tuple[float, float], rows: tuple[float, float], *, domain: tuple[float, float], color: str) -> Layer:
    """A filled place between two values and two pixel rows."""
    low, high = max(span[0], domain[0]), min(span[1], domain[1])
    mark = one({"x": low, "x2": high}).mark_rect(color=color, opacity=1)
    return mark.encode(x=across(domain), x2="x2:Q", y=alt.value(rows[0]), y2=alt.value(rows[1]))


@dataclass(frozen=True, slots=True)
class Text:
    """Words on a chart and how they look; ``dx`` moves them aside, px."""

    says: str
    align: str = "left"
    color: str = INK
    bold: bool = False
    size: int = 13
    dx: float = 0.0


def label(text: Text, *, x: float | alt.X, y: float, value: float = 0.0) -> Layer:
    """Text with a halo of paper, at a pixel (float) or at a value (a channel of `across` with `value`)."""
    place = alt.value(x) if isinstance(x, (int, float)) else x
    look = {
        "align": text.align,
        "baseline": "middle",
        "dx": text.dx,
        "fontSize": text.size,
        "fontWeight": "bold" if text.bold else "normal",
    }
    base = one({"x": value, "t": text.says})
    halo = base.mark_text(**look, color=PAPER, stroke=PAPER, strokeWidth=4, strokeJoin="round")
    front = base.mark_text(**look, color=text.color)
    return alt.layer(*(part.encode(x=place, y=alt.value(y), text="t:N") for part in (halo, front)))


def wrap(says: str, letters: int) -> list[str]:
    """A label in at most two lines, broken at a space; a longer one is cut with an ellipsis.

    Examples
    --------
    >>> wrap("Students with free or reduced-price lunch", 24)
    ['Students with free or', 'reduced-price lunch']
    """
    lines = textwrap.wrap(says, letters, break_long_words=False, break_on_hyphens=False)
    return lines if len(lines) <= 2 else [lines[0], textwrap.shorten(" ".join(lines[1:]), letters, placeholder=" …")]


def stagger(spots: Sequence[tuple[float, float]], gap: float = 8.0) -> list[int]:
    """A row for each label so that none overlaps; spots are (left, right) in px.

    Examples
    --------
    >>> stagger([(0, 50), (40, 90), (120, 160)])
    [0, 1, 0]
    """
    ends: list[float] = []
    rows: list[int] = []
    for left, right in spots:
        row = next((i for i, end in enumerate(ends) if end + gap <= left), len(ends))
        ends[row : row + 1] = [right]
        rows.append(row)
    return rows


def padded(values: Sequence[float], share: float = 0.08) -> tuple[float, float]:
    """A domain with some air at both ends."""
    low, high = min(values), max(values)
    air = (high - low or 1.0) * share
    return low - air, high + air
