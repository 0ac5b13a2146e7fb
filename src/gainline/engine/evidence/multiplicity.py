"""Several outcomes of one domain: Benjamini-Hochberg, so that looking at many does not manufacture findings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gainline.engine.evidence.frame import Floats


def adjusted_p(p: Sequence[float]) -> Floats:
    """Step-up adjusted p-values, in the order given; significant at 5 % exactly where the adjusted p is <= .05.

    Source: Benjamini and Hochberg (1995); WWC Handbook 5.0 applies it within an outcome domain. The minimum runs from
    the largest p downwards (step-up), which the rule "each p against its own threshold" forgets.
    """
    raw = np.asarray(p, dtype=float)
    order = np.argsort(raw, kind="stable")
    m = len(raw)
    steps = raw[order] * m / np.arange(1, m + 1)
    settled = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    adjusted = np.empty(m)
    adjusted[order] = settled
    return adjusted
