"""What the tool did for those who took it up because it was offered: the assignment as an instrument for use.

The interval inverts a test (Anderson and Rubin): a value b is inside when, by CR2 and Satterthwaite, the assignment
explains nothing of ``y - b D``. The degrees of freedom depend on the design alone and the squared error is a quadratic
in b, so the set has a closed form. With few schools or weak take-up it is as wide as it must be; where take-up does not
differ between the arms beyond chance, the set has no end and nothing is reported.

Source: Angrist, Imbens and Rubin (1996), Journal of the American Statistical Association 91; Anderson and Rubin (1949);
Fieller (1954); Staiger and Stock (1997) on weak instruments. Beside it "as treated", labeled as the association it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.finding import Finding, Notes
from gainline.engine.evidence.frame import Codes, Floats
from gainline.engine.evidence.inference.cr2 import cr2, cr2_scores
from gainline.engine.evidence.inference.distributions import t_p_value, t_quantile
from gainline.engine.evidence.inference.linear import Columns, Fit, least_squares

SOURCE = "Angrist, Imbens and Rubin (1996); Anderson and Rubin (1949); Pustejovsky and Tipton (2018)"
AS_TREATED = "as treated: association, not an effect"
_ASSIGNED, _TAKEN = "assigned", "taken"


@dataclass(frozen=True, slots=True)
class Offered:
    """Who was offered the tool, with everything else of the model; arrays have one entry per student.

    ``assigned`` is 0 or 1; ``others`` are all other columns, the intercept included.
    """

    assigned: Floats
    others: Columns
    clusters: Codes
    weights: Floats

    def __len__(self) -> int:
        return len(self.assigned)


def complier_effect(
    y: Floats, taken: Floats, offered: Offered, *, estimand: str, notes: Notes = ()
) -> Finding | Refusal:
    """The effect per unit of take-up among those whom the assignment moved (CACE, or LATE with a dose).

    Parameters
    ----------
    y
        Shape ``(n,)``: the outcome, in its own unit.
    taken
        Shape ``(n,)``: 1 for those who took it up and 0 for the others, or an amount of the dose.
    offered
        The assignment and the model.
    estimand
        In words, with the unit of take-up.

    Refuses
    -------
    EV006, EV007 of `least_squares`; EV111 take-up does not differ between the arms beyond chance.

    Assumes
    -------
    The assignment changes the outcome through ``taken`` alone, and nobody takes less because it was offered.

    Source: see the module.
    """
    design = offered.others.beside(Columns((_ASSIGNED,), offered.assigned[:, None]))
    fits = []
    for target in (y, taken):
        fit = least_squares(target, design, needed=[_ASSIGNED], weights=offered.weights)
        if isinstance(fit, Refusal):
            return fit
        fits.append(fit)
    return _wald(fits[0], fits[1], offered.clusters, estimand, notes)


def _wald(reduced: Fit, first: Fit, clusters: Codes, estimand: str, notes: Notes) -> Finding | Refusal:
    contrast = reduced.contrast(_ASSIGNED)
    moved_y, moved_d = float(contrast @ reduced.coefficients), float(contrast @ first.coefficients)
    (score_y, df), (score_d, _) = (cr2_scores(fit, clusters, contrast) for fit in (reduced, first))
    squares = (float(score_y @ score_y), float(score_y @ score_d), float(score_d @ score_d))
    ends = _ends(moved_y, moved_d, squares, t_quantile(0.975, df))
    if ends is None:
        return Refusal(
            "EV111",
            "being offered the tool did not change its use beyond chance, so an effect of use cannot be told from it",
            "report the intention to treat, and find out why the tool was not used or was used by both arms",
        )
    effect = moved_y / moved_d
    error = sqrt(max(squares[0] - 2.0 * effect * squares[1] + effect**2 * squares[2], 0.0)) / abs(moved_d)
    p = t_p_value(moved_y / sqrt(squares[0]), df)
    strength = "without error" if squares[2] <= 1e-18 * moved_d**2 else f"F = {moved_d**2 / squares[2]:.4g}"
    said = (("take-up moved by the assignment", f"{moved_d:.4g}, {strength}"), *notes)
    method = "assignment as instrument with the registered covariates, Anderson-Rubin interval by CR2/Satterthwaite"
    return Finding(estimand, effect, error, df, ends[0], ends[1], p, method, SOURCE, said)


def _ends(y: float, d: float, squares: tuple[float, float, float], t: float) -> tuple[float, float] | None:
    """Both roots of ``(y - b d)^2 = t^2 (S_yy - 2 b S_yd + b^2 S_dd)``; None where the set has no end."""
    a = d**2 - t**2 * squares[2]
    if a <= 1e-12 * d**2:
        return None
    half = y * d - t**2 * squares[1]
    spread = sqrt(max(half**2 - a * (y**2 - t**2 * squares[0]), 0.0))
    return (half - spread) / a, (half + spread) / a


def as_treated(y: Floats, taken: Floats, offered: Offered) -> Finding | Refusal:
    """Those who took it up beside those who did not, whatever was offered: an association, and labeled so.

    Refuses
    -------
    EV006, EV007 of `least_squares`.
    """
    design = offered.others.beside(Columns((_TAKEN,), taken[:, None]))
    fit = least_squares(y, design, needed=[_TAKEN], weights=offered.weights)
    if isinstance(fit, Refusal):
        return fit
    found = cr2(fit, offered.clusters, fit.contrast(_TAKEN))
    method = "regression on use with the registered covariates, CR2/Satterthwaite"
    source = "none: use was chosen, so whatever drove the choice is in the number"
    return found.finding(AS_TREATED, method=method, source=source)


def take_up(taken: Floats, offered: Offered) -> Notes:
    """The share, or the mean amount, of take-up in each arm."""
    sides: Sequence[tuple[str, Floats]] = (("offered", offered.assigned), ("not offered", 1.0 - offered.assigned))
    weights = offered.weights
    return tuple(
        (f"take-up, {name}", f"{float(np.average(taken, weights=weights * side)):.4g}") for name, side in sides
    )
