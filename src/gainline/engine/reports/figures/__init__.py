"""The figures of a brief, in the order in which they are read."""

from __future__ import annotations

from gainline.engine.reports.facts import Facts
from gainline.engine.reports.figures.beside import balance_figure, naive_figure
from gainline.engine.reports.figures.effect import effect_figure
from gainline.engine.reports.figures.events import events_figure
from gainline.engine.reports.figures.frame import Figure, Table
from gainline.engine.reports.figures.gap import gap_figure, lead_gap, shown_gaps
from gainline.engine.reports.figures.groups import groups_figure

__all__ = ["Figure", "Table", "balance_figure", "figures", "lead_gap", "shown_gaps"]


def figures(facts: Facts) -> list[Figure]:
    """The figures of the board's part, in reading order; a figure without anything to show is left out."""
    made = [effect_figure(facts)]
    if facts.evidence["events"]:
        made.append(events_figure(facts))
    if facts.evidence["gaps"]:
        made.append(gap_figure(facts))
    if facts.evidence["groups"]:
        made.append(groups_figure(facts))
    if facts.evidence["naive"] is not None:
        made.append(naive_figure(facts))
    return made
