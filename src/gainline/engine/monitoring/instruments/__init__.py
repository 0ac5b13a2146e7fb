"""Instruments: questionnaires and rubrics scored as their authors published it; no item texts are shipped."""

from gainline.engine.monitoring.instruments.catalogue import INSTRUMENTS, Instrument, score_sheet
from gainline.engine.monitoring.instruments.practice import (
    LEVELS_OF_USE,
    Configuration,
    configuration,
    level_of_use,
)
from gainline.engine.monitoring.instruments.promoters import NetPromoters, net_promoters

__all__ = [
    "INSTRUMENTS",
    "LEVELS_OF_USE",
    "Configuration",
    "Instrument",
    "NetPromoters",
    "configuration",
    "level_of_use",
    "net_promoters",
    "score_sheet",
]
