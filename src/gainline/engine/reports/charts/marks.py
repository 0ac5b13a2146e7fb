"""The few marks that our charts are made of, placed by data on one axis and by pixels on the other.

A chart is a Vega-Lite specification written as plain values: Altair's classes check and copy every part of it, which
took seven seconds a brief. The tests check our specifications against Altair's schema instead.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gainline.engine.reports.charts.theme import INK, PAPER

Layer = dict[str, Any]  # one layer of a Vega-Lite specification
Channel = dict[str, Any]
# A Vega expression that writes a tick's sign, and zero as a plain 0.
SIGNED = "abs(datum.value) < 1e-9 ? '0' : replace(format(datum.value, '+~g'), '-', '\u2212')"
LETTER = 6.9  # px, mean advance of a letter at 13 px; the page's font is unknown when we draw


def layer(values: dict[str, Any], mark: dict[str, Any], **channels: Channel) -> Layer:
    """A layer of a single datum."""
    return {"data": {"values": [values]}, "mark": mark, "encoding": channels}


def at(pixel: float) -> Channel:
    """A fixed pixel."""
    return {"value": pixel}


def across(domain: tuple[float, float], axis: dict[str, Any] | None = None) -> Channel:
    """The horizontal channel: a scale that is neither rounded nor stretched to zero."""
    scale = {"domain": list(domain), "nice": False, "zero": False}
    return {"field": "x", "type": "quantitative", "scale": scale, "axis": axis, "title": None}


def axis_of(domain: tuple[float, float], title: str, plot: int) -> tuple[Layer, int]:
    """The axis beneath a chart ``plot`` px wide, and how much room its title's second line takes, px.

    It stands on an unseen mark; signs are written out.
    """
    lines = wrap(title, int(plot / LETTER))
    ticks = 7 if plot > 380 else 5
    axis = {"title": lines, "tickCount": ticks, "labelExpr": SIGNED, "titlePadding": 4, "titleLineHeight": 16}
    mark = {"type": "point", "opacity": 0, "color": INK}
    return layer({"x": domain[0]}, mark, x=across(domain, axis), y=at(0)), 16 * (len(lines) - 1)


def bar(span: tuple[float, float], y: float, *, domain: tuple[float, float], color: str, width: float) -> Layer:
    """A horizontal bar from one value to another, at a pixel row; ends clipped to the domain."""
    values = {"x": max(span[0], domain[0]), "x2": min(span[1], domain[1])}
    mark = {"type": "rule", "color": color, "strokeWidth": width}
    return layer(values, mark, x=across(domain), x2={"field": "x2"}, y=at(y))


def dot(x: float, y: float, *, domain: tuple[float, float], color: str, size: int = 130, hollow: bool = False) -> Layer:
    """A dot; hollow ones show the paper inside, so that they read in print grey."""
    fill, stroke = (PAPER, color) if hollow else (color, PAPER)
    mark = {
        "type": "point",
        "filled": True,
        "fill": fill,
        "stroke": stroke,
        "strokeWidth": 2,
        "size": size,
        "opacity": 1,
    }
    return layer({"x": x}, mark, x=across(domain), y=at(y))


def upright(
    x: float, rows: tuple[float, float], *, domain: tuple[float, float], color: str = INK, dash: Sequence[float] = ()
) -> Layer:
    """A vertical line at a value, between two pixel rows."""
    mark = {"type": "rule", "color": color, "strokeDash": list(dash), "strokeWidth": 1.25}
    return layer({"x": x}, mark, x=across(domain), y=at(rows[0]), y2=at(rows[1]))


def area(span: tuple[float, float], rows: tuple[float, float], *, domain: tuple[float, float], color: str) -> Layer:
    """A filled place between two values and two pixel rows."""
    values = {"x": max(span[0], domain[0]), "x2": min(span[1], domain[1])}
    mark = {"type": "rect", "color": color, "opacity": 1}
    return layer(values, mark, x=across(domain), x2={"field": "x2"}, y=at(rows[0]), y2=at(rows[1]))


@dataclass(frozen=True, slots=True)
class Text:
    """Words on a chart and how they look; ``dx`` moves them aside, px."""

    says: str
    align: str = "left"
    color: str = INK
    bold: bool = False
    size: int = 13
    dx: float = 0.0


def label(text: Text, *, x: float | Channel, y: float, value: float = 0.0) -> Layer:
    """Text with a halo of paper, at a pixel (float) or at a value (a channel of `across` with `value`)."""
    place = x if isinstance(x, dict) else at(x)
    look = {
        "type": "text",
        "align": text.align,
        "baseline": "middle",
        "dx": text.dx,
        "fontSize": text.size,
        "fontWeight": "bold" if text.bold else "normal",
    }
    halo = look | {"color": PAPER, "stroke": PAPER, "strokeWidth": 4, "strokeJoin": "round"}
    front = look | {"color": text.color}
    channels = {"x": place, "y": at(y), "text": {"field": "t", "type": "nominal"}}
    return {"layer": [layer({"x": value, "t": text.says}, mark, **channels) for mark in (halo, front)]}


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
