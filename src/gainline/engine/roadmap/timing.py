"""What a roadmap cannot hold, before anything is solved: no week, no time, no such amount of a resource."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gainline.engine.core.issues import Level
from gainline.engine.roadmap.calendar import Calendar
from gainline.engine.roadmap.compiling import compile_network, units_by_week
from gainline.engine.roadmap.model import Activity, Roadmap
from gainline.engine.roadmap.network import Network
from gainline.engine.roadmap.reach import NEVER, Reach, reach
from gainline.engine.roadmap.sheets import Finding, Place


def check_timing(roadmap: Roadmap) -> list[Finding]:
    """What no solver needs to be asked about: RM013 to RM018 and RM040, once per entry of the file.

    An activity whose latest start lies before its earliest is the "cannot be known in time" of the roadmap.
    """
    network = compile_network(roadmap)
    found = [*_homeless(roadmap, network), *_resources(roadmap), *_money(roadmap), *_loads(roadmap), *_orders(roadmap)]
    if not any(finding[0] == "RM014" for finding in found):
        found.extend(_late(roadmap, reach(network)))
    return _once(found)


def _once(findings: Sequence[Finding]) -> list[Finding]:
    first: dict[tuple[str, Place], Finding] = {}
    for finding in findings:
        first.setdefault((finding[0], finding[2]), finding)
    return list(first.values())


def _homeless(roadmap: Roadmap, network: Network) -> Iterator[Finding]:
    for activity, starts in zip(roadmap.activities, network.starts, strict=False):
        if not starts:
            says = f"{activity.key}: no {activity.weeks} weeks on end of the calendar are open to {activity.kind.value}"
            yield "RM014", Level.ERROR, _at(activity), says, "shorten it, or mend the calendar or its own dates"


def _late(roadmap: Roadmap, bounds: Reach) -> Iterator[Finding]:
    for activity, first, last in zip(roadmap.activities, bounds.earliest, bounds.latest, strict=False):
        if first > last:
            can, must = _day(roadmap.calendar, first), _day(roadmap.calendar, last)
            says = f"{activity.key} cannot be done in time: it can start {can}, and would have to start {must}"
            yield (
                "RM013",
                Level.ERROR,
                _at(activity),
                says,
                "start earlier, shorten what comes before, or move the date",
            )


def _day(calendar: Calendar, week: int) -> str:
    if week == NEVER:
        return "before the roadmap begins"
    return f"on {calendar.mondays[week]}" if week < len(calendar.mondays) else "after the roadmap ends"


def _resources(roadmap: Roadmap) -> Iterator[Finding]:
    most = {resource.key: max(units_by_week(roadmap, resource), default=0) for resource in roadmap.resources}
    for activity in roadmap.activities:
        for key, amount in activity.needs:
            if amount > most[key]:
                says = f"{activity.key} needs {amount} of {key}, and there are never more than {most[key]}"
                yield "RM015", Level.ERROR, (*_at(activity), "needs"), says, "ask for less at once, or get more"


def _loads(roadmap: Roadmap) -> Iterator[Finding]:
    for activity in roadmap.activities:
        if activity.school and activity.load > (cap := roadmap.school_by_key[activity.school].load_cap):
            says = f"{activity.key} brings a load of {activity.load}, and its school's teachers bear {cap}"
            yield "RM016", Level.ERROR, (*_at(activity), "load"), says, "split the change, or raise the cap"


def _money(roadmap: Roadmap) -> Iterator[Finding]:
    limited = {budget.source for budget in roadmap.budgets}
    for activity in roadmap.activities:
        if activity.cost and activity.source not in limited:
            says = f"{activity.key} costs {activity.cost:,}, and no budget limits it"
            yield "RM017", Level.WARNING, (*_at(activity), "cost"), says, "name a source that has [[budgets]]"
    for source in sorted(limited):
        cost = sum(activity.cost for activity in roadmap.activities if activity.source == source)
        there = sum(budget.amount for budget in roadmap.budgets if budget.source == source)
        if cost > there:
            says = f"all of {source} is {there:,}, and its activities cost {cost:,}"
            yield "RM018", Level.ERROR, ("budgets",), says, "find money, or take something out"


def _orders(roadmap: Roadmap) -> Iterator[Finding]:
    """Tools that need each other and go to the schools in different orders: 60 schools and three tools had no plan."""
    every = {activity.key: activity for activity in roadmap.activities}
    for tie in roadmap.dependencies:
        before, after = every[tie.before], every[tie.after]
        if before.school is not None and before.school == after.school and before.wave != after.wave:
            says = f"{after.initiative} needs {before.initiative}, and goes to the schools in another order"
            yield "RM040", Level.WARNING, _at(after), says, "let tools that need each other share one order of waves"


def _at(activity: Activity) -> Place:
    return "activities", activity.entry
