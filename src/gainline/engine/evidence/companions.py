"""Companions: the same question with another estimand or estimator, in the shape of the estimate they stand beside."""

from __future__ import annotations

from dataclasses import replace

from gainline.engine.evidence.document import Estimate
from gainline.engine.evidence.finding import Finding


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
