"""The gap before and after: two lines that start at one point, one for each arm."""

from __future__ import annotations

from dataclasses import dataclass

from gainline.engine.reports.charts import marks
from gainline.engine.reports.charts.theme import ACCENT, INK, MUTED, PAPER, USUAL, svg

HEIGHT = 176


@dataclass(frozen=True, slots=True)
class SlopeDrawing:
    """A gap at the start (None when it was not measured on the same scale) and at the end, by arm."""

    before: float | None
    tool: float
    usual: float
    before_says: str
    tool_says: str
    usual_says: str
    start: str
    end: str
    zero: str

    @property
    def domain(self) -> tuple[float, float]:
        """Zero, meaning no gap, is always in the picture."""
        return marks.padded([v for v in (0.0, self.before, self.tool, self.usual) if v is not None], 0.17)


def slope_svg(drawing: SlopeDrawing, *, width: int, name: str) -> str:
    """The slope chart, ``width`` px wide."""
    left, right = 12.0, float(width - 150)
    rows = _rows(drawing)
    quiet = marks.Text(drawing.zero, "right", MUTED, size=12)
    layers = [
        _level(drawing, (0.0, float(width - 24))),
        marks.label(quiet, x=width - 28, y=_y(0.0, drawing) + 10),
        marks.label(marks.Text(drawing.start, color=MUTED), x=left - 6, y=HEIGHT + 14),
        marks.label(marks.Text(drawing.end, "center", MUTED), x=right, y=HEIGHT + 14),
    ]
    for key, value, says, color in _arms(drawing):
        y = _y(value, drawing)
        if drawing.before is not None:
            layers.append(_segment((left, _y(drawing.before, drawing)), (right, y), color, key == "usual"))
        layers.append(_spot(right, y, color, hollow=key == "usual"))
        layers.append(marks.label(marks.Text(says, color=color, bold=key == "tool"), x=right + 12, y=rows[key]))
    if drawing.before is not None:
        y = _y(drawing.before, drawing)
        layers.append(_spot(left, y, INK, hollow=False))
        layers.append(marks.label(marks.Text(drawing.before_says), x=left - 6, y=y + _clear_of_lines(drawing)))
    pad = {"left": 4, "right": 20, "top": 6, "bottom": 26}
    return svg(layers, width=width - 24, height=HEIGHT, padding=pad, name=name)


def _clear_of_lines(drawing: SlopeDrawing) -> float:
    """Where the first label stands: above its dot, or below where the lines rise, and clear of the dots at the end."""
    start = _y(drawing.before or 0.0, drawing)
    rises = drawing.before is not None and (drawing.tool + drawing.usual) / 2 > drawing.before
    side = 1.0 if rises else -1.0
    beyond = [side * (_y(value, drawing) - start) for value in (drawing.tool, drawing.usual)]
    in_the_way = [gap + 16.0 for gap in beyond if 0.0 <= gap <= 34.0]
    return side * max([18.0, *in_the_way])


def _arms(drawing: SlopeDrawing) -> list[tuple[str, float, str, str]]:
    return [
        ("usual", drawing.usual, drawing.usual_says, MUTED),
        ("tool", drawing.tool, drawing.tool_says, ACCENT),
    ]


def _y(value: float, drawing: SlopeDrawing) -> float:
    low, high = drawing.domain
    return (high - value) / (high - low) * HEIGHT


def _rows(drawing: SlopeDrawing) -> dict[str, float]:
    """Rows of the two direct labels, at least 18 px apart."""
    tool, usual = _y(drawing.tool, drawing), _y(drawing.usual, drawing)
    if abs(tool - usual) >= 18:
        return {"tool": tool, "usual": usual}
    middle, up = (tool + usual) / 2, 1 if tool >= usual else -1
    return {"tool": middle + 9 * up, "usual": middle - 9 * up}


def _level(drawing: SlopeDrawing, ends: tuple[float, float]) -> marks.Layer:
    """The line on which there is no gap."""
    y = marks.at(_y(0.0, drawing))
    return marks.layer({}, {"type": "rule", "color": USUAL}, x=marks.at(ends[0]), x2=marks.at(ends[1]), y=y)


def _segment(a: tuple[float, float], b: tuple[float, float], color: str, dashed: bool) -> marks.Layer:
    mark = {
        "type": "rule",
        "color": USUAL if dashed else color,
        "strokeWidth": 2.5,
        "strokeDash": [6, 3] if dashed else [],
    }
    return marks.layer({}, mark, x=marks.at(a[0]), y=marks.at(a[1]), x2=marks.at(b[0]), y2=marks.at(b[1]))


def _spot(x: float, y: float, color: str, *, hollow: bool) -> marks.Layer:
    mark = {"type": "point", "filled": True, "size": 120, "strokeWidth": 2, "opacity": 1, "stroke": color}
    return marks.layer({}, mark | {"fill": PAPER if hollow else color}, x=marks.at(x), y=marks.at(y))
