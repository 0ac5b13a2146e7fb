"""Coaching fades by what is seen in lessons: forward after enough good ones, back after a poor one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gainline.engine.roadmap.training.sheet import Coaching


@dataclass(frozen=True, slots=True)
class Turn:
    """After one observed lesson: the phase from then on, by its place, and why it changed; empty where it did not."""

    on: date
    fidelity: float
    phase: int
    why: str


def coach(coaching: Coaching, observed: Sequence[tuple[date, float]]) -> list[Turn]:
    """The phase of one teacher after every observed lesson, from the first phase on.

    Parameters
    ----------
    observed
        Day and percent of the rubric, rising by day. Lessons count for the phase in which they were seen only.
    """
    phase, good, turns = 0, 0, []
    for on, fidelity in sorted(observed):
        good = good + 1 if fidelity >= coaching.exit_at else 0
        why = ""
        if good >= coaching.observations and phase < len(coaching.phases) - 1:
            phase, good, why = phase + 1, 0, f"{coaching.observations} lessons at {coaching.exit_at:g} or above"
        elif fidelity < coaching.return_below and phase > 0:
            phase, good, why = phase - 1, 0, f"a lesson below {coaching.return_below:g}"
        turns.append(Turn(on, fidelity, phase, why))
    return turns


def fortnight_minutes(coaching: Coaching, phases: Sequence[int]) -> int:
    """Minutes of coaching that teachers in these phases take in a fortnight."""
    return sum(coaching.phases[phase].minutes_per_fortnight for phase in phases)
