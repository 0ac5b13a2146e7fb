"""Unlinked use: whether the tool counted people whom nobody could find in the roster.

Use that belongs to nobody is missing from somebody. Where use decides the arms, such students stand in the usual arm
although they used the tool; where the tool was assigned, only the dose is too low.
"""

from __future__ import annotations

from gainline.engine.evidence.document import Check, Linkage
from gainline.engine.pilots.plan import Plan

UNLINKED = "unlinked use"
ENOUGH = 0.95
_RULE = f"Flag when fewer than {ENOUGH:.0%} of the tool's users, or of its rows, could be tied to a rostered student"


def unlinked(plan: Plan, linkage: Linkage) -> tuple[Check, ...]:
    """How many of the tool's users, and of its rows in the window, could be tied to a rostered student.

    Empty where the tool's use is not on record at all.
    """
    if not linkage.rows:
        return ()
    rows, people = linkage.matched / linkage.rows, linkage.identities_matched / max(linkage.identities, 1)
    found = f"{people:.1%} of the users and {rows:.1%} of the rows were tied to a rostered student"
    flag = min(rows, people) < ENOUGH
    return (Check(UNLINKED, "Use that nobody is known for", found, _RULE, flag, _says(plan, rows, people, flag=flag)),)


def _says(plan: Plan, rows: float, people: float, *, flag: bool) -> str:
    if not flag:
        return "Nearly all of the tool's use could be tied to a rostered student."
    if people < rows:
        lost = f"{1.0 - people:.0%} of those who used the tool could not be tied to a rostered student"
    else:
        lost = f"{1.0 - rows:.0%} of the tool's usage rows could not be tied to a rostered student"
    if plan.comparison.assigned_by == "use":
        return f"{lost}: some of them may stand in the usual arm, which pulls the effect toward nothing."
    return f"{lost}, so use is undercounted."
