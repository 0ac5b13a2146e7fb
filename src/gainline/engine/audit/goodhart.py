"""Goodhart's law: once a number is a target, it stops telling of what it stood for. Three signs of that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import atanh, sqrt, tanh

import numpy as np

from gainline.engine.audit.check import AuditCheck, Word, cannot_tell
from gainline.engine.evidence.document import Estimate, Evidence
from gainline.engine.evidence.estimators.density import density_jump
from gainline.engine.evidence.frame import Flags, Floats, Frame
from gainline.engine.evidence.inference.distributions import normal_quantile
from gainline.engine.pilots.plan import Plan

FALL = 0.15  # of the correlation between what is counted and what is meant
MORE_USE = 0.5  # share of the tool's arm that reached the dose: from there on minutes are up
FEWEST = 20
ALPHA = 0.05
NEAR = 0.10  # of the dose: how far to each side counts as just at it
FEWEST_NEAR = 30  # students on each side of the dose
_Z = normal_quantile(0.975)


@dataclass(frozen=True, slots=True)
class Tie:
    """How closely a counted number went with what it stands for: Pearson's r over ``n`` students."""

    r: float
    n: int


def tie(proxy: Floats, goal: Floats, among: Flags) -> Tie | None:
    """The tie of a proxy with its goal; None with fewer than 20 students, or where one of both never differs."""
    seen = among & ~np.isnan(proxy) & ~np.isnan(goal)
    n = int(seen.sum())
    if n < FEWEST or min(float(proxy[seen].std()), float(goal[seen].std())) <= 0.0:
        return None
    return Tie(float(np.corrcoef(proxy[seen], goal[seen])[0, 1]), n)


def tie_of(plan: Plan, frame: Frame) -> Tie | None:
    """Dose of the tool with the primary outcome in the tool's arm, so that more of both is good."""
    sign = 1.0 if plan.primary.direction == "higher" else -1.0
    return tie(frame.dose, sign * frame.outcomes[plan.primary.key], frame.tool)


def fall_check(then: Tie | None, now: Tie | None, about: str) -> AuditCheck:
    """Whether the tie has fallen since the tool's cycle before; Fisher's z for the interval of a difference of r.

    Source: Zou (2007), Psychological Methods 12: the interval of the difference from each correlation's own.
    """
    if then is None or now is None:
        return cannot_tell("proxy", "one_time" if now else "too_few", about)
    fall = then.r - now.r
    (low_a, high_a), (low_b, high_b) = _interval(then), _interval(now)
    low = fall - sqrt((then.r - low_a) ** 2 + (high_b - now.r) ** 2)
    high = fall + sqrt((high_a - then.r) ** 2 + (now.r - low_b) ** 2)
    word = Word.CLEAR
    if fall > FALL:
        word = Word.FLAG if low > 0.0 else Word.CANNOT
    return AuditCheck("proxy", about, word, fall, low, high, "r", null=0.0, limit=FALL)


def _interval(found: Tie) -> tuple[float, float]:
    z, half = atanh(min(max(found.r, -0.999999), 0.999999)), _Z / sqrt(found.n - 3)
    return tanh(z - half), tanh(z + half)


def bunching_check(plan: Plan, frame: Frame) -> AuditCheck:
    """Whether students' weekly use piles up just at the planned dose: then minutes were earned, not used.

    Two tests at half the error each, of which only a pile above the dose counts: the jump of a smooth density, as at a
    cutoff (`density_jump`), and the excess close by (`excess`), as a pile at one point is no smooth density.
    """
    amounts = frame.dose[frame.tool & frame.used & ~np.isnan(frame.dose)] - plan.tool.minutes_per_week
    above = amounts >= 0.0
    if min(int(above.sum()), int((~above).sum())) < FEWEST_NEAR:
        return cannot_tell("bunching", "few_near_dose", plan.tool.name)
    width = NEAR * plan.tool.minutes_per_week
    z, jump = excess(amounts, width), density_jump(amounts, above)
    piled = z > normal_quantile(1.0 - ALPHA / 4) or (jump is not None and jump.p < ALPHA / 2 and jump.tool > jump.usual)
    close = (amounts >= -width) & (amounts < width)
    share = float(above[close].mean()) if int(close.sum()) >= FEWEST_NEAR else None  # of fewer it would tell on them
    return AuditCheck(
        "bunching", plan.tool.name, Word.FLAG if piled else Word.CLEAR, share, unit="share", n=None, null=0.5
    )


def excess(amounts: Floats, width: float) -> float:
    """By how many standard errors more lie just above zero than just below, beyond the slope of their density.

    Counts in four windows of one width around zero: where the density is a line, the difference of the outer two is
    three times that of the inner two.

    Source: the idea of Chetty et al. (2011), Quarterly Journal of Economics 126, with a line for the counterfactual.
    """
    edges = width * np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    far_below, below, above, far_above = (
        int(((amounts >= low) & (amounts < high)).sum()) for low, high in pairwise(edges)
    )
    spread = above + below + (far_above + far_below) / 9.0
    return ((above - below) - (far_above - far_below) / 3.0) / sqrt(spread) if spread > 0.0 else 0.0


def flat_check(plan: Plan, evidence: Evidence) -> AuditCheck:
    """Minutes up with mastery flat: most of the tool's arm got the dose, and there is no room for an effect."""
    funnel, primary = evidence.funnel, evidence.estimates[0]
    if not funnel.enrolled:
        return cannot_tell("flat", "no_use", plan.tool.name)
    share = funnel.dosed / funnel.enrolled
    flat = _leaves_no_room(primary, plan.smallest_effect)
    word = Word.FLAG if share >= MORE_USE and flat else Word.CLEAR
    if share >= MORE_USE and not flat and primary.low <= 0.0 <= primary.high:
        word = Word.CANNOT
    return AuditCheck(
        "flat", primary.label, word, primary.effect, primary.low, primary.high, primary.unit, null=0.0,
        limit=plan.smallest_effect,
    )  # fmt: skip


def _leaves_no_room(primary: Estimate, smallest: float) -> bool:
    return primary.high < smallest if primary.favorable else primary.low > -smallest


def goodhart_checks(plan: Plan, frame: Frame, evidence: Evidence, before: Tie | None) -> Iterator[AuditCheck]:
    """All three signs."""
    yield fall_check(before, tie_of(plan, frame), plan.tool.name)
    yield bunching_check(plan, frame)
    yield flat_check(plan, evidence)
