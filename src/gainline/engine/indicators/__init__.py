"""Indicators: definitions as data, compiled to Ibis, giving measurements."""

from gainline.engine.indicators.catalogue import load_catalogue
from gainline.engine.indicators.compile import compile_indicator
from gainline.engine.indicators.definition import SUBGROUPS, Indicator, Parameter
from gainline.engine.indicators.facts import latest_results
from gainline.engine.indicators.subset import outside_subset

__all__ = [
    "SUBGROUPS",
    "Indicator",
    "Parameter",
    "compile_indicator",
    "latest_results",
    "load_catalogue",
    "outside_subset",
]
