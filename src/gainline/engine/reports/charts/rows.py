"""Rows of dots with 95 % bars: groups, changes of gaps, ours beside the naive figure, balance, all outcomes."""

from __future__ import annotations

from dataclasses import dataclass

from gainline.engine.reports.charts import marks
from gainline.engine.reports.charts.theme import ACCENT, HAIRLINE, HATCH, INK, MUTED, USUAL, WATCH, svg

COLORS = {"subject": ACCENT, "comparison": USUAL, "warned": WATCH}
GUTTER = 232  # px, for the labels
LEAST = 28.0  # px, height of a row
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
    heading: str = ""  # a small heading above the row, where a new group of rows begins


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
    gutter = GUTTER if width >= WIDE else 0
    plot = width - gutter - 24
    placed = _lines(drawing, plot)
    top = 18.0 * (1 + max((row for *_, row in placed), default=-1)) + 4
    marked: list[marks.Layer] = []
    middles: list[float] = []
    y = top
    for row in drawing.rows:
        layers, middle, y = _one_row(row, y, drawing.domain, (gutter, plot))
        marked += layers
        middles.append(middle)
    # Where labels stand above their bar, the lines leave them room.
    spans = [(0.0, y)] if gutter else [(middle - 13, middle + 13) for middle in middles]
    ground = _ground(drawing, top, y) + _named_lines(placed, drawing.domain, spans)
    if not any(row.value is not None for row in drawing.rows):  # an axis under nothing would invent a scale
        return svg(marked, width=plot, height=round(y), padding=_pad(gutter, 8), name=name)
    axis, more = marks.axis_of(drawing.domain, drawing.axis, plot)
    return svg([*ground, *marked, axis], width=plot, height=round(y), padding=_pad(gutter, 46 + more), name=name)


def _pad(gutter: int, bottom: int) -> dict[str, int]:
    return {"left": gutter + 12, "right": 12, "top": 4, "bottom": bottom}


def _one_row(
    row: Row, top: float, domain: tuple[float, float], widths: tuple[int, int]
) -> tuple[list[marks.Layer], float, float]:
    """One row's marks below the pixel row ``top``, the row of its bar, and where the next one begins.

    ``widths`` are the gutter's and the plot's.
    """
    gutter, plot = widths
    layers: list[marks.Layer] = []
    if row.heading:
        layers.append(marks.label(marks.Text(row.heading, color=MUTED, size=12), x=-gutter, y=top + 14))
        top += 22
    lines = [marks.Text(line) for line in marks.wrap(row.label, (gutter or plot) // 7)]
    lines += [marks.Text(row.note, color=MUTED, size=12)] if row.note else []
    tall = 16.0 * len(lines)
    layers += [marks.label(line, x=-gutter, y=top + 10 + 16 * i) for i, line in enumerate(lines)]
    middle, bottom = (top + 2 + tall / 2, top + tall + 6) if gutter else (top + tall + 14, top + tall + 30)
    bottom = max(bottom, top + LEAST)
    return layers + _row(row, middle, domain, plot), middle, bottom


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


def _named_lines(
    placed: list[tuple[Line, float, str, int]], domain: tuple[float, float], spans: list[tuple[float, float]]
) -> list[marks.Layer]:
    """The named lines and their labels."""
    layers = []
    for line, _, lean, row in placed:
        y = 18.0 * row + 9
        for start, end in ((y - 7, y + 7), *spans):
            ends = (max(start, y - 7), end)
            layers.append(marks.upright(line.value, ends, domain=domain, color=line.color, dash=line.dash))
        text = marks.Text(line.says, lean, line.color, dx=5 if lean == "left" else -5)
        layers.append(marks.label(text, x=marks.across(domain), value=line.value, y=y))
    return layers


def _row(row: Row, y: float, domain: tuple[float, float], plot: int) -> list[marks.Layer]:
    if row.value is None:
        middle = plot / 2
        return [
            marks.area(domain, (y - 11, y + 11), domain=domain, color=HATCH),
            marks.label(marks.Text(row.missing, "center", MUTED), x=middle, y=y),
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
