"""Regression discontinuity: a score decided who had the tool, so students just on either side of it are alike.

The jump of two local lines is corrected for the curvature that the lines miss, and the interval pays for that
correction; a plain interval around local lines claims too much, whatever the bandwidth.

Source: Calonico, Cattaneo and Titiunik (2014), Econometrica 82(6): 2295-2326; Hahn, Todd and van der Klaauw (2001) for
take-up that the score only moves; Pustejovsky and Tipton (2018) for students in few schools.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.estimators.bandwidth import DISTINCT, Bandwidths, choose
from gainline.engine.evidence.estimators.local import Side, residuals, steps, triangular
from gainline.engine.evidence.finding import Finding, Notes
from gainline.engine.evidence.frame import Codes, Flags, Floats
from gainline.engine.evidence.inference.cr2 import Inference, cr2
from gainline.engine.evidence.inference.distributions import t_half_width, t_p_value
from gainline.engine.evidence.inference.linear import Columns, least_squares

FEWEST = 20  # students on each side within the bandwidth
FEWEST_DF = 4.0  # Tipton (2015)
WEAK_JUMP = 10.0**0.5  # a jump in take-up below this t (F below 10) carries no effect of the tool
AT_THE_CUTOFF = "effect at the cutoff of being on the tool's side"
OF_THE_TOOL = "effect at the cutoff on those whose tool the score decided"
SOURCE = "Calonico, Cattaneo and Titiunik (2014)"
_INFINITE = float("inf")


@dataclass(frozen=True, slots=True)
class CutoffFindings:
    """What a cutoff says.

    Parameters
    ----------
    effect
        The bias-corrected jump with its robust interval: the main finding.
    conventional
        The jump of the local lines with the interval that ignores their bias, shown beside.
    uptake, of_the_tool
        The jump in having the tool, and the effect among those whom it moved; ``None`` without take-up, the second
        also where the jump is too weak to carry it.
    bandwidths
        In units of the score.
    inside, weights
        Shape ``(n,)`` of the arrays that went in: who is within the bandwidth of the lines, and with which weight.
    """

    effect: Finding
    conventional: Finding
    uptake: Finding | None
    of_the_tool: Finding | None
    bandwidths: Bandwidths
    inside: Flags
    weights: Floats


@dataclass(frozen=True, slots=True)
class Scores:
    """Students at a cutoff, those without score or outcome already left out; all of shape ``(n,)``.

    Parameters
    ----------
    x
        Score minus cutoff, turned so that the tool's side lies above 0.
    tool_side
        Whether the score puts the student on the tool's side.
    y
        The outcome.
    uptake
        1 for students who had the tool, else 0; ``None`` when the score decided without exception.
    clusters
        Codes of independent draws; ``None`` when every student is one.
    """

    x: Floats
    tool_side: Flags
    y: Floats
    uptake: Floats | None = None
    clusters: Codes | None = None

    def only(self, keep: Flags) -> Scores:
        """The named students."""
        uptake = None if self.uptake is None else self.uptake[keep]
        clusters = None
        if self.clusters is not None:
            clusters = np.unique(self.clusters[keep], return_inverse=True)[1].astype(np.intp)
        return Scores(self.x[keep], self.tool_side[keep], self.y[keep], uptake, clusters)


def scores_at(
    score: Floats, y: Floats, at: float, tool_side: str, *, uptake: Floats | None = None, clusters: Codes | None = None
) -> Scores:
    """Scores turned so that the tool's side lies above 0; ``tool_side`` is "below" or "at or above" the cutoff."""
    below = tool_side == "below"
    side = score < at if below else score >= at
    return Scores(at - score if below else score - at, side, y, uptake, clusters)


def discontinuity(scores: Scores, *, bandwidths: Bandwidths | None = None) -> CutoffFindings | Refusal:
    """The jump of the outcome at the cutoff.

    With clusters the jump is that of two local parabolas within the bandwidth of the lines, which is the bias-corrected
    jump with equal bandwidths (Calonico, Cattaneo and Titiunik 2014, remark 7), so that CR2 and Satterthwaite's degrees
    of freedom apply to it.

    Parameters
    ----------
    bandwidths
        Chosen by mean squared error when absent.

    Refuses
    -------
    EV189 too few distinct scores on a side; EV190 too few students within the bandwidth; EV191 the outcome does not
    vary there; EV192 too few clusters there.
    """
    fault = _few_distinct(scores)
    if fault is not None:
        return fault
    if float(np.ptp(scores.y)) == 0.0:
        return _constant()
    chosen = bandwidths or choose(_side(scores, False, scores.y), _side(scores, True, scores.y))
    weights = triangular(scores.x, chosen.main)
    inside = weights > 0.0
    fault = _thin(scores, inside)
    if fault is not None:
        return fault
    if scores.clusters is None:
        return _independent(scores, chosen, inside, weights)
    return _clustered(scores, chosen, inside, weights)


@dataclass(frozen=True, slots=True)
class _Jump:
    """A jump as weights on the outcomes of both sides: ``plain`` of the lines, ``corrected`` for their bias."""

    plain: Floats
    corrected: Floats
    near: Flags


def _jump(scores: Scores, chosen: Bandwidths) -> _Jump:
    near = np.abs(scores.x) < max(chosen.main, chosen.bias)
    plain, corrected = np.zeros(len(near)), np.zeros(len(near))
    for sign, part in ((1.0, near & scores.tool_side), (-1.0, near & ~scores.tool_side)):
        x = scores.x[part]
        line = steps(x, chosen.main, 1, 0)
        curve = steps(x, chosen.bias, 2, 2)
        plain[part] = sign * line
        corrected[part] = sign * (line - float(line @ x**2) * curve)
    return _Jump(plain, corrected, near)


def _independent(scores: Scores, chosen: Bandwidths, inside: Flags, weights: Floats) -> CutoffFindings | Refusal:
    jump = _jump(scores, chosen)
    rest = _rest(scores, scores.y, jump.near)
    effect, error = float(jump.corrected @ scores.y), _norm(jump.corrected * rest)
    if error <= 1e-12 * max(float(np.abs(scores.y[jump.near]).max()), 1e-300):
        return _constant()
    notes = _notes(scores, chosen, inside)
    main = _finding(AT_THE_CUTOFF, effect, error, f"{_METHOD}, nearest-neighbor variance", notes)
    lines = _finding(AT_THE_CUTOFF, float(jump.plain @ scores.y), _norm(jump.plain * rest), _CONVENTIONAL, ())
    if scores.uptake is None:
        return CutoffFindings(main, lines, None, None, chosen, inside, weights)
    return CutoffFindings(main, lines, *_taken_up(scores, jump, scores.uptake), chosen, inside, weights)


_METHOD = "local lines at the cutoff, bias-corrected, robust interval"
_CONVENTIONAL = "local lines at the cutoff, conventional interval"


def _taken_up(scores: Scores, jump: _Jump, uptake: Floats) -> tuple[Finding, Finding | None]:
    """The jump in take-up, and the ratio of the jumps by the delta method."""
    rest = _rest(scores, uptake, jump.near)
    moved = float(jump.plain @ uptake)
    corrected = float(jump.corrected @ uptake)
    error = _norm(jump.corrected * rest)
    first = _finding("jump in having the tool at the cutoff", corrected, error, _METHOD, ())
    if abs(corrected) <= WEAK_JUMP * error or moved == 0.0:
        return first, None
    ratio = float(jump.plain @ scores.y) / moved
    composite = (scores.y - ratio * uptake) / moved
    effect = ratio + float((jump.corrected - jump.plain) @ composite)
    spread = _norm(jump.corrected * _rest(scores, composite, jump.near))
    return first, _finding(OF_THE_TOOL, effect, spread, f"{_METHOD}, ratio of the jumps", ())


def _clustered(scores: Scores, chosen: Bandwidths, inside: Flags, weights: Floats) -> CutoffFindings | Refusal:
    near = scores.only(inside)
    found = [_parabolas(near, near.y, weights[inside], order) for order in (2, 1)]
    main, lines = found
    if isinstance(main, Refusal):
        return main
    if isinstance(lines, Refusal):
        return lines
    main = _with_notes(main, _notes(scores, Bandwidths(chosen.main, chosen.main), inside))
    first = None if near.uptake is None else _parabolas(near, near.uptake, weights[inside], 2)
    uptake = None if first is None or isinstance(first, Refusal) else first
    of_the_tool = None if uptake is None else _ratio(near, weights[inside], main, uptake)
    return CutoffFindings(main, lines, uptake, of_the_tool, chosen, inside, weights)


def _parabolas(near: Scores, y: Floats, weights: Floats, order: int) -> Finding | Refusal:
    """The jump of two polynomials of the order, by weighted least squares with CR2 over clusters."""
    x, side = near.x, near.tool_side.astype(float)
    powers = [x**k for k in range(1, order + 1)]
    matrix = np.column_stack([np.ones(len(x)), *powers, *[side * power for power in powers], side])
    names = (*(f"term {k}" for k in range(matrix.shape[1] - 1)), "jump")
    fit = least_squares(y, Columns(names, matrix), needed=["jump"], weights=weights)
    if isinstance(fit, Refusal):
        return fit
    clusters = near.clusters if near.clusters is not None else np.arange(len(y))
    effect = cr2(fit, clusters, fit.contrast("jump"))
    if not effect.std_error > 1e-12 * max(float(np.abs(y).max()), 1e-300):
        return _constant()
    if not effect.df >= FEWEST_DF:
        return Refusal(
            "EV192",
            f"the schools or sections within the bandwidth carry only {effect.df:.1f} degrees of freedom",
            "pool more schools, or more years of the same cutoff",
        )
    shape = "parabolas" if order == 2 else "lines"
    method = f"local {shape} at the cutoff, CR2/Satterthwaite by cluster"
    return effect.finding(AT_THE_CUTOFF, method=method, source=f"{SOURCE}, remark 7")


def _ratio(near: Scores, weights: Floats, main: Finding, uptake: Finding) -> Finding | None:
    if near.uptake is None or abs(uptake.effect) <= WEAK_JUMP * uptake.std_error:
        return None
    ratio = main.effect / uptake.effect
    spread = _parabolas(near, (near.y - ratio * near.uptake) / uptake.effect, weights, 2)
    if isinstance(spread, Refusal):
        return None
    method = f"{spread.method}, ratio of the jumps"
    return Inference(ratio, spread.std_error, spread.df).finding(OF_THE_TOOL, method=method, source=spread.source)


def _with_notes(finding: Finding, notes: Notes) -> Finding:
    return replace(finding, diagnostics=(*finding.diagnostics, *notes))


def _finding(estimand: str, effect: float, error: float, method: str, notes: Notes) -> Finding:
    half = t_half_width(error, _INFINITE)
    p = t_p_value(effect / error, _INFINITE) if error > 0.0 else float(effect == 0.0)
    return Finding(estimand, effect, error, _INFINITE, effect - half, effect + half, p, method, SOURCE, notes)


def _side(scores: Scores, tool: bool, values: Floats) -> Side:
    part = scores.tool_side == tool
    order = np.lexsort((values[part], scores.x[part]))  # ties by value, so that the order of rows cannot matter
    return Side(scores.x[part][order], values[part][order])


def _rest(scores: Scores, values: Floats, near: Flags) -> Floats:
    """Nearest-neighbor residuals of each side within the bandwidth, in the order of the students; 0 outside."""
    found = np.zeros(len(values))
    for side in (True, False):
        places = np.flatnonzero(near & (scores.tool_side == side))
        places = places[np.argsort(scores.x[places], kind="stable")]
        found[places] = residuals(Side(scores.x[places], values[places]))
    return found


def _norm(values: Floats) -> float:
    return float(np.sqrt(np.sum(values**2)))


def _notes(scores: Scores, chosen: Bandwidths, inside: Flags) -> Notes:
    tool, usual = int((inside & scores.tool_side).sum()), int((inside & ~scores.tool_side).sum())
    distinct = len(np.unique(scores.x[inside]))
    return (
        ("bandwidth of the lines, in points of the score", f"{chosen.main:.6g}"),
        ("bandwidth of the bias, in points of the score", f"{chosen.bias:.6g}"),
        ("students within the bandwidth, tool's side and other side", f"{tool} and {usual}"),
        ("distinct scores within the bandwidth", f"{distinct}"),
    )


def _few_distinct(scores: Scores) -> Refusal | None:
    for side in (scores.tool_side, ~scores.tool_side):
        if len(np.unique(scores.x[side])) < DISTINCT:
            return Refusal(
                "EV189",
                f"a side of the cutoff has fewer than {DISTINCT} distinct scores, so its line is a guess",
                "use the finer score from which the cutoff was made, or compare matched students",
            )
    return None


def _thin(scores: Scores, inside: Flags) -> Refusal | None:
    counts = [int((inside & side).sum()) for side in (scores.tool_side, ~scores.tool_side)]
    if min(counts) >= FEWEST:
        return None
    return Refusal(
        "EV190",
        f"the bandwidth around the cutoff holds {counts[0]} students on the tool's side and {counts[1]} on the other, "
        f"and needs {FEWEST} on each",
        "pool more years or schools that used the same cutoff",
    )


def _constant() -> Refusal:
    return Refusal(
        "EV191",
        "the outcome does not vary around the cutoff, so its uncertainty cannot be computed",
        "check the file that holds the outcome, or choose a measure that can differ",
    )
