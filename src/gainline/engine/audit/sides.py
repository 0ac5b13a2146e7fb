"""The sides of each registered split, by arm: how many, how many without an outcome, how many without a row of use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gainline.engine.evidence.frame import Flags, Frame
from gainline.engine.pilots.plan import Plan, Subgroup

BEHIND, OTHERS = "disadvantaged", "others"
ARMS = ("tool", "usual")
FEWEST = 20  # students on a side; below it one student moves a share by more than five points


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a split in one arm, as counts of students.

    ``whole`` are all who were assigned, ``lost`` those of them without the primary outcome, and ``unseen`` those
    without any use that could be tied to them.
    """

    split: str
    side: str  # disadvantaged, others
    arm: str
    label: str
    whole: int
    lost: int
    unseen: int


def sides_of(plan: Plan, frame: Frame) -> tuple[Side, ...]:
    """Every side of every registered split in both arms, in the plan's order; students without a label are on none."""
    return tuple(side for split in plan.subgroups for side in _of_split(plan, frame, split))


def members(frame: Frame, split: Subgroup) -> dict[str, Flags]:
    """Who is on which side of a split, each of shape ``(n,)``."""
    labels = frame.subgroups[split.key]
    behind = np.array([label is not None and str(label) in split.disadvantaged for label in labels], dtype=bool)
    known = np.array([label is not None for label in labels], dtype=bool)
    return {BEHIND: behind, OTHERS: known & ~behind}


def _of_split(plan: Plan, frame: Frame, split: Subgroup) -> Iterator[Side]:
    names = {BEHIND: split.disadvantaged_label, OTHERS: split.others_label}
    lost = np.isnan(frame.outcomes[plan.primary.key])
    for side, member in members(frame, split).items():
        for arm, inside in zip(ARMS, (frame.tool, ~frame.tool), strict=True):
            here = member & inside
            counts = [int(flags.sum()) for flags in (here, here & lost, here & ~frame.used)]
            yield Side(split.key, side, arm, names[side], *counts)


def counted(sides: tuple[Side, ...], split: str, side: str, *, arms: tuple[str, ...] = ARMS) -> Side:
    """One side of a split over several arms."""
    own = [one for one in sides if (one.split, one.side) == (split, side) and one.arm in arms]
    sums = [sum(getattr(one, name) for one in own) for name in ("whole", "lost", "unseen")]
    return Side(split, side, "+".join(arms), own[0].label if own else "", *sums)
