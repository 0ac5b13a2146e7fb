"""The naive look, users against others, computed only to show how far off it is."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np

from gainline.engine.evidence.document import Naive
from gainline.engine.evidence.frame import Flags, Floats
from gainline.engine.evidence.inference.distributions import t_half_width


def naive(outcome: Floats, used: Flags, *, above: Flags | None = None) -> Naive | None:
    """Difference of raw means with Welch's interval; None where a side has fewer than two students or no spread.

    Parameters
    ----------
    outcome
        May hold NaN; those students are left out, as the naive look would.
    used
        Who used the tool at all.
    above
        Who used it as much as the plan's line asks, where a plan draws one: the split where too few did not use it.
    """
    found = _raw(outcome, used)
    if found is None and above is not None:
        raw = _raw(outcome, above)
        return None if raw is None else replace(raw, split="amount")
    return found


def _raw(outcome: Floats, used: Flags) -> Naive | None:
    seen = ~np.isnan(outcome)
    inside, outside = outcome[seen & used], outcome[seen & ~used]
    if min(len(inside), len(outside)) < 2:
        return None
    parts = [float(side.var(ddof=1)) / len(side) for side in (inside, outside)]
    if sum(parts) <= 0.0:
        return None
    df = sum(parts) ** 2 / sum(part**2 / (len(side) - 1) for part, side in zip(parts, (inside, outside), strict=True))
    effect = float(inside.mean() - outside.mean())
    half = t_half_width(sqrt(sum(parts)), df)
    return Naive(effect, effect - half, effect + half, len(inside), len(outside))
