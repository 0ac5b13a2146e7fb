"""The roadmap without some of its rules, or with rules eased by an amount: what the solver is asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import reduce

from gainline.engine.core.calendar import DAYS_PER_WEEK, Window
from gainline.engine.roadmap.calendar import Calendar, friday
from gainline.engine.roadmap.compiling import tie_name
from gainline.engine.roadmap.explaining.rules import Rule
from gainline.engine.roadmap.model import Activity, Budget, Dependency, Duration, Kind, Roadmap
from gainline.engine.roadmap.naming import RuleKind, pattern

PLENTY = 10**12  # more than any limit in a file
LATER = 1_000  # weeks, more than any axis has
A_YEAR = timedelta(weeks=52)
Amounts = Mapping[Rule, int]
Change = Callable[[Roadmap, str, int | None], Roadmap]


def without(roadmap: Roadmap, rules: Iterable[Rule]) -> Roadmap:
    """The roadmap as if these rules did not exist."""
    return reduce(lambda changed, rule: _CHANGES[rule.kind](changed, rule.subject, None), _sorted(rules), roadmap)


def eased(roadmap: Roadmap, amounts: Amounts, opened: Mapping[RuleKind, tuple[date, ...]] | None = None) -> Roadmap:
    """The roadmap with each rule relaxed by its amount in its own unit, and with extra days of the board or learning.

    Weeks for dates, distances and lengths; money for budgets; units for resources and change load; a testing window's
    blackout and the assessment of an evaluation are given up whole by any amount.
    """
    for rule in _sorted(amounts):
        roadmap = _CHANGES[rule.kind](roadmap, rule.subject, amounts[rule])
    extra = opened or {}
    board = (*roadmap.calendar.board_days, *extra.get(RuleKind.BOARD, ()))
    learning = (*roadmap.calendar.learning_days, *extra.get(RuleKind.TRAINING_WEEKS, ()))
    calendar = replace(roadmap.calendar, board_days=tuple(sorted(board)), learning_days=tuple(sorted(learning)))
    return replace(roadmap, calendar=calendar)


def _sorted(rules: Iterable[Rule]) -> list[Rule]:
    """Windows are named by their place, so the last is taken first; the calendar changes after what counts on it."""
    changes_weeks = {RuleKind.END, RuleKind.HOLIDAY}
    ordered = sorted(rules, key=lambda rule: (rule.kind in changes_weeks, rule.kind.value))
    return sorted(ordered, key=lambda rule: -_place(rule) if rule.kind is RuleKind.HOLIDAY else -LATER)


def _place(rule: Rule) -> int:
    return int(rule.subject.split()[0])


def _activities(roadmap: Roadmap, name: str, change: Callable[[Activity], Activity]) -> Roadmap:
    changed = (change(a) if pattern(a.key) == name else a for a in roadmap.activities)
    return replace(roadmap, activities=tuple(changed))


def _budget(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    source, year = subject.rsplit(" in ", 1)
    there = {(b.source, b.fiscal_year): b.amount for b in roadmap.budgets}
    there[source, int(year)] = PLENTY if amount is None else there.get((source, int(year)), 0) + amount
    return replace(roadmap, budgets=tuple(Budget(s, y, a) for (s, y), a in there.items()))


def _resource(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    more = 10**6 if amount is None else amount
    changed = (
        replace(r, capacity=r.capacity + more, changes=tuple((a, b, units + more) for a, b, units in r.changes))
        if r.key == subject
        else r
        for r in roadmap.resources
    )
    return replace(roadmap, resources=tuple(changed))


def _load(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    more = 10**6 if amount is None else amount
    changed = (replace(s, load_cap=s.load_cap + more) if s.key == subject else s for s in roadmap.schools)
    return replace(roadmap, schools=tuple(changed))


def _finish_by(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    return _activities(roadmap, subject, lambda a: replace(a, finish_by=later(roadmap.calendar, a.finish_by, amount)))


def later(calendar: Calendar, day: date | None, weeks: int | None) -> date | None:
    """The Friday so many working weeks after the last that has ended by the day; None for no limit."""
    if day is None or weeks is None:
        return None
    place = calendar.weeks_ended_by(day) - 1 + weeks
    return friday(calendar.mondays[place]) if 0 <= place < len(calendar.mondays) else None


def _not_before(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    return _activities(
        roadmap, subject, lambda a: replace(a, not_before=sooner(roadmap.calendar, a.not_before, amount))
    )


def sooner(calendar: Calendar, day: date | None, weeks: int | None) -> date | None:
    """The Monday so many working weeks before the first that starts on the day or later; None for no limit."""
    if day is None or weeks is None:
        return None
    place = calendar.first_week_from(day) - weeks
    return calendar.mondays[place] if place > 0 else None


def _notice(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    changed = (
        replace(i, notice_on=later(roadmap.calendar, i.notice_on, amount)) if i.key == subject else i
        for i in roadmap.initiatives
    )
    return replace(roadmap, initiatives=tuple(changed))


def _board(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    del subject, amount
    return replace(roadmap, calendar=replace(roadmap.calendar, board_days=_mondays(roadmap.calendar)))


def _training_weeks(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    del subject, amount
    return replace(roadmap, calendar=replace(roadmap.calendar, learning_days=_mondays(roadmap.calendar)))


def _mondays(calendar: Calendar) -> tuple[date, ...]:
    return calendar.mondays


def _evaluation(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    def shorter(activity: Activity) -> Activity:
        weeks = 1 if amount is None else max(1, activity.weeks - amount)
        return replace(activity, duration=Duration(min(activity.duration.low, weeks), weeks, activity.duration.high))

    return _activities(roadmap, subject, shorter)


def _assessment(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    del amount
    return _activities(roadmap, subject, lambda activity: replace(activity, assessment=False))


def _blackout(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    del amount
    place = int(subject.split()[0]) - 1
    testing = (
        replace(testing, blackout=False) if number == place else testing
        for number, testing in enumerate(roadmap.calendar.testing)
    )
    return replace(roadmap, calendar=replace(roadmap.calendar, testing=tuple(testing)))


def _numbers(**floors: int) -> Change:
    """A change of one of the district's numbers: lowered to no less than its floor, or raised where there is none."""
    ((name, floor),) = floors.items()

    def change(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
        del subject
        number, unit = getattr(roadmap.rules, name), DAYS_PER_WEEK if name == "training_days_before" else 1
        if floor < 0:
            value = LATER if amount is None else number + amount
        else:
            value = floor if amount is None else max(floor, number - unit * amount)
        return replace(roadmap, rules=replace(roadmap.rules, **{name: value}))

    return change


def _limit(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    def looser(tie: Dependency) -> Dependency:
        return replace(tie, at_most=None if amount is None or tie.at_most is None else tie.at_most + amount)

    return _tied(roadmap, subject, looser)


def _lag(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    def shorter(tie: Dependency) -> Dependency:
        wanted = 0 if amount is None else max(0, tie.at_least - amount)
        return replace(tie, at_least=min(tie.at_least, wanted))

    return _tied(roadmap, subject, shorter)


def _order(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    del amount
    return _tied(roadmap, subject, lambda tie: replace(tie, at_least=tie.at_least if tie.at_least > 0 else -LATER))


def _tied(roadmap: Roadmap, name: str, change: Callable[[Dependency], Dependency]) -> Roadmap:
    changed = (change(tie) if tie_name(tie) == name else tie for tie in roadmap.dependencies)
    return replace(roadmap, dependencies=tuple(changed))


def _end(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    del subject
    span = roadmap.calendar.span
    end = span.end + (A_YEAR if amount is None else timedelta(weeks=amount))
    return replace(roadmap, calendar=replace(roadmap.calendar, span=Window(span.start, end)))


def _waves(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    del amount
    changed = (
        replace(a, wave=None) if a.initiative == subject and a.kind is Kind.GO_LIVE and a.school else a
        for a in roadmap.activities
    )
    return replace(roadmap, activities=tuple(changed))


def _holiday(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    del amount
    place = int(subject.split()[0]) - 1
    left = tuple(h for number, h in enumerate(roadmap.calendar.holidays) if number != place)
    return replace(roadmap, calendar=replace(roadmap.calendar, holidays=left))


def _terms(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    del subject, amount
    return replace(roadmap, calendar=replace(roadmap.calendar, terms=(roadmap.calendar.span,)))


def _equity(roadmap: Roadmap, subject: str, amount: int | None) -> Roadmap:
    del subject
    weeks = None if amount is None else (roadmap.rules.equity_weeks or 0) + amount
    return replace(roadmap, rules=replace(roadmap.rules, equity_weeks=weeks))


_CHANGES: dict[RuleKind, Change] = {
    RuleKind.BUDGET: _budget,
    RuleKind.RESOURCE: _resource,
    RuleKind.LOAD: _load,
    RuleKind.FINISH_BY: _finish_by,
    RuleKind.NOT_BEFORE: _not_before,
    RuleKind.NOTICE: _notice,
    RuleKind.EQUITY: _equity,
    RuleKind.BOARD: _board,
    RuleKind.TRAINING_WEEKS: _training_weeks,
    RuleKind.EVALUATION: _evaluation,
    RuleKind.ASSESSMENT: _assessment,
    RuleKind.BLACKOUT: _blackout,
    RuleKind.TRAINING_LEAD: _numbers(training_days_before=0),
    RuleKind.TRAINING_STALE: _numbers(training_stale_weeks=-1),
    RuleKind.SETTLE: _numbers(settle_weeks=0),
    RuleKind.WAVE_STEP: _numbers(wave_step_weeks=0),
    RuleKind.WAVE_SPREAD: _numbers(wave_spread_weeks=-1),
    RuleKind.LIMIT: _limit,
    RuleKind.LAG: _lag,
    RuleKind.ORDER: _order,
    RuleKind.END: _end,
    RuleKind.WAVES: _waves,
    RuleKind.HOLIDAY: _holiday,
    RuleKind.TERMS: _terms,
}
