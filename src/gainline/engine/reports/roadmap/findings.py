"""The sentences over the roadmap's drawings and tables: each says what is found, never the name of a variable."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from gainline.engine.core.calendar import DAYS_PER_WEEK
from gainline.engine.reports.roadmap.frame import day, listed, month
from gainline.engine.reports.roadmap.lanes import Tied
from gainline.engine.roadmap import Dates, Roadmap
from gainline.engine.roadmap.model import Activity, Kind
from gainline.engine.roadmap.reviewing import Booking, Change, Driver, OwnerLoad, Spending


def headline(roadmap: Roadmap, dates: Mapping[str, Dates]) -> str:
    """Which tool reaches how many schools by when, and when all of it ends."""
    ends = day(max(one.finish for one in dates.values()))
    held = _lives(roadmap)
    if not held:
        return f"{len(roadmap.activities):,} steps, done on {ends}"
    weight = {initiative.key: initiative.weight for initiative in roadmap.initiatives}
    key = max(held, key=lambda one: (weight[one], len(held[one]), one))
    title = next(one.title for one in roadmap.initiatives if one.key == key)
    last = max(dates[activity.key].start for activity in held[key])
    return f"{title} is in {_schools(len(held[key]))} by {month(last)}; the roadmap ends on {ends}"


def standfirst(roadmap: Roadmap) -> str:
    """How much it is."""
    waves = len({school.wave for school in roadmap.schools if school.wave is not None})
    drawn = f", in {waves} waves" if waves > 1 else ""
    count = len(roadmap.initiatives)
    work = f"{count} initiative{'s' if count != 1 else ''}, {len(roadmap.activities):,} steps"
    return f"{work} in {_schools(len(roadmap.schools))}{drawn}."


def of_lanes(roadmap: Roadmap, dates: Mapping[str, Dates]) -> str:
    """When go-lives run, and how many evaluation windows hold a test."""
    lives = [dates[one.key].start for held in _lives(roadmap).values() for one in held]
    windows = [one for one in roadmap.activities if one.kind is Kind.EVALUATION]
    tested = sum(_holds_test(roadmap, dates[one.key], one.school) for one in windows)
    parts = []
    if lives:
        parts.append(f"Go-lives run from {month(min(lives))} to {month(max(lives))}")
    if windows:
        said = f"{tested} of {len(windows)} evaluation windows hold a test"
        parts.append(said if parts else said.capitalize())
    return "; ".join(parts) or f"All of it fits between {month(_first(dates))} and {month(_last(dates))}"


def of_schools(roadmap: Roadmap, dates: Mapping[str, Dates]) -> str:
    """When the last school is live, and how high-need schools fare beside the others."""
    lives = [one for held in _lives(roadmap).values() for one in held]
    if not lives:
        return "No tool goes live in a school"
    last = day(max(dates[one.key].start for one in lives))
    high = {school.key for school in roadmap.schools if school.high_need}
    gaps = _gap_weeks(roadmap, dates, high)
    if gaps is None:
        return f"Every school is live by {last}"
    if abs(gaps) < 0.5:
        return f"Every school is live by {last}, high-need schools at the same time as the others on average"
    when = f"{abs(gaps):.1f} weeks {'earlier' if gaps < 0 else 'later'} than the others on average"
    return f"Every school is live by {last}, high-need schools {when}"


def _gap_weeks(roadmap: Roadmap, dates: Mapping[str, Dates], high: set[str]) -> float | None:
    """Mean over initiatives of how much later high-need schools go live, in calendar weeks; None without both sorts."""
    gaps = []
    for held in _lives(roadmap).values():
        sides: tuple[list[int], list[int]] = ([], [])
        for one in held:
            sides[one.school in high].append(dates[one.key].start.toordinal())
        if all(sides):
            others, needy = (sum(side) / len(side) for side in sides)
            gaps.append((needy - others) / DAYS_PER_WEEK)
    return sum(gaps) / len(gaps) if gaps else None


def of_chain(chain: Sequence[Driver]) -> str:
    """What ends the roadmap, and how little the chain before it can slip."""
    last = chain[-1]
    said = f"“{last.activity.title}” ends the roadmap"
    if len(chain) == 1:
        return said
    room = min(driver.slack for driver in chain[:-1])
    return f"{said}; what leads to it can slip {room} week{'s' if room != 1 else ''} at most"


def of_changes(changes: Sequence[Change]) -> str:
    """How many dates moved that people were told."""
    if not changes:
        return "Nothing moved since the last review"
    told = sum(one.faces_people for one in changes)
    rest = len(changes) - told
    also = f", and {rest} that only the office sees" if rest else ""
    return f"{told} date{'s' if told != 1 else ''} that people were told changed since the last review{also}"


def of_load(booked: Sequence[Booking], owners: Sequence[OwnerLoad]) -> str:
    """Which resource is booked out most often, or who runs most at once."""
    full = max(booked, key=lambda one: one.full_weeks, default=None)
    if full is not None and full.full_weeks:
        weeks = len(full.mondays)
        return f"{_name(full.key)} are fully booked in {full.full_weeks} of {weeks} weeks"
    named = [one for one in owners if one.owner]
    if named:
        one = named[0]
        return f"The {one.owner} runs most at once: {one.at_once} steps in {month(one.busiest or date.max)}"
    return "Nobody answers for the steps yet"


def _name(key: str) -> str:
    words = key.replace("-", " ")
    return words[:1].upper() + words[1:]


def of_money(spent: Sequence[Spending]) -> str:
    """What is planned of what there is, and where it is tightest."""
    planned = sum(one.planned for one in spent)
    limited = [one for one in spent if one.budget is not None]
    if not limited:
        return f"${planned:,} is planned, and no budget limits it"
    budget = sum(one.budget or 0 for one in limited)
    tight = min(limited, key=lambda one: ((one.budget or 0) - one.planned, one.source))
    left = (tight.budget or 0) - tight.planned
    return f"${planned:,} of ${budget:,} is planned; {tight.source} has ${left:,} left in fiscal {tight.fiscal_year}"


def of_map(tied: Sequence[Tied], titles: Mapping[str, str]) -> str:
    """Which step holds up most in other initiatives."""
    outside = [one for one in tied if one.before.partition(".")[0] != one.after.partition(".")[0]]
    if not outside:
        return "The initiatives do not wait for each other"
    step, count = Counter(one.before for one in outside).most_common(1)[0]
    return f"{len(outside)} of {len(tied)} ties lead into another initiative, {count} of them from “{titles[step]}”"


def described(names: Sequence[str], what: str) -> str:
    """A long description's list, cut where it grows beyond what anybody listens to."""
    return f"{what}: {listed(list(names[:24]))}" + (f" and {len(names) - 24} more" if len(names) > 24 else "") + "."


def _lives(roadmap: Roadmap) -> dict[str, list[Activity]]:
    held: dict[str, list[Activity]] = defaultdict(list)
    for activity in roadmap.activities:
        if activity.kind is Kind.GO_LIVE and activity.school:
            held[activity.initiative].append(activity)
    return held


def _holds_test(roadmap: Roadmap, span: Dates, school: str | None) -> bool:
    return any(
        testing.binds(school) and testing.window.start <= span.finish and testing.window.end >= span.start
        for testing in roadmap.calendar.testing
    )


def _schools(count: int) -> str:
    return f"{count} school{'s' if count != 1 else ''}"


def _first(dates: Mapping[str, Dates]) -> date:
    return min(one.start for one in dates.values())


def _last(dates: Mapping[str, Dates]) -> date:
    return max(one.finish for one in dates.values())
