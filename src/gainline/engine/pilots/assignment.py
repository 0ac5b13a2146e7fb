"""An assignment: who was drawn into which arm, and how, so that chance can be drawn again in the same way."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gainline.engine.core.errors import UserFixable

Kind = Literal["complete", "blocked", "pairs", "rerandomized", "waves"]
Arms = NDArray[np.intp]
Floats = NDArray[np.float64]

TIE = 1e-9  # relative slack: a distance that went through twelve written digits is still the same distance
_CHUNK = 4096
_MOST_TRIED = 1_000_000  # candidates without a single accepted one, before we say that the bound cannot be met


@dataclass(frozen=True, slots=True)
class Assignment:
    """One recorded draw.

    Parameters
    ----------
    kind
        How chance was drawn; within blocks always, with one block for a complete draw and blocks of two for pairs.
    seed
        What the draw came from.
    labels
        The arms' names in the table ``assignments``; waves in the order in which their use begins.
    units, blocks
        Shape ``(m,)``: id and block of each unit.
    arms
        Shape ``(m,)``: position of each unit's arm in ``labels``.
    balance
        Shape ``(m, k)``: the covariates that a rerandomized draw was held to, standardized; k is 0 otherwise.
    bound
        Largest Mahalanobis distance that a rerandomized draw accepted; infinite otherwise.
    """

    kind: Kind
    seed: int
    labels: tuple[str, ...]
    units: tuple[str, ...]
    blocks: tuple[str, ...]
    arms: Arms
    balance: NDArray[np.float64]
    bound: float = inf


def redraw(assignment: Assignment, draws: int, *, seed: int) -> Arms:
    """Draw the arms again, as often as asked, by the very mechanism that was used.

    Arms are shuffled within blocks, with the numbers that each block really had; a rerandomized draw keeps only those
    within its bound.

    Returns
    -------
    arms
        Shape ``(draws, m)``: positions in ``assignment.labels``, units in the order of ``assignment.units``.

    Raises
    ------
    UserFixable
        When no draw meets the recorded bound.

    Source: Morgan and Rubin (2012), section 2.2: the reference set is the accepted randomizations.
    """
    return redraw_from(np.random.Generator(np.random.PCG64(seed)), assignment, draws)


def redraw_from(generator: np.random.Generator, assignment: Assignment, draws: int) -> Arms:
    """As `redraw`, from a generator that goes on where it stands."""
    codes = block_codes(assignment.blocks)
    if not isfinite(assignment.bound):
        return shuffled(generator, assignment.arms, codes, draws)
    pull = pulls(assignment.balance, codes, assignment.arms)
    kept: list[Arms] = []
    found = tried = 0
    while found < draws:
        rows = shuffled(generator, assignment.arms, codes, _CHUNK)
        rows = rows[distances(rows, pull) <= assignment.bound * (1.0 + TIE)]
        kept.append(rows)
        found, tried = found + len(rows), tried + _CHUNK
        if not found and tried >= _MOST_TRIED:
            raise UserFixable(
                f"none of {tried:,} draws meets the recorded bound of balance", "check where the record came from"
            )
    return np.concatenate(kept)[:draws]


def accepted_share(assignment: Assignment, *, candidates: int = 20_000) -> float:
    """The share of all draws that the bound accepts, from so many candidates of a fixed seed; 1 without a bound.

    The recorded draw itself is one of them, so that the share is never 0.
    """
    if not isfinite(assignment.bound):
        return 1.0
    codes = block_codes(assignment.blocks)
    rows = shuffled(np.random.Generator(np.random.PCG64(0)), assignment.arms, codes, candidates)
    scored = distances(rows, pulls(assignment.balance, codes, assignment.arms))
    return (1.0 + float(np.sum(scored <= assignment.bound * (1.0 + TIE)))) / (1.0 + candidates)


def block_codes(blocks: tuple[str, ...]) -> Arms:
    """Blocks as numbers from 0 in the order of their names, shape ``(m,)``."""
    codes: Arms = np.unique(np.array(blocks, dtype=str), return_inverse=True)[1].reshape(-1).astype(np.intp)
    return codes


def shuffled(generator: np.random.Generator, arms: Arms, codes: Arms, draws: int) -> Arms:
    """Shape ``(draws, m)``: the arms shuffled within blocks, every order equally likely."""
    m = len(arms)
    by_block = np.argsort(codes, kind="stable")
    # one number holds block, chance and arm, in this order of weight, so that sorting numbers shuffles arms: several
    # times faster than sorting positions; two of 2^36 chances tie about once in 10^8 rows of 40 units
    fixed = (codes[by_block].astype(np.uint64) << np.uint64(44)) | arms[by_block].astype(np.uint64)
    chance = generator.bit_generator.random_raw(draws * m).reshape(draws, m) >> np.uint64(28)
    keys = np.sort(fixed | (chance << np.uint64(8)), axis=1) & np.uint64(0xFF)
    found = np.empty((draws, m), dtype=np.intp)
    found[:, by_block] = keys
    return found


def pulls(balance: Floats, codes: Arms, arms: Arms) -> Floats:
    """What each unit adds to the distance when it is in the first arm, shape ``(m, rank)``.

    The covariates are centered within blocks and whitened with the covariance that their sum over the first arm has
    under the draw; the squared length of that sum is then the Mahalanobis distance of the arms. For one block it is
    ``n1 n2 / n d' S^-1 d`` of Morgan and Rubin (2012), equation 1.
    """
    centered = np.array(balance, dtype=np.float64)
    spread = np.zeros((balance.shape[1], balance.shape[1]))
    for block in range(int(codes.max(initial=-1)) + 1):
        inside = codes == block
        n, first = int(inside.sum()), float(np.mean(arms[inside] == 0))
        centered[inside] -= centered[inside].mean(axis=0)
        if n > 1:
            spread += n * first * (1.0 - first) / (n - 1) * (centered[inside].T @ centered[inside])
    values, vectors = np.linalg.eigh(spread)
    usable = values > 1e-10 * max(float(values.max(initial=0.0)), 1e-300)
    whitened: Floats = centered @ vectors[:, usable] / np.sqrt(values[usable])
    return whitened


def distances(rows: Arms, pull: Floats) -> Floats:
    """The Mahalanobis distance between the first arm and the other, one per row; shape ``(draws,)``."""
    found: Floats = np.sum(((rows == 0).astype(np.float64) @ pull) ** 2, axis=1)
    return found
