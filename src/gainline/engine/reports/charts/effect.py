"""The effect, drawn: a dot with 50 % and 95 % bars on a line that carries its landmarks."""

from __future__ import annotations

from dataclasses import dataclass

from gainline.engine.reports import numbers
from gainline.engine.reports.charts import marks
from gainline.engine.reports.charts.theme import ACCENT, INK, MUTED, TINT, svg

ROW = 17  # px per row of landmark labels


@dataclass(frozen=True, slots=True)
class Landmark:
    """A value that the reader measures the effect by."""

    value: float
    says: str
    kind: str  # zero, worth, predicted


@dataclass(frozen=True, slots=True)
class EffectDrawing:
    """What the effect chart shows; everything in the outcome's own unit.

    ``inner`` holds the ends of the 50 % interval, ``outer`` of the 95 % interval; ``sd`` turns the unit into g.
    ``worth_from`` is the signed smallest effect worth having.
    """

    effect: float
    inner: tuple[float, float]
    outer: tuple[float, float]
    worth_from: float
    landmarks: tuple[Landmark, ...]
    headline: str
    detail: str
    axis: str
    axis_g: str
    sd: float

    @property
    def domain(self) -> tuple[float, float]:
        """Every landmark and the whole interval, with air."""
        return marks.padded([*self.outer, *(mark.value for mark in self.landmarks)], 0.1)


def effect_svg(drawing: EffectDrawing, *, width: int, name: str) -> str:
    """The effect chart, ``width`` px wide."""
    plot = width - 24
    domain = drawing.domain
    ordered = sorted(drawing.landmarks, key=lambda mark: mark.value)
    placed = [_place(mark, domain, plot) for mark in ordered]
    order = sorted(range(len(placed)), key=lambda i: placed[i][0])
    rows = dict(zip(order, marks.stagger([placed[i] for i in order]), strict=True))
    top = ROW * (max(rows.values()) + 1)
    line, bottom = top + 62, top + 96
    end = domain[1] if drawing.worth_from > 0 else domain[0]
    layers = [marks.area(_ordered(drawing.worth_from, end), (top, bottom), domain=domain, color=TINT)]
    for i, mark in enumerate(ordered):
        y = ROW * rows[i] + ROW / 2
        layers += _landmark(mark, domain, y=y, bottom=bottom, from_right=_leans_left(mark, domain, plot))
    layers += _interval(drawing, domain, line, plot)
    axes, more = _axes(drawing, domain, plot, bottom)
    layers += axes
    return svg(
        layers, width=plot, height=bottom, padding={"left": 12, "right": 12, "top": 4, "bottom": 84 + more}, name=name
    )


def _ordered(one: float, other: float) -> tuple[float, float]:
    return (one, other) if one <= other else (other, one)


def _pixel(value: float, domain: tuple[float, float], plot: int) -> float:
    return (value - domain[0]) / (domain[1] - domain[0]) * plot


def _leans_left(mark: Landmark, domain: tuple[float, float], plot: int) -> bool:
    """Labels run to the right of their line unless they would leave the picture."""
    return _pixel(mark.value, domain, plot) + 5 + len(mark.says) * marks.LETTER > plot + 8


def _place(mark: Landmark, domain: tuple[float, float], plot: int) -> tuple[float, float]:
    x, wide = _pixel(mark.value, domain, plot), len(mark.says) * marks.LETTER + 5
    return (x - wide, x) if _leans_left(mark, domain, plot) else (x, x + wide)


def _landmark(
    mark: Landmark, domain: tuple[float, float], *, y: float, bottom: float, from_right: bool
) -> list[marks.Layer]:
    dash = {"zero": (), "worth": (5, 3), "predicted": (1.5, 3)}[mark.kind]
    color = {"zero": INK, "worth": ACCENT, "predicted": MUTED}[mark.kind]
    align, dx = ("right", -5) if from_right else ("left", 5)
    text = marks.label(marks.Text(mark.says, align, color, dx=dx), x=marks.across(domain), value=mark.value, y=y)
    return [marks.upright(mark.value, (y - 6, bottom), domain=domain, color=color, dash=dash), text]


def _interval(drawing: EffectDrawing, domain: tuple[float, float], line: float, plot: int) -> list[marks.Layer]:
    x = _pixel(drawing.effect, domain, plot)
    wide = max(len(drawing.headline) * 1.25, len(drawing.detail)) * marks.LETTER
    centre = min(max(x, wide / 2), plot - wide / 2)
    return [
        marks.bar(drawing.outer, line, domain=domain, color=ACCENT, width=2.5),
        marks.bar(drawing.inner, line, domain=domain, color=ACCENT, width=9),
        marks.dot(drawing.effect, line, domain=domain, color=ACCENT, size=240),
        marks.label(marks.Text(drawing.headline, "center", bold=True, size=17), x=centre, y=line - 32),
        marks.label(marks.Text(drawing.detail, "center", MUTED), x=centre, y=line + 22),
    ]


def _axes(
    drawing: EffectDrawing, domain: tuple[float, float], plot: int, bottom: float
) -> tuple[list[marks.Layer], int]:
    """The axis in the outcome's unit, and the same in standard deviations beneath."""
    axis, more = marks.axis_of(domain, drawing.axis, plot)
    layers, bottom = [axis], bottom + more
    place = marks.across(domain)
    for g in _g_ticks(domain, drawing.sd):
        says = numbers.signed(g, 2) if abs(g) > 1e-9 else "0"
        layers.append(
            marks.label(marks.Text(says, "center", MUTED, size=12), x=place, value=g * drawing.sd, y=bottom + 56)
        )
    layers.append(marks.label(marks.Text(drawing.axis_g, "center", MUTED, size=12), x=plot / 2, y=bottom + 73))
    return layers, more


def _g_ticks(domain: tuple[float, float], sd: float) -> list[float]:
    """Round values of g inside the domain, at most seven."""
    air = 0.03 * (domain[1] - domain[0])  # a tick at the very edge would lose half its label
    low, high = (domain[0] + air) / sd, (domain[1] - air) / sd
    step = next(s for s in (0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 1e9) if (high - low) / s <= 6)
    first = int(-(-low // step))
    return [step * i for i in range(first, int(high // step) + 1)]
