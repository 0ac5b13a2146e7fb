"""The interrupted series: one group of schools before and after, with a comparison series where there is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.core.context import RunContext
from gainline.engine.core.progress import Progress, silent
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.designs.standing import followed, student_sd, to_estimate
from gainline.engine.evidence.document import ArmCount, Check, Estimate, EventPoint
from gainline.engine.evidence.estimators.series import (
    SeriesFindings,
    harmonics,
    interrupted_series,
    ljung_box,
    placebo_start,
)
from gainline.engine.evidence.frame import Flags, Floats, Frame, Panel
from gainline.engine.evidence.inference.distributions import t_quantile
from gainline.engine.evidence.inference.linear import Columns
from gainline.engine.pilots.plan import Outcome, Plan

_YEAR = 365.25
_FEWEST_A_YEAR = 3.0  # a wave needs three points a round to be seen


@dataclass(frozen=True, slots=True)
class _Series:
    """The group's mean per period, the comparison's where there is one, the start, and the seasonal columns."""

    values: Floats
    comparison: Floats | None
    start: int
    season: Columns | None


def analyze(
    plan: Plan, frame: Frame, outcome: Outcome, *, ctx: RunContext, progress: Progress = silent
) -> Analysis | Refusal:
    """How far the group departed from where it was heading, on average over the periods after.

    Rows of the panel that never had the tool are subtracted as a comparison series. A yearly wave is taken out when the
    periods before the start cover two years or more.

    Refuses
    -------
    EV185 to EV188 of the series; EV196 the outcome is not followed; EV197 no spread of students; EV198 the tool began
    at different times.
    """
    made = _series(frame, outcome)
    if isinstance(made, Refusal):
        return made
    found = interrupted_series(made.values, made.start, others=made.season, comparison=made.comparison)
    if isinstance(found, Refusal):
        return found
    spread = student_sd(frame, outcome, frame.tool)
    if isinstance(spread, Refusal):
        return spread
    panel = frame.panels[outcome.key]
    after = found.gaps[made.start :]
    mean_usual = float(np.nanmean(made.values[made.start :]) - np.nanmean(after))
    counts = _counts(panel, frame)
    shown = [
        to_estimate(one, outcome, spread, mean_usual=mean_usual, counts=counts)
        for one in (found.average, found.level, found.prais_winsten, found.newey_west)
    ]
    checks = (*_placebo_date(made, outcome), *_memory(found, made, outcome))
    rows = int((panel.first < len(panel.periods)).sum())
    return Analysis(shown[0], None, None, (), (), tuple(shown[1:]), checks, _events(found, made, shown[0], rows))


def _series(frame: Frame, outcome: Outcome) -> _Series | Refusal:
    panel = followed(frame, outcome)
    if isinstance(panel, Refusal):
        return panel
    with_tool = panel.first < len(panel.periods)
    starts = np.unique(panel.first[with_tool])
    if len(starts) > 1:
        return Refusal(
            "EV198",
            "the tool began at different times, so there is no one before and after",
            'register a design of kind = "differences", which compares the groups that started with those yet to start',
        )
    comparison = _mean(panel, ~with_tool) if (~with_tool).any() else None
    return _Series(_mean(panel, with_tool), comparison, int(starts[0]), _season(panel, int(starts[0])))


def _mean(panel: Panel, rows: Flags) -> Floats:
    """The students' mean per period over the rows, shape ``(T,)``."""
    values, sizes = panel.values[rows], panel.sizes[rows]
    seen = ~np.isnan(values) & (sizes > 0.0)
    total = np.where(seen, sizes, 0.0).sum(axis=0)
    sums = np.where(seen, values * sizes, 0.0).sum(axis=0)
    return np.where(total > 0.0, sums / np.where(total > 0.0, total, 1.0), np.nan)


def _season(panel: Panel, start: int) -> Columns | None:
    """A yearly wave, decided by the calendar alone, so that nobody can choose it after looking."""
    days = np.array([day.toordinal() for day in panel.days], dtype=float)
    a_year = _YEAR / float(np.median(np.diff(days)))
    if start < 2 or a_year < _FEWEST_A_YEAR or days[start - 1] - days[0] < 2.0 * _YEAR:
        return None
    return harmonics(days - days[0], _YEAR)


def _counts(panel: Panel, frame: Frame) -> tuple[ArmCount, ...]:
    counts = []
    with_tool = panel.first < len(panel.periods)
    for arm, rows, students in (("tool", with_tool, frame.tool), ("usual", ~with_tool, ~frame.tool)):
        clusters = len(np.unique(panel.cluster[rows].astype(str)))
        measured = int(panel.sizes[rows].sum(axis=0).max()) if rows.any() else 0
        counts.append(ArmCount(arm, int(students.sum()), measured, clusters, clusters))
    return tuple(counts)


def _placebo_date(made: _Series, outcome: Outcome) -> tuple[Check, ...]:
    """A start that never was, well before the real one, on the periods before alone."""
    rule = "Flag when the series departs from its path at a date on which nothing began, two-sided p at most 0.05"
    title, source = "Placebo date", "Imbens and Lemieux (2008), Journal of Econometrics 142, section 5"
    fake = placebo_start(made.start)
    if fake is None:
        says = "Too few periods lie before the start to try a date on which nothing began."
        return (Check("placebo date", title, "not tried", rule, False, says, source),)
    season = None if made.season is None else made.season.rows(np.arange(made.start))
    comparison = None if made.comparison is None else made.comparison[: made.start]
    found = interrupted_series(made.values[: made.start], fake, others=season, comparison=comparison)
    if isinstance(found, Refusal):
        says = "A date on which nothing began could not be tried on the periods before the start."
        return (Check("placebo date", title, f"not tried: {found.because}", rule, False, says, source),)
    average = found.average
    figures = (
        f"{average.effect:+.3g} {outcome.unit}, 95 % interval {average.low:+.3g} to {average.high:+.3g}, "
        f"p = {average.p:.3f}"
    )
    says = "At a date on which nothing began, nothing shows."
    if average.p <= 0.05:
        says = "The series also departs from its path at a date on which nothing began, so the line is no guide."
    return (Check("placebo date", title, figures, rule, average.p <= 0.05, says, source),)


def _memory(found: SeriesFindings, made: _Series, outcome: Outcome) -> tuple[Check, ...]:
    """Whether what is left after line and memory is noise, and what the usual intervals would have said."""
    rest = found.innovations
    _, p = ljung_box(rest, max(2, min(10, len(rest) // 5)), fitted=1)
    usual, plain = found.prais_winsten, found.newey_west
    figures = (
        f"Ljung-Box p = {p:.3f}; Prais-Winsten {usual.low:+.3g} to {usual.high:+.3g}, "
        f"Newey-West {plain.low:+.3g} to {plain.high:+.3g} {outcome.unit}"
    )
    rule = "Flag when the innovations still remember, p at most 0.05"
    says = "What is left after the line and its memory looks like noise."
    if p <= 0.05:
        says = "The series remembers in a way that one memory term does not catch, so the interval may be too narrow."
    source = "Ljung and Box (1978), Biometrika 65"
    return (Check("memory", "Memory of the series", figures, rule, p <= 0.05, says, source),)


def _events(found: SeriesFindings, made: _Series, main: Estimate, rows: int) -> tuple[EventPoint, ...]:
    t = t_quantile(0.975, main.df)
    return tuple(
        EventPoint(place - made.start, float(gap), float(gap - t * error), float(gap + t * error), rows)
        for place, (gap, error) in enumerate(zip(found.gaps, found.gap_errors, strict=True))
        if not np.isnan(gap)
    )
