"""Every rule of a roadmap by name: its sentence, who owns it, and who may relax it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gainline.engine.roadmap.compiling import go_lives, tie_name
from gainline.engine.roadmap.model import Activity, Kind, Roadmap
from gainline.engine.roadmap.naming import RuleKind, pattern, rule_key

GIVEN = frozenset({RuleKind.ORDER, RuleKind.WAVES, RuleKind.HOLIDAY, RuleKind.TERMS})
RIGHTS: dict[RuleKind, tuple[str, str]] = {
    RuleKind.BUDGET: ("finance", "the board, by a budget amendment"),
    RuleKind.RESOURCE: ("the team's lead", "the superintendent"),
    RuleKind.LOAD: ("the school's principal", "the school's principal, with its teachers"),
    RuleKind.FINISH_BY: ("who promised the date", "the board"),
    RuleKind.NOTICE: ("procurement", "the vendor, by a later notice date"),
    RuleKind.NOT_BEFORE: ("who set the date", "the initiative's owner"),
    RuleKind.EQUITY: ("the equity lead", "the board"),
    RuleKind.BOARD: ("the board", "the board's chair, by an extra meeting"),
    RuleKind.EVALUATION: ("the evaluation lead", "the evaluation lead, as a recorded deviation"),
    RuleKind.ASSESSMENT: ("the evaluation lead", "the evaluation lead, as a recorded deviation"),
    RuleKind.BLACKOUT: ("the assessment coordinator", "the assessment coordinator"),
    RuleKind.TRAINING_WEEKS: ("professional learning", "professional learning, by extra days"),
    RuleKind.TRAINING_LEAD: ("professional learning", "professional learning"),
    RuleKind.TRAINING_STALE: ("professional learning", "professional learning"),
    RuleKind.SETTLE: ("the schools", "the principals"),
    RuleKind.WAVE_STEP: ("the evaluation lead", "the evaluation lead, as a recorded deviation"),
    RuleKind.WAVE_SPREAD: ("the evaluation lead", "the evaluation lead, as a recorded deviation"),
    RuleKind.LIMIT: ("the initiative's owner", "the initiative's owner"),
    RuleKind.LAG: ("the initiative's owner", "the initiative's owner"),
    RuleKind.END: ("who made the roadmap", "the superintendent"),
    RuleKind.WAVES: ("the lot", "nobody without a recorded deviation from the protocol"),
    RuleKind.ORDER: ("the work itself", "nobody"),
    RuleKind.HOLIDAY: ("the calendar", "nobody"),
    RuleKind.TERMS: ("the calendar", "nobody"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One named rule.

    Parameters
    ----------
    kind, subject
        What it limits, and what of: ``budget`` and ``title-iv in 2027``.
    says
        The rule in a sentence.
    owner, relaxed_by
        Whose rule it is, and who may relax it.
    """

    kind: RuleKind
    subject: str
    says: str
    owner: str
    relaxed_by: str

    @property
    def key(self) -> str:
        """Its name, as in ``budget:title-iv in 2027``."""
        return rule_key(self.kind, self.subject)

    @property
    def is_given(self) -> bool:
        """Whether it is a fact that nobody decides, such as a holiday or what has to come first."""
        return self.kind in GIVEN


def rules_of(roadmap: Roadmap) -> tuple[Rule, ...]:
    """Every rule that limits something, those first that people most readily decide on; facts last."""
    rights = {right.rule: (right.owner, right.relaxed_by) for right in roadmap.rights}
    found: dict[str, Rule] = {}
    for kind, subject, says in _all(roadmap):
        owner, relaxed_by = rights.get(kind.value, RIGHTS[kind])
        rule = Rule(kind, subject, says, owner, relaxed_by)
        found.setdefault(rule.key, rule)
    order = list(RuleKind)
    return tuple(sorted(found.values(), key=lambda rule: order.index(rule.kind)))


Named = tuple[RuleKind, str, str]


def _all(roadmap: Roadmap) -> Iterator[Named]:
    yield from _money(roadmap)
    yield from _people(roadmap)
    yield from _dates(roadmap)
    yield from _calendar(roadmap)
    yield from _rollout(roadmap)
    yield from _ties(roadmap)
    yield RuleKind.END, "", f"Everything is done by {roadmap.calendar.span.end}."


def _money(roadmap: Roadmap) -> Iterator[Named]:
    amounts = {(budget.source, budget.fiscal_year): budget.amount for budget in roadmap.budgets}
    years = sorted({roadmap.calendar.fiscal_year(monday) for monday in roadmap.calendar.mondays})
    for source in sorted({source for source, _ in amounts}):
        if any(a.cost and a.source == source for a in roadmap.activities):
            for year in years:
                there = amounts.get((source, year), 0)
                yield RuleKind.BUDGET, f"{source} in {year}", f"{source} pays at most {there:,} in fiscal year {year}."


def _people(roadmap: Roadmap) -> Iterator[Named]:
    used = {key for activity in roadmap.activities for key, _ in activity.needs}
    for resource in roadmap.resources:
        if resource.key in used:
            more = sum(units for _, units in resource.deliveries)
            there = f"{resource.capacity} at hand" + (f" and {more} to be delivered" if more else "")
            yield RuleKind.RESOURCE, resource.key, f"{resource.key}: {there}."
    loaded = {live.school for live in go_lives(roadmap) if live.load}
    for school in roadmap.schools:
        if school.key in loaded:
            says = f"Teachers of {school.key} bear a change load of at most {school.load_cap} within"
            yield RuleKind.LOAD, school.key, f"{says} {roadmap.rules.load_weeks} weeks."


def _dates(roadmap: Roadmap) -> Iterator[Named]:
    for activity in roadmap.activities:
        name = pattern(activity.key)
        if activity.finish_by:
            yield RuleKind.FINISH_BY, name, f"{name} is done by {activity.finish_by}."
        if activity.not_before:
            yield RuleKind.NOT_BEFORE, name, f"{name} does not start before {activity.not_before}."
    deciding = {a.initiative for a in roadmap.activities if a.kind is Kind.DECISION}
    for initiative in roadmap.initiatives:
        if initiative.notice_on and initiative.key in deciding:
            says = f"The decision on {initiative.key} stands before notice is due on {initiative.notice_on}."
            yield RuleKind.NOTICE, initiative.key, says


def _calendar(roadmap: Roadmap) -> Iterator[Named]:
    calendar, rules, kinds = roadmap.calendar, roadmap.rules, {activity.kind for activity in roadmap.activities}
    if Kind.DECISION in kinds:
        yield RuleKind.BOARD, "", "Decisions fall in weeks in which the board meets."
    for activity in _of(roadmap, Kind.EVALUATION):
        name = pattern(activity.key)
        if activity.weeks > 1:
            yield RuleKind.EVALUATION, name, f"{name} covers {activity.weeks} taught weeks on end."
        if activity.assessment:
            yield RuleKind.ASSESSMENT, name, f"{name} holds a week of testing."
    if kinds & {Kind.TRAINING, Kind.COACHING, Kind.GO_LIVE}:
        for place, testing in enumerate(calendar.testing):
            if testing.blackout:
                span = f"from {testing.window.start} to {testing.window.end}"
                says = f"No training, coaching or go-live in testing {span} ({testing.name or 'unnamed'})."
                yield RuleKind.BLACKOUT, _window_name(testing.name, place), says
    if Kind.TRAINING in kinds:
        says = "Training takes place in weeks of school or with a day of professional learning."
        yield RuleKind.TRAINING_WEEKS, "", says
    if Kind.GO_LIVE in kinds and rules.settle_weeks:
        says = f"A go-live has {rules.settle_weeks} quiet weeks before testing or a break."
        yield RuleKind.SETTLE, "", says
    yield from _given(roadmap)


def _given(roadmap: Roadmap) -> Iterator[Named]:
    for place, holiday in enumerate(roadmap.calendar.holidays):
        says = f"Nobody works from {holiday.start} to {holiday.end}."
        yield RuleKind.HOLIDAY, _window_name(str(holiday.start), place), says
    yield RuleKind.TERMS, "", "School is taught in its terms only."


def _window_name(name: str, place: int) -> str:
    return f"{place + 1} {name}".strip()


def _rollout(roadmap: Roadmap) -> Iterator[Named]:
    rules, lives = roadmap.rules, go_lives(roadmap)
    trained = {(a.initiative, a.school) for a in _of(roadmap, Kind.TRAINING)}
    if any((live.initiative, live.school) in trained for live in lives):
        says = f"Training ends at least {rules.training_days_before} days before go-live"
        yield RuleKind.TRAINING_LEAD, "", f"{says}."
        says = f"Training ends at most {rules.training_stale_weeks} weeks before go-live."
        yield RuleKind.TRAINING_STALE, "", says
    if any(live.wave is not None for live in lives):
        yield RuleKind.WAVE_STEP, "", f"A wave goes live at least {rules.wave_step_weeks} weeks after the one before."
        yield RuleKind.WAVE_SPREAD, "", f"Schools of a wave go live within {rules.wave_spread_weeks} weeks."
    for key in dict.fromkeys(live.initiative for live in lives if live.wave is not None):
        yield RuleKind.WAVES, key, f"Schools get {key} in the order of its waves."
    if rules.equity_weeks is not None and {s.high_need for s in roadmap.schools} == {True, False}:
        says = f"High-need schools get a tool at most {rules.equity_weeks} weeks later on average."
        yield RuleKind.EQUITY, "", says


def _ties(roadmap: Roadmap) -> Iterator[Named]:
    for tie in roadmap.dependencies:
        name = tie_name(tie)
        before, after = pattern(tie.before), pattern(tie.after)
        if tie.at_least > 0:
            says = f"{after} comes at least {tie.at_least} weeks after {before} ({tie.tie.value})."
            yield RuleKind.LAG, name, says
        yield RuleKind.ORDER, name, f"{after} comes after {before} ({tie.tie.value})."
        if tie.at_most is not None:
            yield RuleKind.LIMIT, name, f"{after} comes at most {tie.at_most} weeks after {before} ({tie.tie.value})."


def _of(roadmap: Roadmap, kind: Kind) -> Sequence[Activity]:
    return [activity for activity in roadmap.activities if activity.kind is kind]
