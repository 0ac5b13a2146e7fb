"""The measure itself: ceiling and floor, spread by arm, what the baseline tells, rows that look copied."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gainline.engine.evidence.document import Check
from gainline.engine.evidence.frame import Flags, Floats, Frame
from gainline.engine.pilots.plan import Plan

CEILING, SPREAD, BASELINE, COPIES = "ceiling", "spread", "baseline", "copies"
MOST_AT_THE_END = 0.15
WIDEST_RATIO = 2.0
LEAST_CORRELATION, FOR_GAINS = 0.30, 0.60
MOST_COPIES = 0.005
_FEW_VALUES = 5  # a yes or no, or a grade of five, has ends by its nature
_ENOUGH_NUMBERS = 3  # with fewer, honest students agree by chance
_LEAST = 4


def measures(plan: Plan, frame: Frame) -> tuple[Check, ...]:
    """The checks of the primary outcome as a measure; those that cannot be made are left out."""
    values = frame.outcomes.get(plan.primary.key)
    if values is None:
        return ()
    seen = ~np.isnan(values)
    if min(int((seen & side).sum()) for side in (frame.tool, ~frame.tool)) < _LEAST:
        return ()
    return (
        *_ends(plan, values[seen]),
        *_spread(plan, values[seen & frame.tool], values[seen & ~frame.tool]),
        *_baseline(plan, frame, values),
        *_copies(frame),
    )


def _ends(plan: Plan, values: Floats) -> Iterator[Check]:
    if plan.primary.scale != "number" or len(np.unique(values)) <= _FEW_VALUES:
        return
    top, bottom = (float(np.mean(values == end)) for end in (values.max(), values.min()))
    flag = max(top, bottom) > MOST_AT_THE_END
    figures = f"{100 * top:.1f}% at the highest score seen, {100 * bottom:.1f}% at the lowest"
    says = "Scores have room to move at both ends."
    if flag:
        end = "highest" if top >= bottom else "lowest"
        says = f"Many students stand at the {end} score, so the measure cannot show what happened to them."
    rule = f"Flag when more than {100 * MOST_AT_THE_END:g}% stand at one end"
    source = "Terwee et al. (2007), Journal of Clinical Epidemiology 60, for the 15 percent"
    yield Check(CEILING, "Ceiling and floor of the measure", figures, rule, flag, says, source)


def _spread(plan: Plan, tool: Floats, usual: Floats) -> Iterator[Check]:
    if plan.primary.scale != "number" or min(float(tool.var()), float(usual.var())) <= 0.0:
        return
    ratio = float(tool.var(ddof=1) / usual.var(ddof=1))
    flag = not 1.0 / WIDEST_RATIO <= ratio <= WIDEST_RATIO
    says = "The scores lie about equally far apart on both sides."
    if flag:
        says = (
            "On one side the scores lie much further apart than on the other: the tool may do much for some students "
            "and little for others, or students without a result are missing for a reason."
        )
    rule = f"Flag outside {1 / WIDEST_RATIO:g} to {WIDEST_RATIO:g}"
    figures = f"variance of the tool arm {ratio:.2f} times that of the usual arm"
    source = "Rubin (2001), Health Services and Outcomes Research Methodology 2, for the bounds"
    yield Check(SPREAD, "Spread of the outcome by arm", figures, rule, flag, says, source)


def _baseline(plan: Plan, frame: Frame, values: Floats) -> Iterator[Check]:
    before = frame.numbers.get(plan.primary.baseline or "")
    if before is None:
        return
    r = _within_arms(before, values, frame.tool)
    if r is None:
        return
    flag = r < LEAST_CORRELATION
    says = "The score at the start says enough about the result to make the comparison fair."
    if flag:
        says = "The score at the start says little about the result, so alike at the start does not mean much here."
    elif r < FOR_GAINS:
        says = "The baseline is good enough to adjust for, but gains since it are not an acceptable adjustment."
    rule = f"Flag below {LEAST_CORRELATION:g}; gains need {FOR_GAINS:g} (WWC 5.0, acceptable adjustments)"
    yield Check(BASELINE, "What the baseline tells about the outcome", f"correlation {r:.2f}", rule, flag, says)


def _within_arms(before: Floats, after: Floats, tool: Flags) -> float | None:
    """Correlation within the arms, pooled, so that the effect does not count; None without spread."""
    both = ~np.isnan(before) & ~np.isnan(after)
    if min(int((both & side).sum()) for side in (tool, ~tool)) < _LEAST:
        return None
    x, y = before[both].copy(), after[both].copy()
    for side in (tool[both], ~tool[both]):
        x[side] -= x[side].mean()
        y[side] -= y[side].mean()
    size = float(np.sqrt(np.sum(x**2) * np.sum(y**2)))
    return float(np.sum(x * y)) / size if size > 0.0 else None


def _copies(frame: Frame) -> Iterator[Check]:
    """Students of one school who agree in every number: one child under two identities, or a copied file."""
    numbers = [frame.numbers[key] for key in sorted(frame.numbers)]
    numbers += [frame.outcomes[key] for key in sorted(frame.outcomes)]
    if len(numbers) < _ENOUGH_NUMBERS:
        return
    table = np.column_stack([*numbers, np.unique(frame.school.astype(str), return_inverse=True)[1]])
    whole = table[~np.isnan(table).any(axis=1)]
    if not len(whole):
        return
    twice = len(whole) - len(np.unique(whole, axis=0))
    flag = twice > MOST_COPIES * len(whole)
    says = "Hardly any two students of a school agree in every number."
    if flag:
        says = "Many students agree with a schoolmate in every number, as if some children stood in the files twice."
    figures = f"{twice:,} of {len(whole):,} students agree with another of their school in all {len(numbers)} numbers"
    rule = f"Flag above {100 * MOST_COPIES:g}% of the students"
    yield Check(COPIES, "Students who look like copies", figures, rule, flag, says)
