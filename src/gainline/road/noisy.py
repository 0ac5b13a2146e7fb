"""Noisy figures for other districts: how far students came with a tool, with noise, under a budget that ends.

The noise is OpenDP's: exact, from the operating system's secure randomness, and without any seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gainline.engine.core.errors import Refused, UserFixable
from gainline.engine.core.refusals import Refusal
from gainline.engine.core.spreadsheet import csv_text
from gainline.engine.ledger import Entry, Ledger
from gainline.engine.privacy.noisy import PARTS, Spending, admit, large_enough, off_by, parts_of_use
from gainline.road.briefing import read_evidence
from gainline.road.workspace import Workspace

JOURNAL = "noisy.jsonl"
USE = "use"
_SPENT, TOLD = "spent", "told"
_SCHOOL_STARTS = 7  # July: the month in which a school year begins in the records


@dataclass(frozen=True, slots=True)
class Noisy:
    """Figures with noise, as another district may have them: name and figure, and how far each may be off."""

    figures: tuple[tuple[str, int], ...]
    spending: Spending
    off_by: int

    @property
    def says(self) -> str:
        """How exact the figures are, in a few words."""
        return f"±{self.off_by} at epsilon {self.spending.epsilon:g}"


def share_noisy(workspace: Workspace, key: str, path: Path, *, epsilon: float, on: date) -> Noisy:
    """Write how many students of a cycle used the tool and reached the dose, with noise, for another district.

    The figures of a cycle are drawn once: asked again at the same epsilon, the same ones are written and cost nothing.
    What is spent is entered before anything is drawn, so that a stop costs budget and never privacy.

    Parameters
    ----------
    epsilon
        Privacy loss, in steps of a thousandth; a school year has 1 for everything that is told of use.

    Raises
    ------
    Missing, Conflict
        As `read_evidence`; Conflict too when the journal was altered.
    Refused
        PR100 when the budget is spent; PR101 when the cycle has fewer than 500 students.
    UserFixable
        PR102 when OpenDP is not installed; when epsilon is no thousandth above zero.
    """
    evidence = read_evidence(workspace, key)
    asked = Spending(_school_year(evidence), USE, _thousandths(epsilon))
    journal = Ledger(workspace.root / JOURNAL)
    told = _told(journal.entries(), key, asked)
    if told is None:
        parts = parts_of_use(evidence["funnel"])
        _stop(large_enough(sum(parts.values())))
        told = _draw(journal, key, asked, parts, on)
    made = Noisy(tuple((part, told[part]) for part in PARTS), asked, off_by(asked.epsilon))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_csv(made), encoding="utf-8", newline="")
    return made


def two_sided_geometric(counts: Sequence[int], *, epsilon: float) -> list[int]:
    """Counts with noise; one person stands in one of them.

    Raises
    ------
    UserFixable
        PR102 when OpenDP is not installed.
    """
    try:
        import opendp.prelude as dp
    except ModuleNotFoundError as fault:
        raise UserFixable(
            "PR102: noise comes from OpenDP, which is not installed", "pip install 'gainline[noisy]'"
        ) from fault
    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64")
    noise = dp.m.make_laplace(*space, scale=1 / epsilon)
    if noise.map(1) > epsilon * (1 + 1e-9):  # OpenDP's own account of what this costs
        raise ArithmeticError("the noise is smaller than the budget asks for")
    return [int(value) for value in noise(list(counts))]


def _draw(journal: Ledger, key: str, asked: Spending, parts: dict[str, int], on: date) -> dict[str, int]:
    """Spend, then draw: an entry beyond the budget is never served, whoever was first."""
    _stop(admit(asked, _spendings(journal.entries())))
    words = {"of": key, "year": asked.year, "family": asked.family, "thousandths": asked.thousandths}
    mine = journal.append(_SPENT, words, on=on)
    _stop(admit(asked, _spendings(one for one in journal.entries() if one.seq < mine.seq)))
    drawn = two_sided_geometric(list(parts.values()), epsilon=asked.epsilon)
    figures = {name: max(0, value) for name, value in zip(parts, drawn, strict=True)}
    journal.append(TOLD, {**words, "figures": figures}, on=on)
    return figures


def _stop(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise Refused(f"{refusal.code} {refusal.because}", refusal.remedy)


def _spendings(entries: Iterable[Entry]) -> list[Spending]:
    paid = (one.payload for one in entries if one.kind == _SPENT)
    return [Spending(one["year"], one["family"], one["thousandths"]) for one in paid]


def _told(entries: Iterable[Entry], key: str, asked: Spending) -> dict[str, int] | None:
    wanted = {"of": key, "year": asked.year, "family": asked.family, "thousandths": asked.thousandths}
    found = (one.payload for one in entries if one.kind == TOLD)
    same = (one["figures"] for one in found if wanted.items() <= one.items())
    return next(same, None)


def _school_year(evidence: dict[str, Any]) -> str:
    start = date.fromisoformat(evidence["plan"]["window"]["start"])
    first = start.year if start.month >= _SCHOOL_STARTS else start.year - 1
    return f"{first}-{(first + 1) % 100:02d}"


def _thousandths(epsilon: float) -> int:
    parts = round(epsilon * 1000)
    if parts < 1 or abs(parts - epsilon * 1000) > 1e-6:
        raise UserFixable(f"epsilon goes in steps of a thousandth, got {epsilon:g}", "write --epsilon 0.25")
    return parts


def _csv(made: Noisy) -> str:
    rows = [[name, str(figure), str(made.off_by), f"{made.spending.epsilon:g}"] for name, figure in made.figures]
    return csv_text([["students", "figure", "off by at most (95 of 100)", "epsilon"], *rows])
