"""Randomization inference: how often chance alone, drawn as it was really drawn, would look like this."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from math import isfinite

import numpy as np
from scipy import linalg, special

from gainline.engine.core.errors import UserFixable
from gainline.engine.core.progress import Progress, silent
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.frame import Codes, Flags, Floats, Texts
from gainline.engine.evidence.inference.cr2 import cluster_codes
from gainline.engine.evidence.inference.linear import Columns, independent
from gainline.engine.pilots.assignment import Assignment, accepted_share, block_codes, redraw_from

_CHUNK = 256  # draws at a time, so that 5,000 students and 99,999 draws stay in memory
_WIDER = 2048  # where a bound accepts few draws, they are sought in larger lots
_TIE = 1e-10  # relative slack: the same assignment computed twice must count as a tie


@dataclass(frozen=True, slots=True)
class Mechanism:
    """What chance decided: units, their blocks, and who drew the tool.

    ``unit_of`` has shape ``(n,)`` and gives each student's unit; ``block`` and ``tool`` have shape ``(n_units,)``.
    ``recorded`` is the draw as it was recorded, its units in the same order and its arms 0 for the tool and 1 for the
    usual arm; ``None`` where only blocks are known, and chance is taken to have shuffled the tool within them.
    """

    unit_of: Codes
    block: Codes
    tool: Flags
    recorded: Assignment | None = None

    def log10_assignments(self) -> float:
        """The power of ten of how many assignments were possible: the product of binomials over blocks."""
        total = 0.0
        for block in np.unique(self.block):
            inside = self.tool[self.block == block]
            n, k = len(inside), int(inside.sum())
            total += special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
        accepted = accepted_share(self.recorded) if self.recorded else 1.0
        return float(total / np.log(10.0) + np.log10(accepted))


@dataclass(frozen=True, slots=True)
class RandomizationTest:
    """The observed coefficient, and the share of redrawn assignments at least as far from zero."""

    effect: float
    p: float
    draws: int
    log10_assignments: float


def mechanism(unit: Texts, block: Texts, tool: Flags) -> Mechanism | Refusal:
    """The assignment at the level at which chance decided, from columns at student level, each ``(n,)``.

    Refuses
    -------
    EV011 a unit is in both arms or in two blocks.
    """
    unit_of, block_of = cluster_codes(unit), cluster_codes(block)
    first = np.unique(unit_of, return_index=True)[1]
    if np.any(tool != tool[first][unit_of]) or np.any(block_of != block_of[first][unit_of]):
        return Refusal(
            "EV011",
            "an assigned unit appears in both arms or in two blocks",
            "name the unit that chance really assigned in the plan, or mend the assignments file",
        )
    return Mechanism(unit_of, block_of[first], tool[first])


def recorded_mechanism(
    unit: Texts, tool: Flags, record: Assignment, *, tool_arms: Collection[str], usual_arms: Collection[str]
) -> Mechanism | Refusal:
    """The mechanism as the draw was recorded, for students' units and arms ``(n,)``.

    Units that were drawn and have no student in the frame stay in the draw, because chance drew them too. Units of
    arms that are not compared are set aside: among the others, chance shuffled within blocks all the same.

    Refuses
    -------
    EV101 the frame holds units that were not drawn; EV102 a unit is in another arm than it was drawn into; EV103 the
    recorded draw cannot be made again.
    """
    is_tool = np.array([label in tool_arms for label in record.labels])[record.arms]
    is_usual = np.array([label in usual_arms for label in record.labels])[record.arms]
    kept = np.flatnonzero(is_tool | is_usual)
    place = {record.units[position]: row for row, position in enumerate(kept)}
    unit_of = np.array([place.get(str(one), -1) for one in unit], dtype=np.intp)
    if fault := _against(unit, unit_of, tool, is_tool[kept]):
        return fault
    if isfinite(record.bound) and len(kept) < len(record.units):
        return Refusal(
            "EV103",
            "the draw was held to a bound over all its units, and some of their arms are not compared",
            "name every arm of the draw in tool_arms or usual_arms of the plan",
        )
    compared = replace(
        record,
        labels=("tool", "usual"),
        units=tuple(record.units[position] for position in kept),
        blocks=tuple(record.blocks[position] for position in kept),
        arms=np.where(is_tool[kept], 0, 1).astype(np.intp),
        balance=record.balance[kept],
    )
    try:
        redraw_from(np.random.Generator(np.random.PCG64(0)), compared, 1)
    except UserFixable as stopped:
        return Refusal("EV103", stopped.says, "restore the record of the assignment from a backup")
    return Mechanism(unit_of, block_codes(compared.blocks), is_tool[kept], compared)


def _against(unit: Texts, unit_of: Codes, tool: Flags, drawn: Flags) -> Refusal | None:
    if strange := len({str(one) for one in unit[unit_of < 0]}):
        return Refusal(
            "EV101",
            f"{strange} units with students in the two arms are not among those that the record of the draw names",
            "import the assignments that were drawn, or restore the record that belongs to them",
        )
    if crossed := len({str(one) for one in unit[drawn[unit_of] != tool]}):
        return Refusal(
            "EV102",
            f"{crossed} units are in another arm of the assignments table than chance drew them into",
            "analyze units as they were drawn; who did not keep to it shows in use, not in the assignment",
        )
    return None


def randomization_test(
    y: Floats, others: Columns, drawn: Mechanism, *, draws: int, seed: int, progress: Progress = silent
) -> RandomizationTest:
    """Test the sharp null of no effect on anyone with the covariate-adjusted coefficient as statistic.

    Parameters
    ----------
    y
        Shape ``(n,)``; NaN where the outcome is missing. Units whose students are all missing stay in the draw,
        because chance drew them too.
    others
        Every column of the model but the tool, shape ``(n, k)``.
    drawn
        The mechanism over all n students.
    draws
        How many assignments are redrawn: as the recorded draw was made, or within blocks with the numbers that each
        block really had.

    Assumes
    -------
    The tool is not determined by the other columns.

    Source: Frisch-Waugh-Lovell at the level of the unit: with Q an orthonormal basis of the other columns and U the
    membership matrix, the coefficient of assignment a is ``a'U'(I-QQ')y / (a'U'Ua - |Q'Ua|^2)``. The p-value
    ``(1 + count) / (1 + draws)`` is exact at any number of draws (Phipson and Smyth 2010).
    """
    seen = ~np.isnan(y)
    sums, sizes, loads = unit_sums(y[seen], others.rows(seen), drawn.unit_of[seen], len(drawn.tool))
    observed = _coefficients(drawn.tool[None, :].astype(float), sums, sizes, loads)[0]
    generator = np.random.Generator(np.random.PCG64(seed))
    count = 0
    at_once = _WIDER if drawn.recorded and isfinite(drawn.recorded.bound) else _CHUNK
    for done in range(0, draws, at_once):
        redrawn = _redraw(generator, drawn, min(at_once, draws - done))
        found = _coefficients(redrawn, sums, sizes, loads)
        count += int(np.sum(np.abs(found) >= abs(observed) * (1.0 - _TIE)))
        progress("redrawing assignments", min(done + at_once, draws), draws)
    return RandomizationTest(float(observed), (1 + count) / (1 + draws), draws, drawn.log10_assignments())


def redrawn_arms(drawn: Mechanism, draws: int, seed: int) -> Floats:
    """Assignments drawn again as the first was: 1 for the tool, shape ``(draws, units)``."""
    return _redraw(np.random.Generator(np.random.PCG64(seed)), drawn, draws)


def unit_sums(y: Floats, others: Columns, unit_of: Codes, m: int) -> tuple[Floats, Floats, Floats]:
    """Per unit: the sum of what the other columns leave of y, the students, and the sums of an orthonormal basis.

    The last has the shape ``(m, k)``. With them the coefficient of any assignment costs a few products over units.
    """
    kept = others.matrix[:, independent(others)]
    q, _ = linalg.qr(kept, mode="economic")
    residual: Floats = y - q @ (q.T @ y)
    loads = np.zeros((m, q.shape[1]))
    np.add.at(loads, unit_of, q)
    sums, sizes = (np.bincount(unit_of, part, minlength=m).astype(np.float64) for part in (residual, np.ones(len(y))))
    return sums, sizes, loads


def _coefficients(assigned: Floats, sums: Floats, sizes: Floats, loads: Floats) -> Floats:
    """Coefficients of many assignments, shape ``(draws,)``; an assignment that the covariates determine says zero."""
    below = assigned @ sizes - np.sum((assigned @ loads) ** 2, axis=1)
    usable = below > _TIE * max(float(sizes.sum()), 1.0)
    found: Floats = np.where(usable, (assigned @ sums) / np.where(usable, below, 1.0), 0.0)
    return found


def _redraw(generator: np.random.Generator, drawn: Mechanism, draws: int) -> Floats:
    if drawn.recorded is not None:
        tools: Floats = (redraw_from(generator, drawn.recorded, draws) == 0).astype(np.float64)
        return tools
    redrawn = np.empty((draws, len(drawn.tool)))
    for block in np.unique(drawn.block):
        inside = np.flatnonzero(drawn.block == block)
        redrawn[:, inside] = generator.permuted(np.tile(drawn.tool[inside].astype(float), (draws, 1)), axis=1)
    return redrawn
