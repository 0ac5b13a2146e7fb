"""Rows of dots with 95 % bars: groups, changes of gaps, ours beside the naive figure, balance, all outcomes."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt

from gainline.engine.reports.charts import marks
from gainline.engine.reports.charts.theme import ACCENT, FAINT, HAIRLINE, HATCH, INK, MUTED, USUAL, WATCH, svg

COLORS = {"subject": ACCENT, "comparison": USUAL, "warned": WATCH}
WIDE = 480  # px: from here on labels stand beside their row, below it above


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a label, a smaller second label, a dot with its bar, or the reason why there is none."""

    label: str
    note: str
    value: float | None
    low: float | None = None
    high: float | None = None
    color: str = "subject"
    missing: str = ""
    other: float | None = None  # a second, hollow dot: the same before


@dataclass(frozen=True, slots=True)
class Line:
    """A named vertical line."""

    value: float
    says: str
    color: str = INK
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Shade:
    """A named band between two values, drawn on both sides of zero."""

    low: float
    high: float
    says: str
    color: str


@dataclass(frozen=True, slots=True)
class RowsDrawing:
    """What a chart of rows shows, in one unit."""

    rows: tuple[Row, ...]
    axis: str
    lines: tuple[Line, ...] = ()
    shades: tuple[Shade, ...] = ()
    places: int = 1

    @property
    def domain(self) -> tuple[float, float]:
        """All dots, bars and lines, with air."""
        found = [v for r in self.rows for v in (r.value, r.low, r.high, r.other) if v is not None]
        found += [line.value for line in self.lines] + [v for shade in self.shades for v in (-shade.high, shade.high)]
        return marks.padded(found or [-1.0, 1.0])


def rows_svg(drawing: RowsDrawing, *, width: int, name: str) -> str:
    """The chart of rows, ``width`` px wide."""
    beside = width >= WIDE
    gutter = 216 if beside else 0
    plot = width - gutter - 24
    step = 36 if beside else 52
    placed = _lines(drawing, plot)
    top = 18.0 * (1 + max((row for *_, row in placed), default=-1)) + 4
    bottom = top + step * len(drawing.rows)
    layers = _ground(drawing, top, bottom) + placed_lines(placed, drawing.domain, top, bottom)
    for i, row in enumerate(drawing.rows):
        y = top + step * i + (step / 2 if beside else step - 15)
        layers += _labels(row, y, gutter) if beside else _labels_above(row, y)
        layers += _row(row, y, drawing.domain, plot)
    layers.append(_axis(drawing, plot))
    chart = alt.layer(*layers).resolve_axis(x="independent")
    pad = {"left": gutter + 12, "right": 12, "top": 4, "bottom": 46}
    return svg(chart, width=plot, height=round(bottom), padding=pad, name=name)


def _ground(drawing: RowsDrawing, top: float, bottom: float) -> list[marks.Layer]:
    domain = drawing.domain
    layers = []
    for shade in sorted(drawing.shades, key=lambda s: -s.high):
        for span in ((shade.low, shade.high), (-shade.high, -shade.low)):
            layers.append(marks.area(span, (top, bottom), domain=domain, color=shade.color))
    return layers


def _lines(drawing: RowsDrawing, plot: int) -> list[tuple[Line, float, str, int]]:
    """Each named line with its pixel, the side its label leans to, and the row of that label."""
    domain = drawing.domain
    spots = []
    for line in sorted(drawing.lines, key=lambda one: one.value):
        x = (line.value - domain[0]) / (domain[1] - domain[0]) * plot
        wide = len(line.says) * marks.LETTER + 5
        lean = "right" if x + wide > plot + 8 else "left"
        spots.append((line, x, lean, (x - wide, x) if lean == "right" else (x, x + wide)))
    spots.sort(key=lambda spot: spot[3])
    rows = marks.stagger([spot[3] for spot in spots])
    return [(line, x, lean, row) for (line, x, lean, _), row in zip(spots, rows, strict=True)]


def placed_lines(
    placed: list[tuple[Line, float, str, int]], domain: tuple[float, float], top: float, bottom: float
) -> list[marks.Layer]:
    """The named lines and their labels."""
    layers = []
    for line, _, lean, row in placed:
        y = 18.0 * row + 9
        layers.append(marks.upright(line.value, (y - 7, bottom), domain=domain, color=line.color, dash=line.dash))
        dx = 5 if lean == "left" else -5
        place = marks.across(domain)
        layers.append(marks.label(line.says, x=place, value=line.value, y=y, align=lean, dx=dx, color=line.color))
    return layers


def _labels(row: Row, y: float, gutter: int) -> list[marks.Layer]:
    """Label and note in the gutter left of the plot."""
    layers = [marks.label(row.label, x=-gutter, y=y - 8 if row.note else y, align="left")]
    if row.note:
        layers.append(marks.muted(row.note, x=-gutter, y=y + 8, align="left", size=12))
    return layers


def _labels_above(row: Row, y: float) -> list[marks.Layer]:
    text = f"{row.label}, {row.note}" if row.note and len(row.label) + len(row.note) < 38 else row.label
    return [marks.label(text, x=0, y=y - 22, align="left")]


def _row(row: Row, y: float, domain: tuple[float, float], plot: int) -> list[marks.Layer]:
    if row.value is None:
        middle = plot / 2
        return [
            marks.area(domain, (y - 11, y + 11), domain=domain, color=HATCH),
            marks.label(row.missing, x=middle, y=y, align="center", color=MUTED),
        ]
    color = COLORS[row.color]
    layers = []
    if row.low is not None and row.high is not None:
        layers.append(marks.bar((row.low, row.high), y, domain=domain, color=color, width=2.5))
    if row.other is not None:
        layers.append(marks.bar((row.other, row.value), y, domain=domain, color=HAIRLINE, width=2))
        layers.append(marks.dot(row.other, y, domain=domain, color=USUAL, size=90, hollow=True))
    layers.append(marks.dot(row.value, y, domain=domain, color=color, hollow=row.color == "comparison"))
    return layers


def _axis(drawing: RowsDrawing, plot: int) -> marks.Layer:
    steps = 7 if plot > 380 else 5
    axis = alt.Axis(title=drawing.axis, tickCount=steps, labelExpr=marks.SIGNED, titlePadding=4)
    base = marks.one({"x": drawing.domain[0]}).mark_point(opacity=0)
    return base.encode(x=marks.across(drawing.domain, axis), y=alt.value(0))
