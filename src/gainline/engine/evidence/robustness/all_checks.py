"""All robustness checks of the primary outcome, in the order in which a reader asks for them."""

from __future__ import annotations

from collections.abc import Sequence

from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.document import Check
from gainline.engine.evidence.frame import Frame
from gainline.engine.evidence.robustness.bracket import bracket
from gainline.engine.evidence.robustness.composition import composition
from gainline.engine.evidence.robustness.crossover import crossover
from gainline.engine.evidence.robustness.exploratory import gain
from gainline.engine.evidence.robustness.hidden_checks import hidden_bias
from gainline.engine.evidence.robustness.measures import measures
from gainline.engine.evidence.robustness.placebo import GROWTH, PLACEBO, Again, placebos
from gainline.engine.evidence.robustness.spillover import spillover
from gainline.engine.pilots.plan import Plan

CAPPING = (PLACEBO, GROWTH)  # checks whose flag keeps a study without chance below the upper tiers


def all_checks(plan: Plan, frame: Frame, analysis: Analysis, again: Again) -> tuple[Check, ...]:
    """What the design itself checked, then what could make any estimate wrong.

    Parameters
    ----------
    analysis
        Of the primary outcome.
    again
        Analyzes one outcome of a plan by the plan's design; for the placebo outcomes.
    """
    return (
        *analysis.checks,
        *placebos(plan, frame, again),
        *bracket(plan, analysis.estimate, gain(plan, frame)),
        *hidden_bias(plan, frame, analysis),
        *crossover(plan, frame),
        *spillover(plan, frame),
        *composition(plan, frame, analysis),
        *measures(plan, frame),
    )


def capping(checks: Sequence[Check]) -> tuple[str, ...] | None:
    """Titles of the raised flags that say that the arms differed before the tool; None when nothing was looked at."""
    asked = [check for check in checks if check.key in CAPPING]
    return tuple(check.title for check in asked if check.flag) if asked else None
