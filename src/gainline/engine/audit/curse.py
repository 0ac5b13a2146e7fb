"""The winner's curse: the best of several tools looks better than it is, so the shrunken estimate stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gainline.engine.audit.check import AuditCheck, Word, not_asked
from gainline.engine.evidence.shrinkage import Departures, shrink

FEWEST = 3  # tools; two are compared, three are ranked
SPREAD_SD = 0.15  # half-normal scale of how far tools' true effects lie apart: as wide as the plans' prior on effects


@dataclass(frozen=True, slots=True)
class Compared:
    """One tool's effect in standard deviations, as it was estimated and once the others are believed too."""

    tool: str
    raw: float
    std_error: float
    shrunken: float
    low: float
    high: float


def compare_tools(found: Sequence[tuple[str, float, float]]) -> tuple[Compared, ...]:
    """Every tool's raw and shrunken effect, in the order given.

    Parameters
    ----------
    found
        Tool, effect in SDs, standard error above zero; from independent cycles with the same kind of outcome.

    Source: as `shrink`; the weighted mean and the departures from it are independent for independent estimates.
    """
    effects, errors = (np.array([row[place] for row in found], dtype=np.float64) for place in (1, 2))
    weights = errors**-2.0 / float((errors**-2.0).sum())
    overall, variance = float(weights @ effects), 1.0 / float((errors**-2.0).sum())
    apart = np.sqrt(np.maximum(errors**2 - variance, 0.0))
    parts = Departures(overall, float(np.sqrt(variance)), effects - overall, apart, weights)
    posteriors = shrink(parts, tau_scale=SPREAD_SD)
    return tuple(
        Compared(name, raw, error, posterior.mean, *posterior.interval())
        for (name, raw, error), posterior in zip(found, posteriors, strict=True)
    )


def curse_check(found: Sequence[Compared], about: str) -> AuditCheck:
    """How much of the best tool's lead is luck; flagged from three tools on, so that the shrunken figure is read."""
    if len(found) < FEWEST:
        return not_asked("curse", "few_tools", about)
    best = max(found, key=lambda one: one.raw)
    return AuditCheck(
        "curse", best.tool, Word.FLAG, best.shrunken, best.low, best.high, "SD", len(found), null=best.raw
    )
