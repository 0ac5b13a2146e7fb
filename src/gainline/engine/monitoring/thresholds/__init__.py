"""Thresholds: when a measurement is trouble for long enough to call somebody, and when the trouble is over."""

from gainline.engine.monitoring.thresholds.checking import Finding, Watchable, check_rule
from gainline.engine.monitoring.thresholds.judging import Judge, Reading, Stand
from gainline.engine.monitoring.thresholds.machine import Event, State, Status, advance, follow
from gainline.engine.monitoring.thresholds.rule import Rule

__all__ = [
    "Event",
    "Finding",
    "Judge",
    "Reading",
    "Rule",
    "Stand",
    "State",
    "Status",
    "Watchable",
    "advance",
    "check_rule",
    "follow",
]
