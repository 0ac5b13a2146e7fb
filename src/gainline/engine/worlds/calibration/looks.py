"""A pilot looked at after every student: how often an interval ever excludes the truth."""

from __future__ import annotations

from typing import Any

import numpy as np

from gainline.engine.monitoring import confidence_sequence, difference_scores
from gainline.engine.worlds.draws import stream

LOOKS, FIRST = 2000, 20
_TRUTH, _MEAN, _SD = 0.10, 200.0, 15.0


def looked_at(seed: int) -> dict[str, Any]:
    """One stream of 2,000 students, looked at after each; the truth is an effect of a tenth of an SD.

    Returns
    -------
    dict
        Whether the truth was ever excluded: by the interval that holds at all looks (known SD; running SD of a
        randomized difference), and by a fixed 95 % interval from the 20th look on. ``width`` is how much wider the
        first is than a fixed interval at the last look.
    """
    rng = stream(seed, "calibration looks")
    gains = rng.normal(_TRUTH, 1.0, LOOKS)
    held = confidence_sequence(gains, sd=1.0)
    tool = rng.random(LOOKS) < 0.5
    # skewed outcomes: minutes and counts look like this, and the running form has to bear it
    skewed = _MEAN + _SD * (rng.gamma(2.0, 1.0, LOOKS) - 2.0) / 2.0**0.5 + _SD * _TRUTH * tool
    running = confidence_sequence(difference_scores(skewed, tool, share=0.5, center=_MEAN))
    seen = np.arange(1, LOOKS + 1)
    half = 1.959963984540054 / np.sqrt(seen)
    fixed = np.abs(held.mean - _TRUTH) > half
    return {
        "refused": None,
        "ever": bool(held.excludes(_TRUTH).any()),
        "ever_running": bool(running.excludes(_SD * _TRUTH).any()),
        "ever_fixed": bool(fixed[FIRST - 1 :].any()),
        "width": float((held.high[-1] - held.mean[-1]) / half[-1]),
    }
