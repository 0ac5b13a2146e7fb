"""Curves: the smallest effect by the number of schools or students, in a table, a sentence and a ranking of changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

from gainline.engine.core.refusals import Refusal
from gainline.engine.pilots.power.layout import Layout, Rollout, Spread
from gainline.engine.pilots.power.sizing import USUAL, Reach, Sureness, Vary, reach, varied

SUPPOSED_R2 = 0.50  # a same-subject score of the year before usually explains at least half (Hedges & Hedberg 2007)
SUPPOSED_BETWEEN = 0.30  # groups of alike schools that are worth forming
SUPPOSED_AGAIN = 0.80  # correlation of two scores of one student within a year
ODDS = {0.80: "four times out of five", 0.90: "nine times out of ten", 0.95: "nineteen times out of twenty"}


@dataclass(frozen=True, slots=True)
class Point:
    """One row of a curve; `smallest_effect` (in SDs) is ``None`` where no honest interval could be given."""

    count: int
    students: float
    smallest_effect: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """The smallest detectable effect as one number grows and everything else stays.

    Parameters
    ----------
    vary
        What grows: schools, sections in each school, or students in each section.
    points
        In the order in which the counts were asked.
    """

    vary: Vary
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Lever:
    """One change to the layout, and what it would bring.

    Parameters
    ----------
    change
        What would be done.
    smallest_effect, gain
        The smallest detectable effect after it, and by how much it fell, in SDs.
    supposes
        What was taken for granted; empty where nothing was.
    """

    change: str
    smallest_effect: float
    gain: float
    supposes: str = ""


def curve(
    layout: Layout, spread: Spread, counts: Sequence[int], *, vary: Vary = "schools", sure: Sureness = USUAL
) -> Curve:
    """The smallest detectable effect for each count."""
    return Curve(vary, tuple(_point(varied(layout, vary, count), spread, sure, count=count) for count in counts))


def _point(layout: Layout, spread: Spread, sure: Sureness, *, count: int) -> Point:
    found = reach(layout, spread, sure)
    return Point(count, layout.n_students, found.smallest_effect if isinstance(found, Reach) else None)


def usual_counts(layout: Layout, vary: Vary = "schools") -> tuple[int, ...]:
    """Counts around what the layout has: from half to four times, its own among them.

    Examples
    --------
    >>> usual_counts(Layout("school", schools=12, sections=3, students=20))
    (6, 8, 10, 12, 16, 20, 24, 36, 48)
    """
    own = {"schools": layout.schools, "sections": layout.sections, "students": layout.students}[vary]
    whole = max(1, round(own))
    step = 2 if vary == "schools" else 1
    steps = {max(1, ceil(whole * part / step) * step) for part in (0.5, 0.65, 0.8, 1.3, 1.65, 2.0, 3.0, 4.0)}
    return tuple(sorted(steps | {whole}))


def sentence(layout: Layout, found: Reach, *, sd: float | None, unit: str, sure: Sureness = USUAL) -> str:
    """What the layout could see, in one sentence; points are left out where the SD is not known.

    Examples
    --------
    >>> layout = Layout("school", schools=12, sections=3, students=20)
    >>> sentence(layout, Reach(0.31, 0.1, 10, 12, 720), sd=15.0, unit="scale points")
    'With these 12 schools you could see an effect of at least 4.7 scale points (0.31 SD) four times out of five.'
    """
    size = f"{found.smallest_effect:.2f} SD"
    if sd is not None:
        size = f"{found.smallest_effect * sd:.1f} {unit} ({size})"
    return f"With {_who(layout)} you could see an effect of at least {size} {odds(sure.power)}."


def odds(power: float) -> str:
    """A power as people say it.

    Examples
    --------
    >>> odds(0.8), odds(0.85)
    ('four times out of five', '85 times out of 100')
    """
    return ODDS.get(round(power, 4), f"{100 * power:.0f} times out of 100")


def _who(layout: Layout) -> str:
    schools = f"{layout.schools:,} school{'s' if layout.schools > 1 else ''}"
    if layout.unit == "school":
        return f"these {schools}"
    units = f"{round(layout.units):,} {layout.unit}s"
    return f"these {units} of {schools}"


def what_helps(
    layout: Layout, spread: Spread, known: Spread | None = None, sure: Sureness = USUAL
) -> tuple[Lever, ...]:
    """Changes to the layout by what they would bring, the most helpful first; only those that bring anything.

    Parameters
    ----------
    layout, spread
        As they stand.
    known
        The spread with the baseline's shares from past scores; ``None`` supposes that it explains half.
    sure
        How sure one wants to be.

    Returns
    -------
    levers
        Empty where the layout as it stands has no standard error.
    """
    now = reach(layout, spread, sure)
    if isinstance(now, Refusal):
        return ()
    found = []
    for change, supposes, other, spread_then in _changes(layout, spread, known):
        then = reach(other, spread_then, sure)
        if isinstance(then, Reach) and now.smallest_effect - then.smallest_effect > 0.0005:
            found.append(Lever(change, then.smallest_effect, now.smallest_effect - then.smallest_effect, supposes))
    return tuple(sorted(found, key=lambda lever: (-lever.gain, lever.change)))


_Change = tuple[str, str, Layout, Spread]


def _changes(layout: Layout, spread: Spread, known: Spread | None) -> Iterator[_Change]:
    """Each change: in words, what it supposes, and the layout and spread after it."""
    more = max(2, ceil(layout.schools / 4 / 2) * 2)
    yield f"add {more} schools like these", "", varied(layout, "schools", layout.schools + more), spread
    yield "twice as many students per section", "", varied(layout, "students", 2 * layout.students), spread
    if layout.rollout is None and abs(layout.share - 0.5) > 0.01:
        yield "give the tool to half of them", "", replace(layout, share=0.5), spread
    yield from _baseline(layout, spread, known)
    yield from _finer(layout, spread)
    yield from _blocking(layout, spread)
    yield from _longer(layout, spread)


def _baseline(layout: Layout, spread: Spread, known: Spread | None) -> Iterator[_Change]:
    """The same measure before the start, where it is not used yet."""
    if layout.rollout or max(spread.r2_school, spread.r2_section, spread.r2_student) > 0.0:
        return
    supposes = ""
    r2 = known
    if r2 is None:
        supposes = f"the baseline explains {100 * SUPPOSED_R2:.0f}% of what differs at each level"
        r2 = Spread(r2_school=SUPPOSED_R2, r2_section=SUPPOSED_R2, r2_student=SUPPOSED_R2)
    with_it = replace(spread, r2_school=r2.r2_school, r2_section=r2.r2_section, r2_student=r2.r2_student)
    yield "adjust for the same measure before the start", supposes, replace(layout, covariates=1), with_it


def _finer(layout: Layout, spread: Spread) -> Iterator[_Change]:
    """Chance one level down, within schools."""
    kept_apart = "teachers keep the tool to their own sections"
    if layout.rollout:
        return
    if layout.unit == "school" and layout.sections >= 2.0:
        finer = replace(layout, unit="section", blocked="school", groups=0, between_groups=0.0)
        if spread.section == 0.0:  # not known, rather than none: sections of one school do differ
            spread = replace(spread, section=spread.school / 2.0)
            kept_apart += ", and sections of a school differ half as much as schools"
        yield "assign sections within schools instead of schools", kept_apart, finer, spread
    if layout.unit == "section" and layout.blocked == "no" and layout.sections >= 2.0:
        yield "draw within schools", "", replace(layout, blocked="school"), spread
    if layout.unit == "student" and layout.blocked == "no" and layout.schools > 1:
        yield "draw within schools", "", replace(layout, blocked="school"), spread


def _blocking(layout: Layout, spread: Spread) -> Iterator[_Change]:
    if layout.unit != "school" or layout.blocked != "no" or layout.rollout or layout.schools < 8:
        return
    supposes = f"{100 * SUPPOSED_BETWEEN:.0f}% of what schools differ in after the baseline lies between the groups"
    groups = replace(layout, blocked="group", groups=layout.schools // 4, between_groups=SUPPOSED_BETWEEN)
    yield "draw within groups of four alike schools", supposes, groups, spread


def _longer(layout: Layout, spread: Spread) -> Iterator[_Change]:
    """One more time of measuring."""
    if isinstance(layout.rollout, Rollout):
        longer = replace(layout.rollout, before=layout.rollout.before + 1)
        yield "measure one period more before the first wave", "", replace(layout, rollout=longer), spread
        return
    kept = 1.0 - (1.0 - spread.r2_student) * (1.0 + SUPPOSED_AGAIN) / 2.0
    supposes = f"what the baseline leaves of two scores of one student correlates by {SUPPOSED_AGAIN:g}"
    yield "test twice after the start and take the mean", supposes, layout, replace(spread, r2_student=kept)
