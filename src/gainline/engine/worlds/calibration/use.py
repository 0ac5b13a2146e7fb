"""Who has the tool, who takes it up, and for how many minutes a week in each half of the year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.worlds.calibration.people import People
from gainline.engine.worlds.calibration.scores import Before
from gainline.engine.worlds.calibration.spec import CalibrationSpec
from gainline.engine.worlds.draws import Flags, Floats, Ints, group_means, logistic, stream

LEAST_MINUTES = 5  # a week: who uses the tool at all uses it so much
WEEKS = (10, 16)  # weeks with school in the fall half and in the spring half of the window
_STUDENT_ODDS = {"S1": (0.7, 0.0), "S2": (0.5, 0.7), "S3": (0.5, 0.7)}  # per latent SD of the score, of motivation


@dataclass(frozen=True, slots=True)
class Use:
    """Arms and minutes.

    Parameters
    ----------
    school_tool, pair
        Shape ``(schools,)``: who drew the tool, and the pair each school was drawn in; one pair for a complete draw.
    tool
        Shape ``(n,)``: the arm of each student.
    if_tool, if_usual
        Shape ``(n, 2)``: whole minutes a week in the fall half and the spring half, were the student's own school (or,
        where students choose, the student) in the tool arm, or not.
    """

    school_tool: Flags
    pair: Ints
    tool: Flags
    if_tool: Ints
    if_usual: Ints

    @property
    def minutes(self) -> Ints:
        """Minutes a week as they came about, shape ``(n, 2)``."""
        return np.where(self.tool[:, None], self.if_tool, self.if_usual)


def build_use(spec: CalibrationSpec, people: People, known: Before, seed: int) -> Use:
    """Draw the arms, and what everybody would do in either of them."""
    wanted = _minutes(people, seed)
    if spec.arms == "students":
        tool = _chosen(spec, people, known, seed)
        nobody = np.zeros(spec.schools, dtype=np.bool_)
        return Use(nobody, np.zeros(spec.schools, dtype=np.int64), tool, wanted, np.zeros_like(wanted))
    school_tool, pair = _drawn(spec, people, known, seed)
    if spec.adoption:
        wanted = np.where(_takes_up(people, known, seed), wanted, 0)
    moved = people.moved_to >= 0
    there = np.where(moved, school_tool[people.moved_to], False)
    if_tool, if_usual = wanted.copy(), np.zeros_like(wanted)
    if_tool[moved & ~there, 1] = 0
    if_usual[there, 1] = wanted[there, 1]
    return Use(school_tool, pair, school_tool[people.school], if_tool, if_usual)


def _minutes(people: People, seed: int) -> Ints:
    """Minutes a week, Gamma(4, 15) and more for the motivated; a little fewer in spring. A joiner has a spring only."""
    rng = stream(seed, "calibration minutes")
    fall = rng.gamma(4.0, 15.0, len(people)) * np.exp(0.25 * people.motivation)
    spring = fall * np.exp(rng.normal(-0.05, 0.30, len(people)))
    whole = np.maximum(LEAST_MINUTES, np.round(np.column_stack([fall, spring]))).astype(np.int64)
    whole[people.joiner, 0] = 0
    return whole


def _drawn(spec: CalibrationSpec, people: People, known: Before, seed: int) -> tuple[Flags, Ints]:
    rng = stream(seed, "calibration arms")
    tool, pair = np.zeros(spec.schools, dtype=np.bool_), np.zeros(spec.schools, dtype=np.int64)
    if not spec.paired:
        tool[rng.permutation(spec.schools)[: spec.treated]] = True
        return tool, pair
    order = np.argsort(group_means(known.chosen_on, people.school, spec.schools), kind="stable")
    pair[order] = np.arange(spec.schools) // 2
    first = rng.integers(0, 2, spec.schools // 2)
    tool[order[2 * np.arange(spec.schools // 2) + first]] = True
    return tool, pair


def _takes_up(people: People, known: Before, seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Whether the student would use the tool in each half: the teacher takes it up, and so does the student."""
    rng = stream(seed, "calibration adoption")
    count = len(people.room_school)
    ahead = group_means(known.chosen_on, people.room, count)
    adopts = rng.random(count) < logistic(2.6 + 0.6 * people.zeal + 0.8 * (ahead - ahead.mean()))
    willing = rng.random(len(people)) < logistic(2.4 + 0.5 * people.motivation + 0.3 * known.chosen_on)
    later = np.where(people.moved_room >= 0, people.moved_room, people.room)
    return np.column_stack([adopts[people.room] & willing, adopts[later] & willing])


def _chosen(spec: CalibrationSpec, people: People, known: Before, seed: int) -> Flags:
    """Who chooses the tool, by the selection of the spec; schools differ, and teachers too."""
    rng = stream(seed, "calibration choice")
    per_score, per_motivation = _STUDENT_ODDS[spec.selection]
    odds = -0.9 + per_score * known.chosen_on - 0.3 * people.groups["low_income"] + per_motivation * people.motivation
    odds += rng.normal(0.0, 0.4, spec.schools)[people.school]
    if spec.adoption:
        odds += 0.4 * people.zeal[people.room]
    return np.asarray(rng.random(len(people)) < logistic(odds), dtype=np.bool_)


def share_of_effect(minutes: Ints) -> Floats:
    """The share of the full effect that so many minutes a week bring: 1 at 60, saturating; shape ``(n,)``."""
    mean = (minutes @ np.array(WEEKS)) / sum(WEEKS)
    return np.asarray((1.0 - np.exp(-mean / 45.0)) / (1.0 - np.exp(-60.0 / 45.0)), dtype=np.float64)
