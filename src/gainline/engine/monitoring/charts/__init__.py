"""Charts: whether a series of measurements has changed, or only varies as it always did."""

from gainline.engine.monitoring.charts.individuals import Limits, Signal, individuals, rebased, signals
from gainline.engine.monitoring.charts.proportions import Varying, events_per_unit, proportions
from gainline.engine.monitoring.charts.runs import RunChart, run_chart, runs_at_least, runs_at_most

__all__ = [
    "Limits",
    "RunChart",
    "Signal",
    "Varying",
    "events_per_unit",
    "individuals",
    "proportions",
    "rebased",
    "run_chart",
    "runs_at_least",
    "runs_at_most",
    "signals",
]
