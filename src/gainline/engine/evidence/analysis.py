"""One outcome, analyzed: what every design returns, whatever it had to do to get there."""

from __future__ import annotations

from dataclasses import dataclass

from gainline.engine.evidence.balance import Arms
from gainline.engine.evidence.document import Attrition, Balance, Check, Estimate, EventPoint, GapChange
from gainline.engine.evidence.inference.linear import Rows
from gainline.engine.evidence.sample import Sample


@dataclass(frozen=True, slots=True)
class Analysis:
    """One outcome, estimated, with what the design knows about its sample.

    Parameters
    ----------
    estimate
        The registered estimate; p adjusted for multiplicity and the probability are filled in later.
    sample
        The students analyzed at one time point; ``None`` for designs over time.
    arms
        Rows, arm and weights before and after matching; ``None`` for designs over time.
    attrition
        Empty where nobody was assigned.
    match_loss
        Arm, students before, students kept; empty where nobody was matched.
    companions, checks, events
        See `Evidence`; of the primary outcome only.
    balance, gaps
        How alike the sides were before the tool, and how gaps changed, as far as a design without a sample can tell.
    sets
        Shape of the sample: number of the matched set of each student; ``None`` where nobody was matched in sets.
    """

    estimate: Estimate
    sample: Sample | None
    arms: tuple[Arms, Arms] | None
    attrition: tuple[Attrition, ...] = ()
    match_loss: tuple[tuple[str, int, int], ...] = ()
    companions: tuple[Estimate, ...] = ()
    checks: tuple[Check, ...] = ()
    events: tuple[EventPoint, ...] = ()
    balance: tuple[Balance, ...] = ()
    gaps: tuple[GapChange, ...] = ()
    sets: Rows | None = None
