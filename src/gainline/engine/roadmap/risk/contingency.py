"""Contingency: money kept for a risk, drawn only by whoever may, and never more than there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.risk.sheet import Register, Risk


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw: of which risk, how much, what for, when, and by which decision right."""

    risk: str
    amount: int
    what_for: str
    on: date
    right: str


def left_of(risk: Risk, draws: Sequence[Draw]) -> int:
    """What is left of a risk's contingency; 0 for one without."""
    kept = risk.contingency.amount if risk.contingency else 0
    return kept - sum(draw.amount for draw in draws if draw.risk == risk.key)


def draw_down(register: Register, risk: Risk, draws: Sequence[Draw], new: Draw) -> int | Refusal:
    """What is left after one more draw.

    Parameters
    ----------
    draws
        Every draw so far, of any risk.

    Refuses
    -------
    RK026 the risk keeps no money, or less is left than is asked for; RK027 the right that approves is not the one that
    the contingency names, nor one that stands above it on the escalation path.
    """
    if risk.contingency is None or new.amount > left_of(risk, draws):
        because = f"{left_of(risk, draws):,} are left of {risk.key}, and {new.amount:,} are asked for"
        return Refusal("RK026", because, "draw less, or have the register changed by whoever may")
    may = _may_approve(risk, risk.contingency.approves)
    if new.right not in may:
        holders = ", ".join(f"{right} ({register.right(right).holder})" for right in may)
        return Refusal("RK027", f"{new.right} may not release the contingency of {risk.key}", f"ask {holders}")
    return left_of(risk, draws) - new.amount


def _may_approve(risk: Risk, right: str) -> tuple[str, ...]:
    path = risk.escalation
    above = path[path.index(right) + 1 :] if right in path else ()
    return (right, *above)
