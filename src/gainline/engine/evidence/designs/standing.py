"""From a finding to an estimate: the finding beside its outcome, in the students' own spread."""

from __future__ import annotations

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.document import ArmCount, Estimate
from gainline.engine.evidence.effect_size import effect_size, pooled_sd
from gainline.engine.evidence.estimate import as_estimate
from gainline.engine.evidence.finding import Finding
from gainline.engine.evidence.frame import Flags, Frame, Panel
from gainline.engine.pilots.plan import Outcome

_FEWEST = 4  # students of a side whose spread counts


def student_sd(frame: Frame, outcome: Outcome, side: Flags) -> tuple[float, int] | Refusal:
    """The unadjusted SD of students pooled over the sides that have them, and how many students it rests on.

    Refuses
    -------
    EV197 nobody's own values are known or they do not vary.
    """
    values = frame.outcomes[outcome.key]
    seen = ~np.isnan(values)
    parts = [values[seen & part] for part in (side, ~side)]
    parts = [part for part in parts if len(part) >= _FEWEST]
    n = sum(len(part) for part in parts)
    if len(parts) == 2:
        sd = pooled_sd(float(parts[0].std(ddof=1)), len(parts[0]), float(parts[1].std(ddof=1)), len(parts[1]))
    else:
        sd = float(parts[0].std(ddof=1)) if parts else 0.0
    if not sd > 0.0:
        return Refusal(
            "EV197",
            f"the students' own values of '{outcome.key}' do not vary or are not known",
            "import the students' results of the last period, not only the means of schools",
        )
    return sd, n


def followed(frame: Frame, outcome: Outcome) -> Panel | Refusal:
    """The outcome over the plan's periods, where somebody who had the tool is in it.

    Refuses
    -------
    EV196 nobody who had the tool is followed.
    """
    panel = frame.panels.get(outcome.key)
    if panel is None or not (panel.first < len(panel.periods)).any():
        return Refusal(
            "EV196",
            f"'{outcome.key}' is not followed over the plan's periods by anyone who had the tool",
            "name the forms or days of each period in the plan, and import them",
        )
    return panel


def to_estimate(
    found: Finding,
    outcome: Outcome,
    spread: tuple[float, int],
    *,
    mean_usual: float,
    counts: tuple[ArmCount, ...],
) -> Estimate:
    """The estimate of a design that compares no two samples of students, with g on the spread of `student_sd`."""
    sd, n = spread
    size = effect_size(found.effect, found.std_error, sd, n)
    return as_estimate(found, outcome, size, sd=sd, mean_usual=mean_usual, counts=counts)
