"""Spillover: whether students of the usual arm do differently where many of their schoolmates have the tool.

An association, never an effect: chance may have assigned the tool, but it did not assign the schoolmates unless the
shares were drawn too. Only students of the usual arm are compared, so the tool's own effect is not in it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.document import Check
from gainline.engine.evidence.frame import Codes, Flags, Floats, Frame
from gainline.engine.evidence.inference.cr2 import Inference, cluster_codes, cr2
from gainline.engine.evidence.inference.linear import Columns, intercept, least_squares
from gainline.engine.evidence.sample import covariate_columns
from gainline.engine.pilots.plan import Plan

SPILLOVER = "spillover"
_SHARE = "share of schoolmates with the tool"
MIN_SCHOOLS = 4  # below it a slope over schools is two points and a hope
MIN_SPREAD = 0.02  # SD of the share: below it there is nothing to compare
MIN_DF = 4.0
_RULE = (
    "Flag when the usual arm does differently with more schoolmates on the tool, two-sided p at most 0.05, and chance "
    "assigned the tool; where students chose it, the share says as much about the school"
)


def spillover(plan: Plan, frame: Frame) -> tuple[Check, ...]:
    """How the usual arm's result goes with the share of schoolmates who have the tool.

    Empty where no student of the usual arm has such schoolmates, and for designs over time.
    """
    if plan.design.over_time or plan.primary.key not in frame.outcomes:
        return ()
    schools = cluster_codes(frame.school)
    share = _exposure(frame.tool, schools)
    usual = ~frame.tool & ~np.isnan(frame.outcomes[plan.primary.key])
    if not (share[usual] > 0.0).any():
        return ()
    mixed = len(np.unique(schools[usual & (share > 0.0)]))
    found = _slope(plan, frame, share, usual)
    return (_unknown(mixed, found) if isinstance(found, str) else _check(plan, found, mixed),)


def _exposure(tool: Flags, schools: Codes) -> Floats:
    """Share of each student's schoolmates, the student not counted, who have the tool; 0 for a student alone."""
    size, with_tool = np.bincount(schools), np.bincount(schools, tool)
    mates = size[schools] - 1.0
    shares: Floats = np.where(mates > 0, (with_tool[schools] - tool) / np.where(mates > 0, mates, 1.0), 0.0)
    return shares


def _slope(plan: Plan, frame: Frame, share: Floats, usual: Flags) -> Inference | str:
    covariates = covariate_columns(plan, frame)
    if isinstance(covariates, Refusal):
        return covariates.because
    rows = np.flatnonzero(usual & covariates.usable)
    schools = cluster_codes(frame.school[rows])
    if not len(rows) or int(schools.max()) + 1 < MIN_SCHOOLS:
        return f"the usual arm has students in fewer than {MIN_SCHOOLS} schools"
    if float(share[rows].std()) < MIN_SPREAD:
        return "the share is nearly the same at every school"
    plain = intercept(len(rows)).beside(covariates.columns.rows(rows))
    columns = plain.beside(Columns((_SHARE,), share[rows][:, None]))
    fit = least_squares(frame.outcomes[plan.primary.key][rows], columns, needed=[_SHARE])
    if isinstance(fit, Refusal):
        return fit.because
    found = cr2(fit, schools, fit.contrast(_SHARE))
    if not (found.df >= MIN_DF and found.std_error > 0.0):
        return f"it would rest on {found.df:.1f} degrees of freedom, fewer than {MIN_DF:g}"
    return found


def _check(plan: Plan, found: Inference, mixed: int) -> Check:
    tenth = replace(found, estimate=found.estimate / 10.0, std_error=found.std_error / 10.0)
    flag = found.p <= 0.05 and plan.design.kind == "randomized"
    figures = (
        f"for every 10 points more schoolmates with the tool {tenth.estimate:+.3g} {plan.primary.unit} in the usual "
        f"arm (95 % interval {tenth.estimate - tenth.half_width:+.3g} to {tenth.estimate + tenth.half_width:+.3g}, "
        f"p = {found.p:.3f}); mixed schools: {mixed}"
    )
    says = "Students without the tool do about the same where few and where many schoolmates have it."
    if found.p <= 0.05:
        says = "Students without the tool do differently where more schoolmates chose it; schools differ anyway."
    if flag:
        says = (
            "Students without the tool do differently where more schoolmates have it: the tool may have reached them "
            "too, and then the result is off by as much."
        )
    return Check(SPILLOVER, _TITLE, figures, _RULE, flag, says, _SOURCE)


def _unknown(mixed: int, because: str) -> Check:
    says = "Whether the tool reached students who were not given it cannot be told from these schools."
    figures = f"mixed schools: {mixed}; not estimated: {because}"
    return Check(SPILLOVER, _TITLE, figures, _RULE, False, says, _SOURCE)


_TITLE = "Spillover to schoolmates of the usual arm (association, not an effect)"
_SOURCE = "Hudgens and Halloran (2008), Journal of the American Statistical Association 103, for the exposures"
