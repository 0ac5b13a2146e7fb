"""Layout: who would be compared with whom, how many of them, and how their scores spread."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from math import floor
from typing import Literal

from gainline.engine.core.refusals import Refusal

Unit = Literal["student", "section", "school"]
Blocked = Literal["no", "section", "school", "group"]
Effects = Literal["constant", "fixed", "random"]
FEWEST = 2  # units in an arm: a single one cannot be told from the tool (WWC 5.0, confounding factors)


@dataclass(frozen=True, slots=True)
class Spread:
    """How an outcome of standard deviation 1 spreads, before and after the baseline is known.

    Parameters
    ----------
    school, section
        Intraclass correlations: shares of the variance that lie between schools, and between sections of one school.
    r2_school, r2_section, r2_student
        Share of each level's variance that the baseline explains.
    effect
        Variance of the effect itself between blocks, in squared SDs; counts where blocks are random.
    """

    school: float = 0.0
    section: float = 0.0
    r2_school: float = 0.0
    r2_section: float = 0.0
    r2_student: float = 0.0
    effect: float = 0.0

    @property
    def student(self) -> float:
        """Share of the variance that lies between students of one section."""
        return 1.0 - self.school - self.section


@dataclass(frozen=True, slots=True)
class Rollout:
    """How units begin in waves, and how periods resemble each other.

    Parameters
    ----------
    waves
        How many waves begin, each one period after the other; the units that begin are spread over them evenly.
    before, after
        Periods before the first wave begins, and periods added after the last one began.
    unit_again
        Correlation of one unit's mean with its own mean a period later, sampling apart (cluster autocorrelation).
    student_again
        The same for one student; 0 when other students are measured in each period.
    never
        Share of the units that never begin.
    """

    waves: int
    before: int = 1
    after: int = 0
    unit_again: float = 1.0
    student_again: float = 0.0
    never: float = 0.0

    @property
    def periods(self) -> int:
        """How often everybody is measured."""
        return self.before + self.waves + self.after


@dataclass(frozen=True, slots=True)
class Layout:
    """Who is assigned, and how many there are.

    Parameters
    ----------
    unit
        What is assigned.
    schools, sections, students
        Schools, sections in each, and students in each section; averages (best harmonic means) for the latter two.
    share
        Share of the assigned units that get the tool.
    blocked
        Within what chance decides: nothing, each section, each school, or groups of alike schools.
    groups, between_groups
        How many groups of schools, and the share of the schools' variance that lies between them.
    effects
        What the blocks' effects are taken for: one for all, one of their own in just these blocks, or drawn from many.
    covariates
        Covariates that cost degrees of freedom at the level of the unit.
    rollout
        Set where units begin in waves.
    """

    unit: Unit
    schools: int
    sections: float
    students: float
    share: float = 0.5
    blocked: Blocked = "no"
    groups: int = 0
    between_groups: float = 0.0
    effects: Effects = "constant"
    covariates: int = 0
    rollout: Rollout | None = None

    @property
    def n_sections(self) -> float:
        """Sections of all schools."""
        return self.schools * self.sections

    @property
    def n_students(self) -> float:
        """Students of all sections."""
        return self.n_sections * self.students

    @property
    def units(self) -> float:
        """How many units are assigned."""
        return {"school": float(self.schools), "section": self.n_sections, "student": self.n_students}[self.unit]

    @property
    def blocks(self) -> float:
        """How many blocks there are; 0 without any."""
        counted = {"no": 0.0, "group": float(self.groups), "school": float(self.schools), "section": self.n_sections}
        return counted[self.blocked]


def after_matching(layout: Layout, *, kept: float, ratio: int = 1) -> Layout:
    """What is left to compare when only a share of the tool's units finds a match, with `ratio` others each.

    The share becomes that of the matched units. Where there are too few others, each one is used once at most.

    Examples
    --------
    >>> left = after_matching(Layout("student", schools=10, sections=4, students=25, share=0.2), kept=0.9)
    >>> round(left.n_students), left.share
    (360, 0.5)
    """
    tool = kept * layout.share
    usual = min(ratio * tool, 1.0 - layout.share)
    left = tool + usual
    return replace(_thinned(layout, left), share=tool / left if left else layout.share)


def after_loss(layout: Layout, lost: float) -> Layout:
    """What is left when a share of the students of every unit has no score in the end."""
    return replace(layout, students=layout.students * (1.0 - lost))


def _thinned(layout: Layout, left: float) -> Layout:
    if layout.unit == "school":
        return replace(layout, schools=floor(layout.schools * left + 1e-9))
    if layout.unit == "section":
        return replace(layout, sections=layout.sections * left)
    return replace(layout, students=layout.students * left)


def fault(layout: Layout, spread: Spread) -> Refusal | None:
    """Why no standard error exists for a layout; None when one does.

    Refuses: PL100 for numbers that cannot be, PL101 for an arm of fewer than two units.
    """
    return _impossible(layout, spread) or _too_few(layout)


def _impossible(layout: Layout, spread: Spread) -> Refusal | None:
    shares = {field.name: getattr(spread, field.name) for field in fields(spread)}
    shares |= {"share": layout.share, "between_groups": layout.between_groups}
    if layout.rollout:
        rollout = layout.rollout
        shares |= {"unit_again": rollout.unit_again, "student_again": rollout.student_again, "never": rollout.never}
    for name, value in shares.items():
        if not 0.0 <= value <= 1.0:
            return _cannot_be(f"{_CALLED.get(name, 'the share with the tool')} is {value:g}, and lies between 0 and 1")
    if spread.student <= 0.0:
        return _cannot_be("the intraclass correlations of schools and sections leave nothing to the students")
    if layout.schools < 1 or min(layout.sections, layout.students, layout.n_students) <= 0.0:
        return _cannot_be("there are no students to compare")
    finer = {"school": ("section", "school"), "section": ("section",), "student": ()}[layout.unit]
    if layout.blocked in finer:
        return _cannot_be(f"{layout.unit}s cannot be assigned within {layout.blocked}s")
    if layout.blocked == "group" and (layout.unit != "school" or not 1 <= layout.groups <= layout.schools):
        return _cannot_be("groups are groups of schools that are assigned, at most as many as there are schools")
    return None


_CALLED = {
    "school": "the correlation within schools",
    "section": "the correlation within sections",
    "r2_school": "what the baseline explains between schools",
    "r2_section": "what the baseline explains between sections",
    "r2_student": "what the baseline explains between students",
    "effect": "the variance of the effect",
    "between_groups": "what lies between groups of schools",
    "unit_again": "how much units resemble themselves later",
    "never": "the share that never begins",
    "student_again": "how much students resemble themselves later",
}


def _cannot_be(says: str) -> Refusal:
    return Refusal("PL100", f"these sizes cannot be: {says}", "mend the number")


def _too_few(layout: Layout) -> Refusal | None:
    smallest, says = layout.units * min(layout.share, 1.0 - layout.share), "an arm"
    if rollout := layout.rollout:
        if rollout.waves < (1 if rollout.never else 2) or rollout.before < 0:
            return _cannot_be("a rollout has two waves or more, or one and some that never begin")
        smallest, says = layout.units * (1.0 - rollout.never) / rollout.waves, "a wave"
    if smallest >= FEWEST or (layout.rollout and smallest >= 1.0):
        return None
    return Refusal(
        "PL101",
        f"{layout.units:g} {layout.unit}s leave {says} with {smallest:.2g}; a single one cannot be told from the tool",
        "have two units or more in each arm, or assign at a finer level (sections, students)",
    )
