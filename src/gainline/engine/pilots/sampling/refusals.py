"""Declined: a chosen school says no; who comes in its place, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gainline.engine.core.refusals import Refusal
from gainline.engine.pilots.sampling.representative import generalizability
from gainline.engine.pilots.sampling.roster import Flags, Roster

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Replacement:
    """One refusal and who came in its place.

    Parameters
    ----------
    declined, because
        Id of the unit that said no, and why, in its own words.
    substitute
        Id of the unit that takes its place; ``None`` where nobody is left.
    same_stratum
        Whether the substitute is of the same stratum.
    index_before, index_after
        The generalizability index B of the sample before the refusal, and with the substitute.
    """

    declined: str
    because: str
    substitute: str | None
    same_stratum: bool
    index_before: float
    index_after: float

    @property
    def cost(self) -> float:
        """How much of the index the refusal took; below 0 where the sample stands better without it."""
        return self.index_before - self.index_after


@dataclass(frozen=True, slots=True)
class Standing:
    """A sample as it stands after refusals.

    Parameters
    ----------
    sample, held_back
        Ids that take part, and ids that are kept out on purpose.
    replacements
        Every refusal so far, in order.
    """

    sample: tuple[str, ...]
    held_back: tuple[str, ...] = ()
    replacements: tuple[Replacement, ...] = ()


def decline(roster: Roster, standing: Standing, declined: str, *, because: str) -> Standing | Refusal:
    """Record that a chosen unit declined, and put the unit in its place that keeps the sample most like the population.

    Candidates are the units of the same stratum that are neither chosen, held back nor declined; where none is left,
    those of the other strata. Of the candidates the one counts whose sample has the least squared distance from the
    population's means (in standard deviations), the nearest to the declined one where two are equal. A substitute
    mends the balance of what is known; that the willing differ from the unwilling in other ways it cannot mend.

    Refuses
    -------
    PL136 the unit is not in the sample; PL137 nobody is left to choose from.

    Assumes
    -------
    The roster is `complete`.

    Source: Tipton and Peck (2017), A design-based approach to improve external validity; ranked replacement lists.
    """
    if declined not in standing.sample:
        return Refusal("PL136", "the unit that declined is not in the sample", "name one that was chosen")
    kept = tuple(unit for unit in standing.sample if unit != declined)
    out = {one.declined for one in standing.replacements} | {declined} | set(standing.sample) | set(standing.held_back)
    free = [place for place, unit in enumerate(roster.units) if unit not in out]
    own = roster.strata[roster.units.index(declined)]
    candidates = [place for place in free if roster.strata[place] == own] or free
    if not kept and not candidates:
        return Refusal("PL137", "the last unit of the sample declined, and nobody is left", "choose a new sample")
    best = _best(roster, kept, declined, candidates) if candidates else None
    substitute = roster.units[best] if best is not None else None
    after = tuple(sorted((*kept, substitute))) if substitute else kept
    record = Replacement(
        declined,
        because,
        substitute,
        best is not None and roster.strata[best] == own,
        _index(roster, standing.sample),
        _index(roster, after),
    )
    return replace(standing, sample=after, replacements=(*standing.replacements, record))


def _best(roster: Roster, kept: tuple[str, ...], declined: str, candidates: list[int]) -> int:
    spread = roster.values.std(axis=0)
    z = (roster.values - roster.values.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    others = z[roster.places(kept)].sum(axis=0) if kept else np.zeros(z.shape[1])
    lost = z[roster.units.index(declined)]

    def rank(place: int) -> tuple[float, float, str]:
        off = float(np.sum(((others + z[place]) / (len(kept) + 1)) ** 2))
        return round(off, 12), round(float(np.sum((z[place] - lost) ** 2)), 12), roster.units[place]

    return min(candidates, key=rank)


def _index(roster: Roster, sample: tuple[str, ...]) -> float:
    chosen: Flags = np.zeros(len(roster.units), dtype=bool)
    chosen[roster.places(sample)] = True
    return generalizability(roster.values[chosen], roster.values)
