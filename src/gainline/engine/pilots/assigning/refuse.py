"""What must be true of a lot and a procedure before chance may decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.pilots.assigning.lot import Lot, Procedure
from gainline.engine.pilots.assignment import Assignment

FEWEST = 2  # units per arm: with one, the tool and the place cannot be told apart
_TWO_ARMS = frozenset({"pairs", "rerandomized"})


def refuse(lot: Lot, procedure: Procedure) -> Refusal | None:
    """The first reason why these units cannot be drawn in this way, or None.  Refuses: PL121, PL122, PL124, PL125."""
    return next(_reasons(lot, procedure), None)


def few(assignment: Assignment) -> Refusal | None:
    """Refuse arms of fewer than two units (PL120)."""
    counts = np.bincount(assignment.arms, minlength=len(assignment.labels))
    short = [label for label, count in zip(assignment.labels, counts, strict=True) if count < FEWEST]
    if not short:
        return None
    return Refusal(
        "PL120",
        f"{len(assignment.units)} units leave fewer than {FEWEST} for {' and '.join(short)}, so that the tool's effect"
        " and the place's could not be told apart",
        "find more units, draw sections instead of schools, or have fewer arms or waves",
    )


def order(lot: Lot) -> Lot:
    """The lot in the order of its ids, whatever order it came in."""
    places = sorted(range(len(lot.units)), key=lambda place: lot.units[place])
    return replace(
        lot,
        units=tuple(lot.units[place] for place in places),
        blocks=tuple(lot.blocks[place] for place in places),
        covariates=lot.covariates[places],
    )


def _reasons(lot: Lot, procedure: Procedure) -> Iterator[Refusal]:
    yield from _contradictions(lot, procedure)
    yield from _blocks(lot)
    if procedure.kind in _TWO_ARMS:
        yield from _covariates(lot, procedure)


def _contradictions(lot: Lot, procedure: Procedure) -> Iterator[Refusal]:
    labels, shares, m = procedure.labels, procedure.shares, len(lot.units)
    remedy = "name every unit and arm once, with one positive share per arm"
    faults = {
        "no unit is named": not m,
        "a unit is named twice": len(set(lot.units)) < m,
        "units, blocks and covariates differ in number": len({m, len(lot.blocks), len(lot.covariates)}) > 1,
        "there are fewer than two arms, or an arm is named twice": len(labels) < 2 or len(set(labels)) < len(labels),
        "there is not one positive share per arm": bool(shares)
        and (len(shares) != len(labels) or not all(0.0 < share < np.inf for share in shares)),
        f"a draw of kind {procedure.kind} has exactly two arms": procedure.kind in _TWO_ARMS and len(labels) != 2,
        "pairs have equal shares": procedure.kind == "pairs" and len(set(shares)) > 1,
        "the accepted share lies above 0 and is at most 1": procedure.acceptance is not None
        and not 0.0 < procedure.acceptance <= 1.0,
        "the bound is above 0": not (procedure.bound is None or 0.0 < procedure.bound < np.inf),
        "a complete draw has no blocks; a blocked one has": procedure.kind == "complete" and len(set(lot.blocks)) > 1,
    }
    yield from (Refusal("PL125", because, remedy) for because, is_so in faults.items() if is_so)


def _blocks(lot: Lot) -> Iterator[Refusal]:
    names, sizes = np.unique(np.array(lot.blocks, dtype=str), return_counts=True)
    single = int((sizes < 2).sum())
    if single and len(names) > 1:
        yield Refusal(
            "PL121",
            f"{single} of {len(names)} blocks hold a single unit, so that chance has nothing to decide there",
            "merge them with the block that is most like them",
        )


def _covariates(lot: Lot, procedure: Procedure) -> Iterator[Refusal]:
    what = "pairs are formed by" if procedure.kind == "pairs" else "the balance is held on"
    spread = np.ptp(lot.covariates, axis=0) if lot.covariates.size else np.zeros(0)
    if np.isnan(lot.covariates).any() or not (spread > 0.0).any():
        yield Refusal(
            "PL122",
            f"{what} what is known of the units before, and nothing usable is: it is missing or the same everywhere",
            "name covariates that every unit has, or draw without them",
        )
    room = len(lot.units) - len(set(lot.blocks))
    if procedure.kind == "rerandomized" and np.linalg.matrix_rank(lot.covariates - lot.covariates.mean(0)) >= room:
        yield Refusal(
            "PL124",
            f"{lot.covariates.shape[1]} covariates describe {len(lot.units)} units completely, so that every draw is"
            " as far from balance as any other",
            "keep the two or three covariates that predict the outcome best",
        )
