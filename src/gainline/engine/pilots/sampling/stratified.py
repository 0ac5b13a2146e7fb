"""Choosing: a stratified sample that is balanced as well, and units that are held back on purpose."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gainline.engine.core.issues import Issue, Level
from gainline.engine.core.refusals import Refusal
from gainline.engine.pilots.sampling.cube import cube
from gainline.engine.pilots.sampling.representative import Representation, represent
from gainline.engine.pilots.sampling.roster import Codes, Flags, Roster, complete, stratum_codes

_FEW = 8  # below so many chosen units an index hangs on one or two of them
_SAMPLE, _HELD, _USUAL = 0, 1, 2  # separate streams of one seed


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sample with what there is to know about it.

    Parameters
    ----------
    roster
        The population, in the order of its ids, without covariates that say nothing.
    sample, held_back
        Ids in the sample, and ids that are kept out on purpose to be compared later.
    seed
        What the draw came from.
    representation
        How well the sample stands for the population.
    allocation
        Stratum, units in it, units in the sample.
    notes
        What a reader should know.
    """

    roster: Roster
    sample: tuple[str, ...]
    held_back: tuple[str, ...]
    seed: int
    representation: Representation
    allocation: tuple[tuple[str, int, int], ...]
    notes: tuple[Issue, ...]


def allocate(sizes: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    """How many of n each stratum gets: in proportion to its size, what is left to the largest remainders.

    Equal remainders go to the larger stratum, then to the earlier one.

    Examples
    --------
    >>> allocate(np.array([6, 3, 1]), 5).tolist()
    [3, 2, 0]
    """
    quota = n * sizes / sizes.sum()
    given: NDArray[np.intp] = np.floor(quota + 1e-9).astype(np.intp)
    order = sorted(range(len(sizes)), key=lambda h: (-round(float(quota[h] - given[h]), 9), -int(sizes[h]), h))
    for stratum in order[: n - int(given.sum())]:
        given[stratum] += 1
    return given


def choose(roster: Roster, n: int, *, seed: int, hold_back: int = 0) -> Chosen | Refusal:
    """Choose n units that stand for all of them, and hold some of the others back if asked.

    Within strata in proportion to their size; within that, so that the covariates' means are those of the population
    (cube method). Every unit of a stratum has the same chance.

    Refuses
    -------
    PL130 the roster cannot be read; PL131 more units are asked for than there are, or none.
    """
    whole = complete(roster)
    if isinstance(whole, Refusal):
        return whole
    total = len(whole.units)
    if n < 1 or hold_back < 0 or n + hold_back > total:
        return Refusal(
            "PL131",
            f"{n} units in the sample and {hold_back} held back cannot be had from {total}",
            "ask for at least one unit, and for no more than there are",
        )
    labels, codes = stratum_codes(whole)
    sizes = np.bincount(codes, minlength=len(labels))
    numbers = allocate(sizes, n)
    chosen = _drawn(whole, codes, numbers, seed=_stream(seed, _SAMPLE))
    held = _held_back(whole, codes, chosen, hold_back, seed=_stream(seed, _HELD))
    return Chosen(
        roster=whole,
        sample=_ids(whole, chosen),
        held_back=_ids(whole, held),
        seed=seed,
        representation=represent(whole.names, whole.values, chosen, seed=_stream(seed, _USUAL)),
        allocation=tuple(zip(labels, map(int, sizes), map(int, numbers), strict=True)),
        notes=_notes(whole, n, labels, numbers),
    )


def _stream(seed: int, purpose: int) -> int:
    return int(np.random.SeedSequence(seed, spawn_key=(purpose,)).generate_state(1, dtype=np.uint64)[0])


def _drawn(roster: Roster, codes: Codes, numbers: NDArray[np.intp], *, seed: int) -> Flags:
    sizes = np.bincount(codes, minlength=len(numbers))
    chance = (numbers / np.maximum(sizes, 1))[codes]
    open_ = np.flatnonzero(chance > 0.0)
    chosen = np.zeros(len(codes), dtype=bool)
    _, packed = np.unique(codes[open_], return_inverse=True)
    chosen[open_] = cube(roster.values[open_], chance[open_], packed.reshape(-1).astype(np.intp), seed=seed)
    return chosen


def _held_back(roster: Roster, codes: Codes, chosen: Flags, many: int, *, seed: int) -> Flags:
    """Of the units that are not in the sample, some that stand for the population as well."""
    held = np.zeros(len(chosen), dtype=bool)
    if not many:
        return held
    left = np.flatnonzero(~chosen)
    rest = replace(roster, values=roster.values[left])
    sizes = np.bincount(codes[left], minlength=int(codes.max()) + 1)
    held[left] = _drawn(rest, codes[left], allocate(sizes, many), seed=seed)
    return held


def _ids(roster: Roster, flags: Flags) -> tuple[str, ...]:
    return tuple(roster.units[place] for place in np.flatnonzero(flags))


def _notes(roster: Roster, n: int, labels: tuple[str, ...], numbers: NDArray[np.intp]) -> tuple[Issue, ...]:
    notes = []
    p, total = len(roster.names), len(roster.units)
    empty = [label for label, number in zip(labels, numbers, strict=True) if not number]
    if empty:
        says = f"{n} units are too few for every stratum: none is from {', '.join(empty)}"
        notes.append(Issue("PL132", Level.WARNING, says, "choose more units, or merge strata"))
    if n < total and n < 2 * (p + len(labels) - 1):
        within = f" and {len(labels)} strata" if len(labels) > 1 else ""
        says = f"{n} units cannot be balanced on {p} covariates{within} at once, so that the later ones give way"
        notes.append(Issue("PL133", Level.WARNING, says, "keep the few that matter most, the first of them first"))
    if n < _FEW:
        says = f"with {n} units the index of representation hangs on one or two of them"
        remedy = "read the differences one by one, and compare the index with what random samples of this size reach"
        notes.append(Issue("PL134", Level.WARNING, says, remedy))
    if not p:
        says = "nothing is known by which units differ, so that the sample can only be random"
        notes.append(Issue("PL135", Level.WARNING, says, "import past scores or the students' roster fields"))
    return tuple(notes)
