"""The pedagogy map: which tool affords which teaching activity for which standard, and who can reach it."""

from gainline.engine.roadmap.pedagogy.mapping import Cell, Served, served
from gainline.engine.roadmap.pedagogy.reading import PedagogyMap, read_pedagogy
from gainline.engine.roadmap.pedagogy.sheet import TeachingActivity

__all__ = ["Cell", "PedagogyMap", "Served", "TeachingActivity", "read_pedagogy", "served"]
