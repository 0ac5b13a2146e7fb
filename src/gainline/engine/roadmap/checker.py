"""The independent checker: every rule of a roadmap against a plan of dates, counted day by day and week by week.

It shares the roadmap's words with the solver and nothing of its arithmetic: no network, no domains, no propagation.
Slow and obviously right is what it is for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from gainline.engine.core.issues import Issue, Level
from gainline.engine.roadmap.model import Activity, Dates, Dependency, Kind, Roadmap, Tie

Plan = Mapping[str, Dates]


def check_plan(roadmap: Roadmap, plan: Plan) -> list[Issue]:
    """What a plan breaks: one issue per broken rule, RM030 to RM038; nothing for a plan that keeps all.

    Parameters
    ----------
    roadmap
        What is to be kept.
    plan
        The dates of every activity, whoever made them.
    """
    found = list(_missing(roadmap, plan))
    if found:
        return found
    for rule in (_calendar, _ties, _training, _resources, _loads, _budgets, _waves, _equity):
        found.extend(rule(roadmap, plan))
    return found


def _broken(code: str, says: str) -> Issue:
    return Issue(code, Level.ERROR, says, "solve again, or move what this names")


def _missing(roadmap: Roadmap, plan: Plan) -> Iterator[Issue]:
    """Every activity has dates: from a Monday to a Friday, over exactly its working weeks."""
    for activity in roadmap.activities:
        dates = plan.get(activity.key)
        if dates is None:
            yield _broken("RM030", f"{activity.key} has no dates")
        elif len(_weeks(roadmap, dates)) != activity.weeks or not _is_framed(roadmap, dates):
            yield _broken("RM030", f"{activity.key} does not take its {activity.weeks} working weeks")


def _is_framed(roadmap: Roadmap, dates: Dates) -> bool:
    weeks = _weeks(roadmap, dates)
    return bool(weeks) and weeks[0] == dates.start and weeks[-1] + timedelta(days=4) == dates.finish


def _working_weeks(roadmap: Roadmap) -> list[date]:
    """Mondays of the roadmap's weeks in which some weekday is no holiday."""
    span, holidays = roadmap.calendar.span, roadmap.calendar.holidays
    monday = span.start
    while monday.weekday():
        monday -= timedelta(days=1)
    found = []
    while monday <= span.end:
        week = [monday + timedelta(days=day) for day in range(5)]
        if any(all(not h.start <= day <= h.end for h in holidays) for day in week):
            found.append(monday)
        monday += timedelta(days=7)
    return found


def _weeks(roadmap: Roadmap, dates: Dates) -> list[date]:
    return [monday for monday in _working_weeks(roadmap) if dates.start <= monday <= dates.finish]


def _taught_days(roadmap: Roadmap, monday: date) -> int:
    calendar, count = roadmap.calendar, 0
    for day in (monday + timedelta(days=n) for n in range(5)):
        in_term = any(term.start <= day <= term.end for term in calendar.terms)
        off = any(holiday.start <= day <= holiday.end for holiday in calendar.holidays)
        count += in_term and not off
    return count


def _is_tested(roadmap: Roadmap, monday: date, school: str | None, *, blackout: bool = False) -> bool:
    for testing in roadmap.calendar.testing:
        if blackout and not testing.blackout:
            continue
        if testing.schools and school not in testing.schools:
            continue
        if testing.window.start <= monday + timedelta(days=4) and testing.window.end >= monday:
            return True
    return False


def _has_day(days: tuple[date, ...], monday: date) -> bool:
    return any(monday <= day <= monday + timedelta(days=6) for day in days)


def _calendar(roadmap: Roadmap, plan: Plan) -> Iterator[Issue]:
    for activity in roadmap.activities:
        dates = plan[activity.key]
        for why in _calendar_faults(roadmap, activity, dates):
            yield _broken("RM031", f"{activity.key} from {dates.start} to {dates.finish}: {why}")


def _calendar_faults(roadmap: Roadmap, activity: Activity, dates: Dates) -> Iterator[str]:
    weeks, kind = _weeks(roadmap, dates), activity.kind
    if activity.not_before and dates.start < activity.not_before:
        yield f"starts before {activity.not_before}"
    if activity.finish_by and dates.finish > activity.finish_by:
        yield f"ends after {activity.finish_by}"
    taught = [_taught_days(roadmap, monday) >= 3 for monday in weeks]
    tested = [_is_tested(roadmap, monday, activity.school) for monday in weeks]
    if kind in (Kind.COACHING, Kind.GO_LIVE, Kind.EVALUATION) and not all(taught):
        yield "a week is not taught"
    barred = [_is_tested(roadmap, monday, activity.school, blackout=True) for monday in weeks]
    if kind in (Kind.TRAINING, Kind.COACHING, Kind.GO_LIVE) and any(barred):
        yield "a week is one of testing"
    if activity.assessment and not any(tested):
        yield "no week is one of testing"
    yield from _day_faults(roadmap, activity, dates)


def _day_faults(roadmap: Roadmap, activity: Activity, dates: Dates) -> Iterator[str]:
    weeks, calendar, kind = _weeks(roadmap, dates), roadmap.calendar, activity.kind
    if kind is Kind.TRAINING:
        for monday in weeks:
            if _taught_days(roadmap, monday) < 3 and not _has_day(calendar.learning_days, monday):
                yield "a week is neither taught nor one of professional learning"
    if kind is Kind.DECISION:
        notice = next(i.notice_on for i in roadmap.initiatives if i.key == activity.initiative)
        if not all(_has_day(calendar.board_days, monday) for monday in weeks):
            yield "the board does not meet"
        if notice and dates.finish > notice:
            yield f"notice is due on {notice}"
    if kind is Kind.GO_LIVE:
        for ahead in range(1, roadmap.rules.settle_weeks + 1):
            monday = weeks[-1] + timedelta(days=7 * ahead)
            if _taught_days(roadmap, monday) < 3 or _is_tested(roadmap, monday, activity.school, blackout=True):
                yield "testing or a break comes too soon after"


def _between(roadmap: Roadmap, tie: Dependency, plan: Plan) -> int:
    """Working weeks from the one end to the other; a finish counts as the week after the last."""
    weeks = _working_weeks(roadmap)
    before, after = plan[tie.before], plan[tie.after]
    one, other = weeks.index(before.start), weeks.index(after.start)
    if tie.tie in (Tie.FINISH_START, Tie.FINISH_FINISH):
        one = sum(monday <= before.finish for monday in weeks)
    if tie.tie in (Tie.FINISH_FINISH, Tie.START_FINISH):
        other = sum(monday <= after.finish for monday in weeks)
    return other - one


def _ties(roadmap: Roadmap, plan: Plan) -> Iterator[Issue]:
    for tie in roadmap.dependencies:
        weeks = _between(roadmap, tie, plan)
        if weeks < tie.at_least or (tie.at_most is not None and weeks > tie.at_most):
            yield _broken("RM032", f"{tie.after} comes {weeks} weeks after {tie.before} ({tie.tie.value})")


def _training(roadmap: Roadmap, plan: Plan) -> Iterator[Issue]:
    rules, working = roadmap.rules, _working_weeks(roadmap)
    for live in _live(roadmap):
        for training in roadmap.activities:
            same = (training.initiative, training.school) == (live.initiative, live.school)
            if training.kind is not Kind.TRAINING or not same:
                continue
            ended, begins = plan[training.key].finish, plan[live.key].start
            idle = sum(ended < monday < begins for monday in working)
            if (begins - ended).days < rules.training_days_before or idle > rules.training_stale_weeks:
                yield _broken("RM033", f"{training.key} ends {ended}, {live.key} begins {begins}")


def _live(roadmap: Roadmap) -> list[Activity]:
    return [a for a in roadmap.activities if a.kind is Kind.GO_LIVE and a.school is not None]


def _resources(roadmap: Roadmap, plan: Plan) -> Iterator[Issue]:
    for resource in roadmap.resources:
        for monday in _working_weeks(roadmap):
            end = monday + timedelta(days=4)
            units = [u for first, last, u in resource.changes if first <= end and last >= monday]
            there = (min(units) if units else resource.capacity) + sum(
                units for day, units in resource.deliveries if day <= monday
            )
            asked = 0
            for activity in roadmap.activities:
                dates = plan[activity.key]
                if dates.start <= monday and (resource.lasting or monday <= dates.finish):
                    asked += sum(amount for key, amount in activity.needs if key == resource.key)
            if asked > there:
                yield _broken("RM034", f"{resource.key} in the week of {monday}: {asked} needed, {there} at hand")


def _loads(roadmap: Roadmap, plan: Plan) -> Iterator[Issue]:
    weeks = _working_weeks(roadmap)
    for school in roadmap.schools:
        lives = [live for live in _live(roadmap) if live.school == school.key]
        for place, monday in enumerate(weeks):
            borne = 0
            for live in lives:
                began = weeks.index(plan[live.key].start)
                borne += live.load if began <= place < began + roadmap.rules.load_weeks else 0
            if borne > school.load_cap:
                yield _broken(
                    "RM035", f"{school.key} bears {borne} in the week of {monday}, its cap is {school.load_cap}"
                )


def _budgets(roadmap: Roadmap, plan: Plan) -> Iterator[Issue]:
    spent: dict[tuple[str, int], int] = defaultdict(int)
    month = roadmap.calendar.fiscal_month
    for activity in roadmap.activities:
        day = plan[activity.key].start
        year = day.year + 1 if month > 1 and day.month >= month else day.year
        spent[activity.source, year] += activity.cost
    limits = {(budget.source, budget.fiscal_year): budget.amount for budget in roadmap.budgets}
    limited = {budget.source for budget in roadmap.budgets}
    for (source, year), amount in spent.items():
        if source in limited and amount > limits.get((source, year), 0):
            yield _broken("RM036", f"{source} in fiscal year {year}: {amount} spent of {limits.get((source, year), 0)}")


def _waves(roadmap: Roadmap, plan: Plan) -> Iterator[Issue]:
    weeks, rules = _working_weeks(roadmap), roadmap.rules
    begun: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for live in _live(roadmap):
        if live.wave is not None:
            begun[live.initiative][live.wave].append(weeks.index(plan[live.key].start))
    for initiative, waves in begun.items():
        before: int | None = None
        for wave in sorted(waves):
            if max(waves[wave]) - min(waves[wave]) > rules.wave_spread_weeks:
                yield _broken("RM037", f"{initiative}, wave {wave}: its schools go live too far apart")
            if before is not None and min(waves[wave]) - before < rules.wave_step_weeks:
                yield _broken("RM037", f"{initiative}, wave {wave}: goes live too soon after the wave before")
            before = max(waves[wave])


def _equity(roadmap: Roadmap, plan: Plan) -> Iterator[Issue]:
    slack, weeks = roadmap.rules.equity_weeks, _working_weeks(roadmap)
    high_need = {school.key for school in roadmap.schools if school.high_need}
    for initiative in roadmap.initiatives if slack is not None else ():
        groups: tuple[list[int], list[int]] = ([], [])
        for live in _live(roadmap):
            if live.initiative == initiative.key:
                groups[live.school in high_need].append(weeks.index(plan[live.key].start))
        if not all(groups):
            continue
        others, high = (sum(group) / len(group) for group in groups)
        if high - others > (slack or 0) + 1e-9:  # means of whole weeks differ by far more than rounding
            yield _broken("RM038", f"{initiative.key}: high-need schools go live {high - others:.1f} weeks later")
