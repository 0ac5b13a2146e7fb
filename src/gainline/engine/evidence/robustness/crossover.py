"""Crossover: students who were meant to work as usual but used the tool, and students given the tool who never did."""

from __future__ import annotations

import numpy as np

from gainline.engine.evidence.document import Check
from gainline.engine.evidence.frame import Frame
from gainline.engine.pilots.plan import Plan

CROSSOVER, TITLE = "crossover", "Crossover between the arms"
MOST_USUAL, MOST_TOOL = 0.05, 0.20
_UNKNOWN = (
    "Some students have no row of use, and the source does not say that this means no use, so nobody can see who did "
    "what the assignment said."
)


def crossover(plan: Plan, frame: Frame) -> tuple[Check, ...]:
    """The shares of both arms that did the other thing; empty where use itself made the arms.

    Where the records hold no use by anybody, nobody can see it: no record of use is no use only beside other records.

    Flag above 5 % of the usual arm or 20 % of the tool arm: below that the offered and the used tool are nearly one.
    """
    if plan.comparison.assigned_by != "assignment" or plan.design.kind == "interrupted_series":
        return ()
    usual, tool = int((~frame.tool).sum()), int(frame.tool.sum())
    if min(usual, tool) == 0:
        return ()
    rule = f"Flag above {100 * MOST_USUAL:g}% of the usual arm or {100 * MOST_TOOL:g}% of the tool arm"
    source = "Angrist, Imbens and Rubin (1996), Journal of the American Statistical Association 91"
    if not frame.used.any():
        says = "The records hold no use of the tool by anybody, so nobody can see who did what the assignment said."
        return (Check(CROSSOVER, TITLE, "no use on record", rule, False, says, source),)
    if np.isnan(frame.dose).any():
        return (Check(CROSSOVER, TITLE, "use not known for everybody", rule, False, _UNKNOWN, source),)
    used, unused = int((~frame.tool & frame.used).sum()), int((frame.tool & ~frame.used).sum())
    flag = used / usual > MOST_USUAL or unused / tool > MOST_TOOL
    figures = (
        f"{used:,} of {usual:,} students of the usual arm used the tool ({100 * used / usual:.1f}%); "
        f"{unused:,} of {tool:,} of the tool arm never did ({100 * unused / tool:.1f}%)"
    )
    says = "Nearly everybody did what the assignment said."
    if flag:
        says = (
            "Many students did not do what the assignment said. The estimate still says what offering the tool did; "
            f"what using it does is likely {_further(used / usual, unused / tool)}."
        )
    return (Check(CROSSOVER, TITLE, figures, rule, flag, says, source),)


def _further(used: float, unused: float) -> str:
    apart = 1.0 - unused - used
    if apart <= 0.0 or not np.isfinite(apart):
        return "not to be learned from these arms, which used the tool alike"
    return f"about {1.0 / apart:.1f} times as large"
