"""Draw: chance puts units into arms, once, by a procedure that was said before."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from gainline.engine.core.issues import Issue, Level
from gainline.engine.core.refusals import Refusal
from gainline.engine.pilots.assigning.lot import Drawn, Lot, Procedure
from gainline.engine.pilots.assigning.pairing import mahalanobis, pair_up
from gainline.engine.pilots.assigning.possible import log10_possible, remaining_variance, smallest_p
from gainline.engine.pilots.assigning.refuse import few, order, refuse
from gainline.engine.pilots.assignment import (
    TIE,
    Arms,
    Assignment,
    block_codes,
    distances,
    pulls,
    redraw_from,
    shuffled,
)

Floats = NDArray[np.float64]

USUAL_ACCEPTANCE = 0.01
KEPT_DRAWS = 200  # where units are few, more than 1 in 100 is accepted, so that about so many draws are left
_STREAMS = {"bound": 0, "draw": 1}  # the draw is independent of the candidates that set its bound


def draw(lot: Lot, procedure: Procedure, *, seed: int) -> Drawn | Refusal:
    """Put units into arms by chance.

    Parameters
    ----------
    lot
        The units; their order does not matter, they are drawn in the order of their ids.
    procedure
        How.
    seed
        Everything that is chance follows from it: the same lot, procedure and seed give the same draw anywhere.

    Refuses
    -------
    PL120 an arm would have fewer than two units; PL121 a block has a single unit; PL122 pairs or a bound are asked for
    without usable covariates; PL123 no draw meets the bound; PL124 there are about as many covariates as units; PL125
    the units, labels or shares contradict each other.

    Source: complete and blocked randomization, Imbens and Rubin (2015), chapter 4; pairs, Imai, King and Nall (2009);
    rerandomization, Morgan and Rubin (2012); waves, Hussey and Hughes (2007).
    """
    fault = refuse(lot, procedure)
    if fault is not None:
        return fault
    lot = order(lot)
    notes: list[Issue] = []
    if procedure.kind == "pairs":
        lot, notes = _paired(lot)
    start = Assignment(
        kind=procedure.kind,
        seed=seed,
        labels=procedure.labels,
        units=lot.units,
        blocks=lot.blocks,
        arms=_numbers(lot.blocks, _shares(procedure)),
        balance=np.empty((len(lot.units), 0)),
    )
    fault = few(start)
    if fault is not None:
        return fault
    if procedure.kind == "rerandomized":
        return _rerandomized(start, lot, procedure, seed)
    drawn = replace(start, arms=redraw_from(_generator(seed, "draw"), start, 1)[0])
    possible = log10_possible(drawn.arms, drawn.blocks)
    lowest = smallest_p(possible, drawn.arms, drawn.blocks)
    return Drawn(drawn, possible, lowest, notes=(*notes, *_too_few(lowest, len(drawn.units))))


def _generator(seed: int, stream: str) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(_STREAMS[stream],))))


def _shares(procedure: Procedure) -> Floats:
    if not procedure.shares:
        return np.full(len(procedure.labels), 1.0 / len(procedure.labels))
    given = np.array(procedure.shares, dtype=np.float64)
    shares: Floats = given / given.sum()
    return shares


def _numbers(blocks: tuple[str, ...], shares: Floats) -> Arms:
    """Arms in the right numbers within each block, not shuffled yet.

    What does not divide evenly goes to the arm that is furthest behind over the blocks so far, the earlier label where
    two are: so that blocks of three do not all give their third unit to the same arm.
    """
    codes = block_codes(blocks)
    arms = np.empty(len(codes), dtype=np.intp)
    given = np.zeros(len(shares))
    for block in range(int(codes.max()) + 1):
        inside = np.flatnonzero(codes == block)
        counts = np.floor(shares * len(inside) + 1e-9)
        for _ in range(len(inside) - int(counts.sum())):
            behind = shares * (given.sum() + len(inside)) - given - counts
            open_arms = counts < np.ceil(shares * len(inside) - 1e-9)
            counts[int(np.argmax(np.where(open_arms, behind, -inf)))] += 1
        given += counts
        arms[inside] = np.repeat(np.arange(len(shares)), counts.astype(int))
    return arms


def _paired(lot: Lot) -> tuple[Lot, list[Issue]]:
    """The lot with pairs for blocks, formed within the blocks that it had."""
    distance = mahalanobis(lot.covariates)
    codes = block_codes(lot.blocks)
    names = np.empty(len(lot.units), dtype=object)
    pairs = thirds = 0
    for block in range(int(codes.max()) + 1):
        inside = np.flatnonzero(codes == block)
        number = pair_up(distance[np.ix_(inside, inside)])
        names[inside] = [f"pair-{pairs + int(pair) + 1:0{len(str(len(codes) // 2))}d}" for pair in number]
        pairs, thirds = pairs + int(number.max()) + 1, thirds + len(inside) % 2
    notes = []
    if thirds:
        says = f"{thirds} unit(s) had no partner and joined the nearest pair, which then has three members"
        remedy = "leave a unit out on purpose if you want pairs only; the analysis takes care of threes"
        notes.append(Issue("PL126", Level.NOTE, says, remedy))
    return replace(lot, blocks=tuple(names)), notes


def _rerandomized(start: Assignment, lot: Lot, procedure: Procedure, seed: int) -> Drawn | Refusal:
    balance = _standardized(lot.covariates)
    codes = block_codes(lot.blocks)
    pull = pulls(balance, codes, start.arms)
    rows = shuffled(_generator(seed, "bound"), start.arms, codes, procedure.candidates)
    scored = distances(rows, pull)
    possible = log10_possible(start.arms, start.blocks)
    wanted = _acceptance(procedure, possible)
    ranked = np.sort(scored)
    bound = procedure.bound or float(ranked[max(int(np.ceil(wanted * len(ranked))) - 1, 0)])
    accepted = scored <= bound * (1.0 + TIE)
    if not accepted.any():
        return Refusal(
            "PL123",
            f"none of {len(scored):,} draws has a distance of {bound:.3g} or less between the arms; the best reaches"
            f" {ranked[0]:.3g}",
            "allow a larger bound, or say which share of draws to accept instead",
        )
    drawn = replace(start, balance=balance, bound=bound)
    drawn = replace(drawn, arms=redraw_from(_generator(seed, "draw"), drawn, 1)[0])
    left = _log10_accepted(rows[accepted], possible, float(accepted.mean()))
    lowest = smallest_p(left, drawn.arms, drawn.blocks)
    notes = [*_many_covariates(lot, pull.shape[1]), *_too_few(lowest, len(drawn.units))]
    return Drawn(
        drawn, left, lowest, float(accepted.mean()), remaining_variance(pull.shape[1], bound), notes=tuple(notes)
    )


def _acceptance(procedure: Procedure, possible: float) -> float:
    if procedure.acceptance is not None:
        return procedure.acceptance
    return float(min(1.0, max(USUAL_ACCEPTANCE, KEPT_DRAWS / 10.0 ** min(possible, 12.0))))


def _log10_accepted(accepted: Arms, possible: float, share: float) -> float:
    """How many assignments are left: counted where the candidates saw nearly all of them, estimated otherwise."""
    if 10.0 ** min(possible, 12.0) <= 2_000.0:
        return float(np.log10(len(np.unique(accepted, axis=0))))
    return possible + float(np.log10(share))


def _standardized(covariates: Floats) -> Floats:
    spread = covariates.std(axis=0, ddof=1)
    found: Floats = (covariates - covariates.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    return found


def _too_few(lowest: float, m: int) -> list[Issue]:
    if lowest <= 0.05:
        return []
    says = f"with {m} units drawn like this, a randomization test cannot give a p-value below {lowest:.2g}"
    remedy = "add units, use fewer blocks or a looser bound, or decide by the interval and not by p"
    return [Issue("PL127", Level.WARNING, says, remedy)]


def _many_covariates(lot: Lot, rank: int) -> list[Issue]:
    room = len(lot.units) - len(set(lot.blocks))
    if 2 * rank <= room:
        return []
    says = f"{rank} covariates for {len(lot.units)} units: the bound can hold only a little of each"
    return [Issue("PL128", Level.WARNING, says, "keep the two or three that predict the outcome best")]
