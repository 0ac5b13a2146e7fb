"""What a concession is counted as, so that weeks, money, coaches and change can be compared, and its words."""

from __future__ import annotations

from datetime import date

from gainline.engine.roadmap.explaining.easing import eased
from gainline.engine.roadmap.explaining.rules import Rule
from gainline.engine.roadmap.model import Roadmap
from gainline.engine.roadmap.naming import RuleKind, pattern

POINT = 1_000  # prices are whole numbers of thousandths of a point
WEEK, PER_CENT = 10 * POINT, 2 * POINT
BY_UNIT = {
    RuleKind.LOAD: 30 * POINT,
    RuleKind.BOARD: 20 * POINT,
    RuleKind.TRAINING_WEEKS: 10 * POINT,
    RuleKind.BLACKOUT: 30 * POINT,
    RuleKind.ASSESSMENT: 60 * POINT,
}
WORDS = {
    RuleKind.FINISH_BY: "{subject} is done {amount} later, by {day}",
    RuleKind.NOT_BEFORE: "{subject} may start {amount} sooner",
    RuleKind.NOTICE: "notice for {subject} is due {amount} later",
    RuleKind.EQUITY: "high-need schools may get a tool {amount} later than now allowed, on average",
    RuleKind.BOARD: "the board meets once more, in the week of {days}",
    RuleKind.EVALUATION: "{subject} covers {amount} fewer",
    RuleKind.ASSESSMENT: "{subject} goes without a week of testing",
    RuleKind.BLACKOUT: "training, coaching and go-lives go on during testing window {subject}",
    RuleKind.TRAINING_WEEKS: "a day of professional learning is added in the week of {days}",
    RuleKind.TRAINING_LEAD: "training may end {amount} closer to go-live",
    RuleKind.TRAINING_STALE: "training may lie {amount} longer before go-live",
    RuleKind.SETTLE: "go-lives have {amount} fewer of quiet before testing or a break",
    RuleKind.WAVE_STEP: "waves follow each other {amount} closer",
    RuleKind.WAVE_SPREAD: "schools of a wave go live within {amount} more",
    RuleKind.END: "the roadmap ends {amount} later",
}


def price(roadmap: Roadmap, rule: Rule) -> int:
    """Thousandths of a point for one unit: a week is 10 points, one per cent of a budget or of a resource is 2.

    One unit of change load at a school counts 30, an extra board meeting 20, an extra day of professional learning 10,
    a testing window's blackout 30, and an evaluation without its assessment 60.
    """
    if rule.kind is RuleKind.BUDGET:
        source, year = rule.subject.rsplit(" in ", 1)
        amounts = [b.amount for b in roadmap.budgets if b.source == source]
        there = sum(b.amount for b in roadmap.budgets if (b.source, str(b.fiscal_year)) == (source, year))
        return max(1, 100 * PER_CENT // max(1, there or max(amounts)))
    if rule.kind is RuleKind.RESOURCE:
        found = next(r for r in roadmap.resources if r.key == rule.subject)
        most = found.capacity + sum(units for _, units in found.deliveries)
        return max(1, 100 * PER_CENT // max(1, most))
    return BY_UNIT.get(rule.kind, WEEK)


def words(roadmap: Roadmap, rule: Rule, amount: int, days: tuple[date, ...]) -> str:
    """What is conceded, in the rule's own unit."""
    weeks = "a week" if amount == 1 else f"{amount} weeks"
    if rule.kind is RuleKind.BUDGET:
        return f"{amount:,} more from {rule.subject.replace(' in ', ' in fiscal year ')}"
    if rule.kind is RuleKind.RESOURCE:
        return f"{amount} more of {rule.subject}"
    if rule.kind is RuleKind.LOAD:
        return f"teachers of {rule.subject} bear {amount} more units of change"
    if rule.kind in {RuleKind.LAG, RuleKind.LIMIT}:
        before, _, after = rule.subject.split(" ")
        return f"{after} may come {weeks} {'sooner' if rule.kind is RuleKind.LAG else 'later'} after {before}"
    day = ""
    if rule.kind is RuleKind.FINISH_BY:
        changed = eased(roadmap, {rule: amount}).activities
        day = str(next(a.finish_by for a in changed if pattern(a.key) == rule.subject) or roadmap.calendar.span.end)
    shown = ", ".join(map(str, days))
    return WORDS[rule.kind].format(subject=rule.subject, amount=weeks, day=day, days=shown)
