"""Indicators: definitions as data, compiled to Ibis, giving measurements."""

from gainline.engine.indicators.catalogue import load_catalogue
from gainline.engine.indicators.compile import compile_indicator, count_population
from gainline.engine.indicators.definition import SUBGROUPS, Indicator, Parameter
from gainline.engine.indicators.facts import latest_results
from gainline.engine.indicators.silence import silence_is_zero
from gainline.engine.indicators.subset import outside_subset

__all__ = [
    "SUBGROUPS",
    "Indicator",
    "Parameter",
    "compile_indicator",
    "count_population",
    "latest_results",
    "load_catalogue",
    "outside_subset",
    "silence_is_zero",
]
