"""Charts as SVG: one theme, a few marks, each figure drawn wide and narrow."""

from gainline.engine.reports.charts.effect import EffectDrawing, Landmark, effect_svg
from gainline.engine.reports.charts.rows import Line, Row, RowsDrawing, Shade, rows_svg
from gainline.engine.reports.charts.slope import SlopeDrawing, slope_svg

__all__ = [
    "EffectDrawing",
    "Landmark",
    "Line",
    "Row",
    "RowsDrawing",
    "Shade",
    "SlopeDrawing",
    "effect_svg",
    "rows_svg",
    "slope_svg",
]
