"""Parts: what pages are made of where a template alone would have to think."""

from gainline.web.parts.chart import Chart, chart_of
from gainline.web.parts.funnel import FunnelStep
from gainline.web.parts.pages import Pages, Tab
from gainline.web.parts.stages import Stage, State
from gainline.web.parts.table import Cell, Column, Table
from gainline.web.parts.tree import Branch, Tree

__all__ = [
    "Branch",
    "Cell",
    "Chart",
    "Column",
    "FunnelStep",
    "Pages",
    "Stage",
    "State",
    "Tab",
    "Table",
    "Tree",
    "chart_of",
]
