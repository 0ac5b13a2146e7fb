"""The cutoff design: a score decided who had the tool, and students just on either side of it are compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gainline.engine.core.context import RunContext
from gainline.engine.core.progress import Progress, silent
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.analysis import Analysis
from gainline.engine.evidence.attrition import attrition
from gainline.engine.evidence.designs.standing import student_sd, to_estimate
from gainline.engine.evidence.document import ArmCount, Check
from gainline.engine.evidence.estimators.bandwidth import Bandwidths
from gainline.engine.evidence.estimators.cutoff import WEAK_JUMP, CutoffFindings, Scores, discontinuity, scores_at
from gainline.engine.evidence.estimators.density import density_jump
from gainline.engine.evidence.frame import Flags, Floats, Frame
from gainline.engine.evidence.inference.cr2 import cluster_codes
from gainline.engine.evidence.inference.linear import Columns, Rows
from gainline.engine.evidence.rating_cutoff import CONTINUITY, DENSITY, DONUT, WIDTH
from gainline.engine.evidence.sample import Sample
from gainline.engine.pilots.plan import Cutoff, Outcome, Plan

_SPEAKS_AT = 0.05
_TIMES = (0.5, 0.75, 1.5, 2.0)
_HOLE = 0.1  # of the bandwidth


@dataclass(frozen=True, slots=True)
class _Placed:
    """Who can be compared, and where they stand: rows of the frame and their scores."""

    rows: Rows
    scores: Scores


def analyze(
    plan: Plan, frame: Frame, outcome: Outcome, *, ctx: RunContext, progress: Progress = silent
) -> Analysis | Refusal:
    """The effect at the cutoff of being on the tool's side; beside it, the effect of the tool where take-up jumps.

    Refuses
    -------
    EV189 to EV192 of the discontinuity; EV197 no spread of students; EV199 the score did not decide who had the tool.
    """
    rule = plan.design.cutoff
    if rule is None:
        return _undecided()
    placed = _place(plan, rule, frame, outcome)
    found = discontinuity(placed.scores)
    if isinstance(found, Refusal):
        return found
    if placed.scores.uptake is not None and not _decided(found):
        return _undecided()
    side = np.zeros(len(frame), dtype=bool)
    side[placed.rows] = placed.scores.tool_side
    spread = student_sd(frame, outcome, side)
    if isinstance(spread, Refusal):
        return spread
    sample = _sample(frame, outcome, placed, found)
    counts = _counts(rule, frame, placed, found)
    mean_usual = _usual_at_cutoff(placed.scores, found)
    shown = [
        to_estimate(one, outcome, spread, mean_usual=mean_usual, counts=counts)
        for one in (found.effect, found.of_the_tool, found.conventional)
        if one is not None
    ]
    checks = tuple(_checks(plan, rule, frame, placed, found))
    (assigned, analyzed) = ((counts[0].assigned, counts[1].assigned), (counts[0].analyzed, counts[1].analyzed))
    losses = (attrition("student", assigned, analyzed, plan.design.boundary),)
    return Analysis(shown[0], sample, None, losses, (), tuple(shown[1:]), checks)


def _place(plan: Plan, rule: Cutoff, frame: Frame, outcome: Outcome) -> _Placed:
    score, y = frame.numbers[rule.score], frame.outcomes[outcome.key]
    rows = np.flatnonzero(~np.isnan(score) & ~np.isnan(y))
    clusters = None if plan.design.cluster == "student" else cluster_codes(frame.cluster[rows])
    side = scores_at(score[rows], y[rows], rule.at, rule.tool_side).tool_side
    tool = frame.tool[rows]
    uptake = None if bool((tool == side).all()) else tool.astype(float)
    return _Placed(rows, scores_at(score[rows], y[rows], rule.at, rule.tool_side, uptake=uptake, clusters=clusters))


def _decided(found: CutoffFindings) -> bool:
    jump = found.uptake
    return jump is not None and jump.effect > WEAK_JUMP * jump.std_error


def _undecided() -> Refusal:
    return Refusal(
        "EV199",
        "the share of students with the tool does not jump at the cutoff, so the score did not decide who had it",
        "check the cutoff, its side and the assignments file, or register a matched design",
    )


def _sample(frame: Frame, outcome: Outcome, placed: _Placed, found: CutoffFindings) -> Sample:
    """The students within the bandwidth as a model of two lines, for what is asked of groups."""
    near = placed.scores.only(found.inside)
    rows = placed.rows[found.inside]
    side = near.tool_side.astype(float)
    others = Columns(
        ("intercept", "score", "score on the tool's side"), np.column_stack([np.ones(len(rows)), near.x, near.x * side])
    )
    clusters = np.arange(len(rows)) if near.clusters is None else near.clusters
    units = cluster_codes(frame.unit[rows])
    return Sample(outcome, rows, near.y, near.tool_side, clusters, units, found.weights[found.inside], others)


def _counts(rule: Cutoff, frame: Frame, placed: _Placed, found: CutoffFindings) -> tuple[ArmCount, ...]:
    """Assigned: everybody whose score lies within the bandwidth, measured or not; analyzed: those measured."""
    score = frame.numbers[rule.score]
    known = np.flatnonzero(~np.isnan(score))
    everybody = scores_at(score[known], score[known], rule.at, rule.tool_side)
    near = np.abs(everybody.x) < found.bandwidths.main
    labels, counts = frame.cluster.astype(str), []
    for arm, of_all, of_these in (
        ("tool", everybody.tool_side, placed.scores.tool_side),
        ("usual", ~everybody.tool_side, ~placed.scores.tool_side),
    ):
        assigned, analyzed = known[near & of_all], placed.rows[found.inside & of_these]
        clusters = [len(np.unique(labels[rows])) for rows in (assigned, analyzed)]
        counts.append(ArmCount(arm, len(assigned), len(analyzed), *clusters))
    return tuple(counts)


def _usual_at_cutoff(scores: Scores, found: CutoffFindings) -> float:
    part = found.inside & ~scores.tool_side
    slope = np.column_stack([np.ones(int(part.sum())), scores.x[part]])
    root = np.sqrt(found.weights[part])
    return float(np.linalg.lstsq(slope * root[:, None], scores.y[part] * root, rcond=None)[0][0])


def _checks(plan: Plan, rule: Cutoff, frame: Frame, placed: _Placed, found: CutoffFindings) -> Iterator[Check]:
    yield _density(rule, frame)
    yield _continuity(plan, rule, frame, placed)
    yield _widths(placed.scores, found)
    yield _donut(placed.scores, found)


def _density(rule: Cutoff, frame: Frame) -> Check:
    """Whether more students stand just on one side of the cutoff, among everybody with a score."""
    score = frame.numbers[rule.score]
    score = score[~np.isnan(score)]
    everybody = scores_at(score, score, rule.at, rule.tool_side)
    jump = density_jump(everybody.x, everybody.tool_side)
    rule_text = f"Flag when the density of scores jumps at the cutoff, two-sided p at most {_SPEAKS_AT:g}"
    title, source = "Students moved across the cutoff", "Cattaneo, Jansson and Ma (2020), JASA 115(531)"
    if jump is None:
        says = "Too few students have a score to see whether some were moved across the cutoff."
        return Check(DENSITY, title, "not tested", rule_text, False, says, source)
    flag = jump.p <= _SPEAKS_AT
    says = "Nothing suggests that students were moved across the cutoff."
    if flag:
        says = "More students stand just on one side of the cutoff: some scores may have been made to fit."
    figures = f"density {jump.tool:.3g} on the tool's side, {jump.usual:.3g} on the other, p = {jump.p:.3f}"
    return Check(DENSITY, title, figures, rule_text, flag, says, source)


def _continuity(plan: Plan, rule: Cutoff, frame: Frame, placed: _Placed) -> Check:
    """Whether what was so before the tool jumps at the cutoff too; p held against the number of covariates (Holm)."""
    tried = {}
    for label, values in _covariates(plan, rule, frame):
        known = ~np.isnan(values[placed.rows])
        scores = placed.scores.only(known)
        own = Scores(scores.x, scores.tool_side, values[placed.rows][known], None, scores.clusters)
        one = discontinuity(own)
        if not isinstance(one, Refusal):
            tried[label] = one.effect
    rule_text = f"Flag when a covariate jumps at the cutoff, p at most {_SPEAKS_AT:g} over the number looked at"
    title, source = "Covariates at the cutoff", "Lee (2008), Journal of Econometrics 142"
    if not tried:
        says = "No other covariate could be looked at, so nothing shows that the students were alike at the cutoff."
        return Check(CONTINUITY, title, "none looked at", rule_text, False, says, source)
    flag = min(one.p for one in tried.values()) * len(tried) <= _SPEAKS_AT
    figures = "; ".join(f"{label} {one.effect:+.3g}, p = {one.p:.3f}" for label, one in tried.items())
    says = "What was so before the tool runs on smoothly across the cutoff."
    if flag:
        says = (
            "Something that was so before the tool jumps at the cutoff as well, so the tool is not the only difference."
        )
    return Check(CONTINUITY, title, figures, rule_text, flag, says, source)


def _covariates(plan: Plan, rule: Cutoff, frame: Frame) -> Iterator[tuple[str, Floats]]:
    for covariate in plan.covariates:
        if covariate.key == rule.score:
            continue
        if covariate.kind == "number":
            yield covariate.label, frame.numbers[covariate.key]
            continue
        labels = frame.categories[covariate.key]
        known = sorted({str(label) for label in labels if label is not None})
        if len(known) == 2:
            member = [float("nan") if label is None else float(str(label) == known[1]) for label in labels]
            yield f"{covariate.label}: {known[1]}", np.array(member)


def _widths(scores: Scores, found: CutoffFindings) -> Check:
    """The jump in narrower and wider bandwidths."""
    chosen, main = found.bandwidths, found.effect
    seen = []
    for times in _TIMES:
        one = discontinuity(scores, bandwidths=Bandwidths(times * chosen.main, times * chosen.bias))
        if not isinstance(one, Refusal):
            seen.append((times, one.effect.effect))
    rule = "Flag when another bandwidth puts the estimate outside the interval of the chosen one"
    flag = any(not main.low <= effect <= main.high for _, effect in seen)
    figures = f"{main.effect:+.3g} at the chosen bandwidth; " + "; ".join(
        f"{effect:+.3g} at {times:g} times its width" for times, effect in seen
    )
    says = "The estimate does not hang on how far from the cutoff one looks."
    if flag:
        says = "The estimate changes with how far from the cutoff one looks."
    source = "Imbens and Lemieux (2008), Journal of Econometrics 142, section 4"
    return Check(WIDTH, "Narrower and wider bandwidths", figures, rule, flag, says, source)


def _donut(scores: Scores, found: CutoffFindings) -> Check:
    """The jump again without those nearest to the cutoff, whose scores would be the easiest to move."""
    hole = _HOLE * found.bandwidths.main
    far: Flags = np.abs(scores.x) >= hole
    one = discontinuity(scores.only(far), bandwidths=found.bandwidths)
    rule = "Flag when the estimate without the nearest students lies outside the interval"
    title, source = "Without the students nearest to the cutoff", "Barreca et al. (2011), QJE 126(4)"
    if isinstance(one, Refusal):
        says = "Too few students remain without those nearest to the cutoff."
        return Check(DONUT, title, f"not tried: {one.because}", rule, False, says, source)
    main = found.effect
    flag = not main.low <= one.effect.effect <= main.high
    figures = f"{one.effect.effect:+.3g} without {int((~far).sum()):,} students nearer than {hole:.3g} points"
    says = "The estimate does not hang on those nearest to the cutoff."
    if flag:
        says = "The estimate hangs on those nearest to the cutoff, whose scores would be the easiest to move."
    return Check(DONUT, title, figures, rule, flag, says, source)
