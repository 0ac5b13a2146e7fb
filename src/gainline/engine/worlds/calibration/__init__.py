"""Calibration: many small districts whose truth is known, to see how often the engine is right."""

from gainline.engine.worlds.calibration.cells import Cell, cells
from gainline.engine.worlds.calibration.files import WrittenWorld, write_files
from gainline.engine.worlds.calibration.frame import to_frame
from gainline.engine.worlds.calibration.judged import judged, refused_row, row_of
from gainline.engine.worlds.calibration.known import Known, district
from gainline.engine.worlds.calibration.plans import plan
from gainline.engine.worlds.calibration.spec import CalibrationSpec

__all__ = [
    "CalibrationSpec",
    "Cell",
    "Known",
    "WrittenWorld",
    "cells",
    "district",
    "judged",
    "plan",
    "refused_row",
    "row_of",
    "to_frame",
    "write_files",
]
