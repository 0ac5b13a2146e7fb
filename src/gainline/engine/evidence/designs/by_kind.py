"""Which design answers which kind of plan."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from gainline.engine.core.context import RunContext
from gainline.engine.core.progress import Progress
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.designs import cutoff, matched, over_time, randomized, series, synthetic
from gainline.engine.evidence.frame import Frame
from gainline.engine.pilots.plan import Outcome, Plan


class Design(Protocol):
    """Analyzes one outcome of a plan."""

    def __call__(
        self, plan: Plan, frame: Frame, outcome: Outcome, *, ctx: RunContext, progress: Progress
    ) -> Analysis | Refusal:
        """One outcome, analyzed, or why there is no honest answer."""


DESIGNS: Mapping[str, Design] = MappingProxyType(
    {
        "randomized": randomized.analyze,
        "matched": matched.analyze,
        "differences": over_time.differences,
        "stepped_wedge": over_time.stepped_wedge,
        "interrupted_series": series.analyze,
        "cutoff": cutoff.analyze,
        "synthetic_control": synthetic.analyze,
    }
)
