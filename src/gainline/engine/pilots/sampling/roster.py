"""The roster of a population: its units, what is known of each, and the strata that they fall into."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gainline.engine.core.refusals import Refusal

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Roster:
    """Every unit that could take part.

    Parameters
    ----------
    units, strata
        Shape ``(n,)``: id of each unit and its stratum; one and the same label everywhere without strata.
    names, values
        Covariates: p names, the most important first, and a matrix ``(n, p)``; a missing number is NaN.
    """

    units: tuple[str, ...]
    strata: tuple[str, ...]
    names: tuple[str, ...]
    values: Floats

    def places(self, chosen: tuple[str, ...]) -> Codes:
        """Positions of these units.

        Raises
        ------
        KeyError
            When one of them is not on the roster.
        """
        where = {unit: place for place, unit in enumerate(self.units)}
        return np.array([where[unit] for unit in chosen], dtype=np.intp)


def complete(roster: Roster) -> Roster | Refusal:
    """The roster in the order of its ids, without covariates that say nothing, and with means for missing values.

    Refuses
    -------
    PL130 nobody is on the roster, a unit stands on it twice, or its parts differ in number.
    """
    n = len(roster.units)
    if not n or len(set(roster.units)) < n or {len(roster.strata), len(roster.values)} != {n}:
        return Refusal(
            "PL130",
            "the roster is empty, names a unit twice, or does not say of each unit what it says of others",
            "give one row for each school or section",
        )
    order = sorted(range(n), key=lambda place: roster.units[place])
    values = roster.values[order]
    known = ~np.isnan(values)
    seen = known.any(axis=0)
    middle = np.where(seen, np.nansum(values, axis=0) / np.maximum(known.sum(axis=0), 1), 0.0)
    filled = np.where(known, values, middle)
    says = np.ptp(filled, axis=0) > 0.0
    return replace(
        roster,
        units=tuple(roster.units[place] for place in order),
        strata=tuple(roster.strata[place] for place in order),
        names=tuple(name for name, one in zip(roster.names, says, strict=True) if one),
        values=filled[:, says],
    )


def stratum_codes(roster: Roster) -> tuple[tuple[str, ...], Codes]:
    """The strata's labels in their order, and the number of each unit's stratum."""
    labels, codes = np.unique(np.array(roster.strata, dtype=str), return_inverse=True)
    return tuple(str(label) for label in labels), codes.reshape(-1).astype(np.intp)
