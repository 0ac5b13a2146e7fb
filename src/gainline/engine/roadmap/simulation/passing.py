"""One pass through the network for many runs at once: when each step starts, and whose delay set the finish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gainline.engine.roadmap.model import Tie
from gainline.engine.roadmap.simulation.network import Link, RiskNetwork
from gainline.engine.roadmap.simulation.shapes import Floats

FROM_FINISH = frozenset({Tie.FINISH_START, Tie.FINISH_FINISH})
TO_FINISH = frozenset({Tie.FINISH_FINISH, Tie.START_FINISH})
NEAR = 1e-9  # weeks: what sums of floats may be off


@dataclass(frozen=True, slots=True)
class Passed:
    """Times in working weeks from the roadmap's start, shape (steps, runs); infinite where the calendar has no week.

    `reached` is when a step could have started if the calendar were always open.
    """

    durations: Floats
    starts: Floats
    ends: Floats
    reached: Floats

    @property
    def finish(self) -> Floats:
        """When the last step has ended, shape (runs,)."""
        return np.asarray(self.ends.max(axis=0))


def go_through(network: RiskNetwork, order: Sequence[int], durations: Floats) -> Passed:
    """Start every step as soon as its links, its own first day and its calendar let it.

    What runs into closed weeks waits for the next stretch of open weeks that is long enough. Resources and budgets are
    not looked at: their order is fixed beforehand, as links.
    """
    starts, ends, reached = (np.empty(durations.shape) for _ in range(3))
    passed = Passed(durations, starts, ends, reached)
    for place in order:
        step = network.steps[place]
        soonest = np.full(durations.shape[1], step.not_before)
        for link in network.into[place]:
            np.maximum(soonest, pushed(link, passed), out=soonest)
        reached[place] = soonest
        if step.opening is not None:
            soonest = _open_from(network.openings[step.opening], soonest, durations[place])
        starts[place] = soonest
        ends[place] = soonest + durations[place]
    return passed


def pushed(link: Link, passed: Passed) -> Floats:
    """Before when the later step of a link may not start, shape (runs,)."""
    ends_or_starts = passed.ends if link.tie in FROM_FINISH else passed.starts
    time: Floats = ends_or_starts[link.before] + link.weeks
    return time - passed.durations[link.after] if link.tie in TO_FINISH else time


def _open_from(opening: Floats, soonest: Floats, weeks: Floats) -> Floats:
    """The first time on or after `soonest` at which the weeks fit into what is open."""
    longest, never = opening.shape[0], opening.shape[1] - 1
    at = np.minimum(soonest, never)
    week = at.astype(np.intp)
    whole = np.clip(np.ceil(at + weeks - week).astype(np.intp), 1, longest)
    fits = opening[whole - 1, week] == week
    alone = np.clip(np.ceil(weeks).astype(np.intp), 1, longest)
    return np.where(fits, soonest, opening[alone - 1, np.minimum(week + 1, never)])


def broken(limit: Link, passed: Passed) -> NDArray[np.bool_]:
    """Whether the later end of a greatest distance comes too long after the earlier one, shape (runs,)."""
    before = (passed.ends if limit.tie in FROM_FINISH else passed.starts)[limit.before]
    after = (passed.ends if limit.tie in TO_FINISH else passed.starts)[limit.after]
    return np.asarray(after > before + limit.weeks + NEAR)


def critical(network: RiskNetwork, order: Sequence[int], passed: Passed) -> NDArray[np.bool_]:
    """Whether each step belongs to a chain that set the finish, shape (steps, runs).

    Such a chain ends with the last step; each step before pushed the next one to where it could start. It breaks off
    where a step waited for its own first day and for nobody.
    """
    found = np.asarray(passed.ends == passed.finish)
    for place in reversed(order):
        for link in network.into[place]:
            found[link.before] |= found[place] & (pushed(link, passed) == passed.reached[place])
    return found
