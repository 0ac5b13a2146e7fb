"""The frame of a calibration world, as the whole road would build it from the world's files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from gainline.engine.core.ids import person_key
from gainline.engine.evidence import Frame, Funnel, Linkage
from gainline.engine.evidence.frame import Texts
from gainline.engine.pilots.plan import Plan
from gainline.engine.worlds.calibration.known import Known
from gainline.engine.worlds.calibration.people import GROUPS
from gainline.engine.worlds.calibration.plans import label_of
from gainline.engine.worlds.calibration.use import WEEKS
from gainline.engine.worlds.draws import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class FramedWorld:
    """A frame with what the evidence document carries beside it."""

    frame: Frame
    funnel: Funnel
    linkage: Linkage
    joined_later: int


def salt_of(known: Known) -> bytes:
    """The secret of the world's workspace; it follows from the seed, as there is nobody to protect here."""
    return hashlib.sha256(f"calibration {known.seed}".encode()).digest()


def sis_ids(known: Known) -> Texts:
    """The students' numbers in the roster, shape ``(n,)``."""
    return np.array([f"{1_000_001 + place}" for place in range(len(known.people))], dtype=object)


def school_ids(known: Known) -> Texts:
    """The schools' ids in the roster, shape ``(schools,)``."""
    return np.array([f"CA-S{place + 1:02d}" for place in range(known.spec.schools)], dtype=object)


def pair_labels(known: Known) -> Texts:
    """The block of each school in the assignments, shape ``(schools,)``."""
    return np.array([f"pair-{pair + 1:02d}" for pair in known.use.pair], dtype=object)


def to_frame(known: Known, plan: Plan) -> Frame:
    """What the road would build of the world: the same students, keys and numbers, in the order of the keys."""
    return framed(known, plan).frame


def framed(known: Known, plan: Plan) -> FramedWorld:
    """The frame, and the counts that other rooms take from the records."""
    by_school = known.spec.arms == "schools"
    salt = salt_of(known)
    keys = np.array([person_key(salt, "roster", f"stu-{one}") for one in sis_ids(known)], dtype=np.int64)
    rows = np.flatnonzero(known.there)[np.argsort(keys[known.there])]
    school = school_ids(known)[known.people.school[rows]]
    weeks = ((plan.window.end - plan.window.start).days + 1) / 7
    total, dosed = _dose(known.use.minutes, plan, weeks)
    blocks = pair_labels(known)[known.people.school[rows]] if known.spec.paired else np.full(len(rows), "all", object)
    frame = Frame(
        keys=keys[rows],
        tool=known.use.tool[rows],
        unit=school if by_school else np.array([str(key) for key in keys[rows]], dtype=object),
        cluster=school,
        block=blocks,
        school=school,
        outcomes={"reading_spring": known.after[rows]},
        numbers={"reading_fall": known.before.fall[rows], "attendance": known.before.attendance[rows]},
        categories={key: _labels(known, key, rows) for key in ("low_income", "learner")},
        subgroups={split.key: _labels(known, split.key.removeprefix("by_"), rows) for split in plan.subgroups},
        used=total[rows] > 0,
        dosed=dosed[rows],
        dose=total[rows] / weeks,
        placebos={"reading_prior": known.before.prior[rows]},
    )
    joined = int(known.people.joiner.sum()) if by_school else 0
    return FramedWorld(frame, _funnel(frame, plan, weeks), _linkage(known), joined)


def group_members(known: Known) -> dict[str, Flags]:
    """Key of each group -> its members among those whom the question is about, in the order of the world."""
    return {key: known.people.groups[key][known.there] for key in GROUPS}


def _labels(known: Known, key: str, rows: Ints) -> Texts:
    member = known.people.groups[key][rows]
    return np.where(member, label_of(key, is_member=True), label_of(key, is_member=False)).astype(object)


def _dose(minutes: Ints, plan: Plan, weeks: float) -> tuple[Floats, Flags]:
    """Minutes in the whole window, and whether enough weeks reached the planned amount."""
    counts = np.array(WEEKS)
    reached = (minutes >= plan.tool.minutes_per_week) @ counts
    needed = max(1, ceil(plan.tool.dosed_share_of_weeks * floor(weeks)))
    return (minutes @ counts).astype(np.float64), reached >= needed


def _funnel(frame: Frame, plan: Plan, weeks: float) -> Funnel:
    needed = max(1, ceil(plan.tool.dosed_share_of_weeks * floor(weeks)))
    return Funnel(
        licensed=None,
        enrolled=int(frame.tool.sum()),
        used=int((frame.used & frame.tool).sum()),
        dosed=int((frame.dosed & frame.tool).sum()),
        cost=None,
        currency=None,
        dose=f"{plan.tool.minutes_per_week:g} minutes a week in {needed} of {floor(weeks)} weeks",
    )


def _linkage(known: Known) -> Linkage:
    using = known.use.minutes > 0
    rows = int((using @ np.array(WEEKS)).sum())
    people = int(using.any(axis=1).sum())
    return Linkage(rows=rows, matched=rows, identities=people, identities_matched=people)
