"""Whether the aims hang together: no work without an outcome, no outcome without a measure, no phase without an end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gainline.engine.core.issues import Level
from gainline.engine.roadmap.aims import Aims
from gainline.engine.roadmap.model import Initiative
from gainline.engine.roadmap.sheets import Finding, Place


def check_aims(aims: Aims, initiatives: Sequence[Initiative]) -> Iterator[Finding]:
    """What does not hang together, with its place in the file: RM080 to RM083, all of them warnings.

    A file that names no vision, outcome or phase is a mere timetable, and nothing is asked of it.
    """
    if aims == Aims():
        return
    yield from _initiatives(aims, initiatives)
    yield from _outcomes(aims, initiatives)
    for place, phase in enumerate(aims.phases):
        if not phase.criteria:
            says = f"nothing says when the phase {phase.key} is reached"
            yield "RM082", Level.WARNING, ("phases", place), says, "give it criteria, one of them with a measure"


def _initiatives(aims: Aims, initiatives: Sequence[Initiative]) -> Iterator[Finding]:
    for place, initiative in enumerate(initiatives):
        at: Place = ("initiatives", place)
        if not initiative.outcomes:
            says = f"{initiative.key} serves no outcome"
            yield "RM080", Level.WARNING, at, says, "name the outcomes that it serves, or take it out"
        if aims.phases and not initiative.phase:
            yield "RM083", Level.WARNING, at, f"{initiative.key} stands in no phase", "name its phase"


def _outcomes(aims: Aims, initiatives: Sequence[Initiative]) -> Iterator[Finding]:
    served = {key for initiative in initiatives for key in initiative.outcomes}
    for place, outcome in enumerate(aims.outcomes):
        at: Place = ("outcomes", place)
        if not outcome.measure:
            says = f"nothing measures {outcome.key}"
            yield "RM081", Level.WARNING, at, says, "name the indicator that tells whether it is reached"
        if outcome.key not in served:
            yield "RM083", Level.WARNING, at, f"no initiative serves {outcome.key}", "name one that does, or drop it"
    shown = {outcome.capability for outcome in aims.outcomes}
    for place, capability in enumerate(aims.capabilities):
        if capability.key not in shown:
            says = f"no outcome shows {capability.key}"
            yield "RM083", Level.WARNING, ("capabilities", place), says, "add an outcome that would show it"
