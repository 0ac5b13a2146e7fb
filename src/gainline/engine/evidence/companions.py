"""Companions: the same question with another estimand or estimator, in the shape of the estimate they stand beside."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.document import Estimate
from gainline.engine.evidence.estimators.categories import Model, odds_ratio, proportional_odds, rate_ratio
from gainline.engine.evidence.estimators.compliance import AS_TREATED, Offered, as_treated, complier_effect, take_up
from gainline.engine.evidence.estimators.growth import MIN_PERIODS, growth_difference
from gainline.engine.evidence.finding import Finding, Notes
from gainline.engine.evidence.frame import Floats, Frame
from gainline.engine.evidence.inference.cr2 import cluster_codes
from gainline.engine.evidence.inference.linear import Columns
from gainline.engine.evidence.sample import TOOL, Sample
from gainline.engine.pilots.plan import Plan


def beside(estimate: Estimate, finding: Finding, *, label: str, unit: str | None = None) -> Estimate:
    """A finding about the estimate's outcome and students as a labeled estimate that nobody decides on.

    Parameters
    ----------
    estimate
        The registered estimate; its SD, counts and direction hold for the companion too.
    finding
        In the outcome's own unit, or in ``unit``.
    label
        What it is, in the reader's words.
    unit
        Where it is not the outcome's own; the arms' means then stay those of the estimate.

    Notes
    -----
    g is the companion's effect on the scale of the estimate's g. In another unit, such as log odds, where that scale
    says nothing, it stays the estimate's g.
    """
    own = unit is None or unit.startswith(f"{estimate.unit} ")
    scale = estimate.g / estimate.effect if estimate.effect else 1.0 / estimate.sd
    sizes = {name: getattr(finding, name) * scale for name in ("effect", "std_error", "low", "high")}
    shown = replace(
        estimate,
        label=label,
        unit=unit or estimate.unit,
        role="exploratory",
        method=finding.method,
        effect=finding.effect,
        std_error=finding.std_error,
        df=finding.df,
        low=finding.low,
        high=finding.high,
        p=finding.p,
        p_adjusted=None,
        p_randomization=None,
        mean_tool=estimate.mean_usual + finding.effect if unit is None else estimate.mean_tool,
        probability_worth_having=None,
        diagnostics=finding.diagnostics,
        estimand=finding.estimand,
        source=finding.source,
    )
    if not own:
        return shown
    return replace(shown, g=sizes["effect"], g_std_error=sizes["std_error"], g_low=sizes["low"], g_high=sizes["high"])


@dataclass(frozen=True, slots=True)
class Beside:
    """Companions of the primary estimate, and why one that was asked for is not there."""

    estimates: tuple[Estimate, ...]
    notes: Notes = ()


MOST_BELOW_DOSE = 0.10
NOTHING = Beside(())


def of_use(plan: Plan, frame: Frame, sample: Sample, estimate: Estimate) -> Beside:
    """What the tool did for those who took it up because chance offered it to them, and as treated.

    Take-up is use at all, having reached the dose, and the dose itself; the assignment is the instrument.
    """
    if unknown := unknown_use(frame, sample):
        return Beside((), (("effect on students who used the tool", f"not estimated: {unknown}"),))
    y = sample.y
    offered = Offered(sample.tool.astype(float), sample.others, sample.clusters, sample.weights)
    used, dosed, dose = (part[sample.rows].astype(float) for part in (frame.used, frame.dosed, frame.dose))
    if np.array_equal(used, offered.assigned):
        return NOTHING
    units = "minutes" if plan.tool.metric == "minutes_active" else plan.tool.metric
    per = f"{estimate.unit} per 10 {units} a week"
    asked: list[tuple[str, str, Floats, str | None]] = [("who used the tool", "used it at all", used, None)]
    found, notes = [], []
    below = _used_below_the_dose(used, dosed, offered)
    if below > MOST_BELOW_DOSE:
        says = f"not estimated: {below:.0%} of those offered it used it below the dose, and that use may count too"
        notes.append(("effect on students who reached the dose", says))
    elif below > 0.0:
        asked.append(("who reached the dose", "reached the dose; use below it is taken to change nothing", dosed, None))
    asked.append(
        ("per amount of use", f"each 10 {units} a week, taken to count alike", np.nan_to_num(dose) / 10.0, per)
    )
    for name, meaning, taken, unit in asked:
        effect = complier_effect(
            y, taken, offered, estimand=f"complier effect: {meaning}", notes=take_up(taken, offered)
        )
        if isinstance(effect, Refusal):
            notes.append((f"effect on students {name}", f"not estimated ({effect.code}): {effect.because}"))
        else:
            label = f"{estimate.label}: effect on students {name}, because they were offered it"
            found.append(beside(estimate, effect, label=label, unit=unit))
    treated = as_treated(y, used, offered) if 0.0 < used.mean() < 1.0 else None
    if treated is not None and not isinstance(treated, Refusal):
        found.append(beside(estimate, treated, label=f"{estimate.label}: users beside others ({AS_TREATED})"))
    return Beside(tuple(found), tuple(notes))


def unknown_use(frame: Frame, sample: Sample) -> str:
    """Why nobody can say who used the tool; empty where the records do."""
    if not np.isnan(frame.dose[sample.rows]).any():
        return ""
    return "some students have no row of use, and the source does not say that this means no use"


def _used_below_the_dose(used: Floats, dosed: Floats, offered: Offered) -> float:
    """The share of those offered the tool who used it without reaching the dose.

    Assignment is an instrument for the dose only where use below it changes nothing; with much such use the effect of
    it would be loaded onto the few who reached the dose.
    """
    inside = offered.assigned > 0.0
    return float(np.mean((used[inside] > 0.0) & (dosed[inside] == 0.0)))


def of_scale(sample: Sample, estimate: Estimate) -> Beside:
    """The model of odds or rates that readers of yes-or-no outcomes, ordered levels and counts will ask for."""
    columns = sample.others.beside(Columns((TOOL,), sample.tool.astype(float)[:, None]))
    model = Model(columns, sample.clusters, sample.weights)
    scale, found, name = sample.outcome.scale, None, ""
    if scale == "binary":
        found, name = odds_ratio(sample.y, model), "log odds ratio"
    elif scale == "count":
        found, name = rate_ratio(sample.y, model), "log rate ratio"
    elif scale == "ordinal":
        levels = np.unique(sample.y, return_inverse=True)[1].astype(np.intp)
        found, name = proportional_odds(levels, model, df=estimate.df), "log odds ratio of a higher level"
    if found is None:
        return NOTHING
    if isinstance(found, Refusal):
        return Beside((), ((name, f"not estimated ({found.code}): {found.because}"),))
    return Beside((beside(estimate, found, label=f"{estimate.label}: {name}", unit=name),))


def of_growth(frame: Frame, sample: Sample, estimate: Estimate) -> Beside:
    """The difference in growth where the outcome was measured in three periods or more, per month of 30 days."""
    panel = frame.panels.get(sample.outcome.key)
    if panel is None or len(panel.periods) < MIN_PERIODS:
        return NOTHING
    place = {str(key): position for position, key in enumerate(frame.keys)}
    rows = [place.get(str(unit)) for unit in panel.unit]
    if any(row is None for row in rows):  # schools, not students
        return NOTHING
    tool = frame.tool[np.array(rows, dtype=np.intp)]
    months = np.array([(day - panel.days[0]).days / 30.0 for day in panel.days])
    found = growth_difference(panel.values, months, tool, cluster_codes(panel.cluster), unit_of_time="month")
    if isinstance(found, Refusal):
        return Beside((), (("growth", f"not estimated ({found.code}): {found.because}"),))
    label = f"{estimate.label}: difference in growth"
    return Beside((beside(estimate, found, label=label, unit=f"{estimate.unit} per month"),))
