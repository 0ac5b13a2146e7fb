"""What a study does not show, in plain sentences for people who have two minutes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gainline.engine.evidence.document import Attrition, Check, Deviation, Estimate, GapChange, GroupEffect
from gainline.engine.evidence.frame import Frame
from gainline.engine.pilots.plan import Plan

_SAYS = {
    "cutoff": (
        "It speaks for students near the cutoff; what the tool does for those far above or below it was not seen.",
    ),
    "interrupted_series": (
        "Whatever else began at the same time, such as a new curriculum or another test, looks the same as the tool.",
        "It supposes that the group would have gone on along its line; nobody can see that.",
    ),
    "synthetic_control": (
        "A single school has the tool: whatever else happened there at that time looks the same as the tool.",
        "It supposes that schools alike before would have stayed alike; nobody can see that.",
    ),
}


def limits(
    plan: Plan,
    frame: Frame,
    primary: Estimate,
    groups: Sequence[GroupEffect],
    gaps: Sequence[GapChange],
    losses: Sequence[Attrition],
) -> tuple[str, ...]:
    """The sentences that stand under "what this does not show"; they depend on the design and on what was found."""
    return (
        *_of_design(plan),
        *_of_place(frame),
        *_of_losses(losses),
        *_of_interval(primary),
        *_of_groups(groups, gaps),
    )


def of_timing(plan: Plan, registered_on: str) -> tuple[str, ...]:
    """A sentence when the plan was locked after the days that it speaks of, so that somebody may have looked."""
    if registered_on <= plan.window.end.isoformat():
        return ()
    return ("The plan was registered after the days of use were over: nobody can show that no one had looked before.",)


def of_joiners(count: int | None) -> tuple[str, ...]:
    """A sentence when students joined after the assignment was known."""
    if not count:
        return ()
    return (
        f"{count:,} students joined after the assignment was known. They are not part of this comparison; "
        "what the tool did for them is not known.",
    )


def of_checks(checks: Sequence[Check]) -> tuple[str, ...]:
    """What every raised check says, each once."""
    return tuple(dict.fromkeys(check.says for check in checks if check.flag))


def of_deviations(deviations: Sequence[Deviation]) -> tuple[str, ...]:
    """A sentence when the plan that was evaluated is not the one that was registered."""
    if not deviations:
        return ()
    silent = sum(change.amended_on is None for change in deviations)
    places = "one place" if len(deviations) == 1 else f"{len(deviations)} places"
    return (f"The plan differs from its registration in {places}, {silent} of them without a registered amendment.",)


def _of_design(plan: Plan) -> Iterator[str]:
    if plan.design.kind in _SAYS:
        yield from _SAYS[plan.design.kind]
    elif plan.design.kind == "randomized":
        yield "It shows what offering the tool did, used or not; it does not show what more use would do."
    else:
        yield "Nobody drew lots: a cause that was not measured, such as motivation, may stand behind the difference."
        yield _of_matching(plan)
    if plan.design.kind in {"differences", "stepped_wedge"}:
        yield from _of_waves(plan)
    if plan.design.kind == "matched" and not plan.placebos:
        yield "No placebo outcome was registered, so nobody can see whether the arms were already growing apart."
    start, end = plan.window.start, plan.window.end
    yield f"It covers {start.isoformat()} to {end.isoformat()}; whether the effect lasts or fades was not measured."


def _of_matching(plan: Plan) -> str:
    if plan.design.matching.method in {"entropy", "overlap"}:
        return "It rests on weights: students without the tool count more, the more they resemble those who had it."
    return "It speaks for students who found a match, not for those who were left out."


def _of_waves(plan: Plan) -> Iterator[str]:
    if plan.design.unit != "student":
        yield (
            "Each period counts the students who were there then, those who joined later included: a change in who is "
            "there looks like a change by the tool."
        )
    if plan.subgroups:
        yield "Effects inside single groups are not shown for waves; the change of the gap is."


def _of_place(frame: Frame) -> Iterator[str]:
    schools = len(np.unique(frame.school.astype(str)))
    where = "one school" if schools == 1 else f"{schools} schools"
    yield f"It took place in {where} of one district; other schools, grades and years may differ."


def _of_losses(losses: Sequence[Attrition]) -> Iterator[str]:
    for row in losses:
        if not row.is_low:
            yield f"So many {row.level}s were lost, or so unevenly, that the arms may no longer be alike."


def _of_interval(primary: Estimate) -> Iterator[str]:
    if primary.low <= 0.0 <= primary.high:
        yield "The main interval covers no effect: it proves neither that the tool works nor that it fails."


def _of_groups(groups: Sequence[GroupEffect], gaps: Sequence[GapChange]) -> Iterator[str]:
    silent = sum(row.effect is None for row in groups)
    if silent:
        noun = "one group" if silent == 1 else f"{silent} groups"
        yield f"For {noun} there are too few students or clusters to say anything."
    if any(row.says == "cannot tell" for row in gaps):
        yield "A gap marked 'cannot tell' may have narrowed or widened; the data fit both."
