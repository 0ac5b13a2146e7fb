"""Randomization inference: how often chance alone, drawn as it was really drawn, would look like this."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, special

from gainline.engine.core.progress import Progress, silent
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.frame import Codes, Flags, Floats, Texts
from gainline.engine.evidence.inference.cr2 import cluster_codes
from gainline.engine.evidence.inference.linear import Columns, independent

_CHUNK = 256  # draws at a time, so that 5,000 students and 99,999 draws stay in memory
_TIE = 1e-10  # relative slack: the same assignment computed twice must count as a tie


@dataclass(frozen=True, slots=True)
class Mechanism:
    """What chance decided: units, their blocks, and who drew the tool.

    ``unit_of`` has shape ``(n,)`` and gives each student's unit; ``block`` and ``tool`` have shape ``(n_units,)``.
    """

    unit_of: Codes
    block: Codes
    tool: Flags

    def log10_assignments(self) -> float:
        """The power of ten of how many assignments were possible: the product of binomials over blocks."""
        total = 0.0
        for block in np.unique(self.block):
            inside = self.tool[self.block == block]
            n, k = len(inside), int(inside.sum())
            total += special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
        return float(total / np.log(10.0))


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
        How many assignments are redrawn, within blocks, with the numbers that each block really had.

    Assumes
    -------
    The tool is not determined by the other columns.

    Source: Frisch-Waugh-Lovell at the level of the unit: with Q an orthonormal basis of the other columns and U the
    membership matrix, the coefficient of assignment a is ``a'U'(I-QQ')y / (a'U'Ua - |Q'Ua|^2)``. The p-value
    ``(1 + count) / (1 + draws)`` is exact at any number of draws (Phipson and Smyth 2010).
    """
    seen = ~np.isnan(y)
    sums, sizes, loads = _unit_sums(y[seen], others.rows(seen), drawn.unit_of[seen], len(drawn.tool))
    observed = _coefficients(drawn.tool[None, :].astype(float), sums, sizes, loads)[0]
    generator = np.random.Generator(np.random.PCG64(seed))
    count = 0
    for done in range(0, draws, _CHUNK):
        redrawn = _redraw(generator, drawn, min(_CHUNK, draws - done))
        found = _coefficients(redrawn, sums, sizes, loads)
        count += int(np.sum(np.abs(found) >= abs(observed) * (1.0 - _TIE)))
        progress("redrawing assignments", min(done + _CHUNK, draws), draws)
    return RandomizationTest(float(observed), (1 + count) / (1 + draws), draws, drawn.log10_assignments())


def _unit_sums(y: Floats, others: Columns, unit_of: Codes, m: int) -> tuple[Floats, Floats, Floats]:
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
    redrawn = np.empty((draws, len(drawn.tool)))
    for block in np.unique(drawn.block):
        inside = np.flatnonzero(drawn.block == block)
        redrawn[:, inside] = generator.permuted(np.tile(drawn.tool[inside].astype(float), (draws, 1)), axis=1)
    return redrawn
