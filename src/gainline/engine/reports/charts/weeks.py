"""A series over weeks: one line, its first, last and highest value in words, and numbered pins on days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from gainline.engine.reports.charts import marks
from gainline.engine.reports.charts.theme import ACCENT, INK, MUTED, PAPER, USUAL, svg

HEIGHT = 168
WORDS = 26.0  # px above the highest value, for its words
PIN = 18.0  # px, a row of numbers


@dataclass(frozen=True, slots=True)
class WeeksDrawing:
    """Values by week in order of time, None where too few people stand behind one, and days with pins.

    Parameters
    ----------
    points
        First day of the week, and its value.
    says
        What is written at each value, in the same order.
    pins
        Days, each with the number that its note carries beneath the chart.
    start, end
        The first and the last week in words.
    """

    points: tuple[tuple[date, float | None], ...]
    says: tuple[str, ...]
    pins: tuple[tuple[date, int], ...]
    start: str
    end: str

    @property
    def domain(self) -> tuple[float, float]:
        """The days from the first to the last, pins included."""
        days = [day.toordinal() for day, _ in self.points] + [day.toordinal() for day, _ in self.pins]
        return (min(days) - 0.5, max(days) + 0.5)

    @property
    def most(self) -> float:
        """The highest value; one where nothing is known, so that there is a scale."""
        return max((value for _, value in self.points if value is not None), default=1.0) or 1.0


def weeks_svg(drawing: WeeksDrawing, *, width: int, name: str) -> str:
    """The line, ``width`` px wide; weeks that are not shown leave it open."""
    plot = width - 48
    pins = _pinned(drawing, plot)
    place = _Place(drawing, float(plot), WORDS + PIN * (1 + max((row for *_, row in pins), default=-1)))
    layers = [_floor(plot), *(layer for pin in pins for layer in _pin(place, pin))]
    for run in _runs(drawing):
        layers.append(_line(place, run))
        layers += [_spot(place, at) for at in run if len(run) == 1]
    layers += [layer for at in _told(drawing) for layer in (_spot(place, at), _words(place, at))]
    layers.append(marks.label(marks.Text(drawing.start, color=MUTED), x=0.0, y=HEIGHT + 16.0))
    layers.append(marks.label(marks.Text(drawing.end, "right", MUTED), x=float(plot), y=HEIGHT + 16.0))
    return svg(layers, width=plot, height=HEIGHT, padding={"left": 24, "right": 24, "top": 6, "bottom": 28}, name=name)


def _runs(drawing: WeeksDrawing) -> list[list[int]]:
    """Weeks next to each other that have a value."""
    known = [value is not None for _, value in drawing.points]
    return [[place for place, _ in run] for is_known, run in groupby(enumerate(known), lambda one: one[1]) if is_known]


def _told(drawing: WeeksDrawing) -> list[int]:
    """The first, the last and the highest week that are known: they carry their value."""
    known = [place for place, (_, value) in enumerate(drawing.points) if value is not None]
    if not known:
        return []
    peak = max(known, key=lambda place: drawing.points[place][1] or 0.0)
    ends = {known[0], known[-1]}
    near = min(abs(peak - place) for place in ends)  # its words would run into those of an end
    return sorted(ends | ({peak} if near * 8 >= len(drawing.points) else set()))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where things stand: ``plot`` px wide, the highest value ``top`` px beneath the upper edge."""

    drawing: WeeksDrawing
    plot: float
    top: float

    def x(self, day: date) -> float:
        low, high = self.drawing.domain
        return (day.toordinal() - low) / (high - low) * self.plot

    def y(self, at: int) -> float:
        return HEIGHT - (self.drawing.points[at][1] or 0.0) / self.drawing.most * (HEIGHT - self.top)


def _line(place: _Place, run: Sequence[int]) -> marks.Layer:
    rows = [{"x": place.drawing.points[at][0].toordinal(), "y": HEIGHT - place.y(at)} for at in run]
    up = {"field": "y", "type": "quantitative", "axis": None, "scale": {"domain": [0, HEIGHT], "nice": False}}
    channels = {"x": marks.across(place.drawing.domain), "y": up}
    return {
        "data": {"values": rows},
        "mark": {"type": "line", "color": ACCENT, "strokeWidth": 2.5},
        "encoding": channels,
    }


def _spot(place: _Place, at: int) -> marks.Layer:
    day = place.drawing.points[at][0].toordinal()
    return marks.dot(day, place.y(at), domain=place.drawing.domain, color=ACCENT, size=90)


def _words(place: _Place, at: int) -> marks.Layer:
    """The value above its dot, pulled in where it would leave the chart."""
    says, x = place.drawing.says[at], place.x(place.drawing.points[at][0])
    half = len(says) * marks.LETTER / 2
    align = "left" if x < half else "right" if x > place.plot - half else "center"
    spot = {"left": 0.0, "right": place.plot, "center": x}[align]
    return marks.label(marks.Text(says, align, INK, bold=True), x=spot, y=place.y(at) - 15.0)


def _floor(plot: int) -> marks.Layer:
    ends = {"x": marks.at(0), "x2": marks.at(plot), "y": marks.at(HEIGHT)}
    return marks.layer({}, {"type": "rule", "color": USUAL}, **ends)


def _pinned(drawing: WeeksDrawing, plot: int) -> list[tuple[date, int, int]]:
    """Day, number and row of each pin: numbers of near days stand beneath each other."""
    place = _Place(drawing, float(plot), 0.0)
    spots = [place.x(day) for day, _ in drawing.pins]
    rows = marks.stagger([(x - 9, x + 9) for x in spots], gap=2)
    return [(day, number, row) for (day, number), row in zip(drawing.pins, rows, strict=True)]


def _pin(place: _Place, pin: tuple[date, int, int]) -> list[marks.Layer]:
    """A dashed line from a pinned day up to its number."""
    day, number, row = pin
    top, x = 8.0 + PIN * row, place.x(day)
    mark = {"type": "point", "filled": True, "fill": PAPER, "stroke": MUTED, "size": 260, "opacity": 1}
    rows = (top, float(HEIGHT))
    return [
        marks.upright(day.toordinal(), rows, domain=place.drawing.domain, color=MUTED, dash=(2, 3)),
        marks.layer({}, mark, x=marks.at(x), y=marks.at(top)),
        marks.label(marks.Text(str(number), "center", INK, size=12), x=x, y=top),
    ]
