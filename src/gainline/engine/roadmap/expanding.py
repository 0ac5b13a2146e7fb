"""From the file's patterns to activities: one per initiative, wave or school, tied to the matching ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from gainline.engine.core.calendar import Window
from gainline.engine.roadmap.aims_sheet import aims_of
from gainline.engine.roadmap.calendar import Calendar, Testing
from gainline.engine.roadmap.model import (
    Activity,
    Budget,
    CorrelatedGroup,
    Dependency,
    Duration,
    Initiative,
    Resource,
    Right,
    RiskDriver,
    Roadmap,
    Rules,
    School,
    Uncertainty,
)
from gainline.engine.roadmap.sheet import (
    ActivityPart,
    AfterPart,
    CalendarPart,
    InitiativePart,
    SchoolPart,
    Sheet,
    Span,
    UncertaintyPart,
    WavesPart,
)


def expand(sheet: Sheet) -> Roadmap:
    """The roadmap that a file stands for.

    Assumes
    -------
    That every name the file uses is declared in it.
    """
    waves = wave_of_school(sheet, sheet.waves)
    own = {part.key: wave_of_school(sheet, part.waves) for part in sheet.initiatives if part.waves}
    cap = sheet.rules.load_cap
    schools = tuple(_school(s, cap, waves.get(s.key)) for s in sheet.schools)
    above = {initiative.key: initiative for initiative in sheet.initiatives}
    parts = [_with_defaults(part, above[part.initiative]) for part in sheet.activities]
    instances = {
        _name(part): tuple(_instances(part, place, _sent(schools, own.get(part.initiative))))
        for place, part in enumerate(parts)
    }
    return Roadmap(
        name=sheet.name,
        calendar=_calendar(sheet),
        rules=Rules(**sheet.rules.model_dump(exclude={"load_cap"})),
        schools=schools,
        resources=tuple(
            Resource(
                r.key,
                r.capacity,
                tuple((c.start, c.end, c.capacity) for c in r.changes),
                tuple((d.on, d.units) for d in r.deliveries),
                r.lasting,
            )
            for r in sheet.resources
        ),
        budgets=tuple(Budget(b.source, b.fiscal_year, b.amount) for b in sheet.budgets),
        initiatives=tuple(_initiative(part) for part in sheet.initiatives),
        activities=tuple(activity for made in instances.values() for activity in made),
        dependencies=tuple(_dependencies(sheet, instances)),
        aims=aims_of((sheet.vision, sheet.capabilities, sheet.outcomes, sheet.phases)),
        uncertainty=_uncertainty(sheet.uncertainty, instances),
        rights=tuple(Right(r.rule.value, r.owner, r.relaxed_by) for r in sheet.rights),
    )


def _uncertainty(part: UncertaintyPart, instances: Mapping[str, Sequence[Activity]]) -> Uncertainty:
    """A named activity stands for all that its pattern makes."""

    def keys(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(activity.key for name in dict.fromkeys(names) for activity in instances[name])

    return Uncertainty(
        part.shape,
        tuple(CorrelatedGroup(g.key, g.correlation, keys(g.activities)) for g in part.groups),
        tuple(
            RiskDriver(d.key, d.title or d.key, d.probability, keys(d.activities), d.weeks, d.cost, d.group)
            for d in part.drivers
        ),
    )


def _school(part: SchoolPart, cap: int, wave: int | None) -> School:
    return School(part.key, part.high_need, part.load_cap or cap, wave, part.title, part.groups)


def _initiative(part: InitiativePart) -> Initiative:
    values = part.model_dump(exclude={"waves"}) | {"phase": part.phase or "", "source": part.source or ""}
    return Initiative(**values)


def _with_defaults(part: ActivityPart, above: InitiativePart) -> ActivityPart:
    """What an activity does not say of its owner, and of who pays for it, its initiative says."""
    source = part.source or (above.source if part.cost else None)
    return part.model_copy(update={"owner": part.owner or above.owner, "source": source})


def _sent(schools: Sequence[School], waves: Mapping[str, int] | None) -> Sequence[School]:
    """The schools in an initiative's own waves, where it has some."""
    return schools if waves is None else [replace(school, wave=waves.get(school.key)) for school in schools]


def wave_of_school(sheet: Sheet, waves: WavesPart | None) -> dict[str, int]:
    """Each school's wave, from 1: as agreed, or drawn by lot among high-need and other schools apart."""
    if waves is None:
        return {}
    if waves.order is not None:
        return {key: number for number, wave in enumerate(waves.order, 1) for key in wave}
    needs = {school.key: school.high_need for school in sheet.schools}
    return draw_waves(needs, count=waves.count or 1, seed=waves.seed or 0)


def draw_waves(high_need: Mapping[str, bool], *, count: int, seed: int) -> dict[str, int]:
    """Waves drawn by lot, sizes apart by one at most; high-need schools are dealt out first, so that none is theirs.

    The wave that gets the first card of the deal is drawn, too.

    Examples
    --------
    >>> sorted(draw_waves({"ash": True, "elm": False, "oak": False, "fir": True}, count=2, seed=1).values())
    [1, 1, 2, 2]
    """
    random = np.random.Generator(np.random.PCG64(seed))
    cards = [key for group in (True, False) for key in _shuffled(high_need, group, random)]
    seats = random.permutation(count)
    return {key: int(seats[place % count]) + 1 for place, key in enumerate(cards)}


def _shuffled(high_need: Mapping[str, bool], group: bool, random: np.random.Generator) -> list[str]:
    keys = sorted(key for key, high in high_need.items() if high is group)
    return [keys[place] for place in random.permutation(len(keys))]


def _calendar(sheet: Sheet) -> Calendar:
    part: CalendarPart = sheet.calendar
    return Calendar(
        span=Window(sheet.start, sheet.end),
        terms=_windows(part.terms),
        holidays=_windows(part.holidays),
        testing=tuple(Testing(t.name, Window(t.start, t.end), t.schools, t.blackout) for t in part.testing),
        learning_days=part.learning_days,
        board_days=part.board_days,
        fiscal_month=part.fiscal_year_starts_in,
    )


def _windows(spans: Sequence[Span]) -> tuple[Window, ...]:
    return tuple(Window(span.start, span.end) for span in spans)


def _name(part: ActivityPart) -> str:
    return f"{part.initiative}.{part.key}"


def _instances(part: ActivityPart, entry: int, schools: Sequence[School]) -> Iterator[Activity]:
    meant = [s for s in schools if not part.schools or s.key in part.schools]
    meant = [s for s in meant if not part.groups or set(part.groups) & set(s.groups)]
    meant = [s for s in meant if not part.waves or s.wave in part.waves]
    if part.per == "school":
        for school in meant:
            yield _activity(part, entry, f"@{school.key}", school=school.key, wave=school.wave)
    elif part.per == "wave":
        for wave in sorted({school.wave for school in meant if school.wave is not None}):
            yield _activity(part, entry, f"@{wave}", school=None, wave=wave)
    else:
        yield _activity(part, entry, "", school=None, wave=None)


def _activity(part: ActivityPart, entry: int, suffix: str, *, school: str | None, wave: int | None) -> Activity:
    low, likely, high = part.weeks if isinstance(part.weeks, tuple) else (part.weeks,) * 3
    return Activity(
        key=f"{_name(part)}{suffix}",
        title=part.title or part.key,
        initiative=part.initiative,
        kind=part.kind,
        duration=Duration(low, likely, high),
        school=school,
        wave=wave,
        owner=part.owner,
        needs=tuple(sorted(part.needs.items())),
        cost=part.cost,
        source=part.source or "",
        load=part.load,
        assessment=part.assessment,
        not_before=part.not_before,
        finish_by=part.finish_by,
        cost_range=part.cost_range,
        weekly_cost=part.weekly_cost,
        entry=entry,
    )


def _dependencies(sheet: Sheet, instances: Mapping[str, Sequence[Activity]]) -> Iterator[Dependency]:
    for part in sheet.activities:
        for tie in part.after:
            before = instances[full_name(part, tie)]
            by_school, by_wave = _grouped(before)
            for after in instances[_name(part)]:
                for one in _matching(after, before, by_school, by_wave):
                    yield Dependency(one.key, after.key, tie.tie, tie.at_least, tie.at_most)


def full_name(part: ActivityPart, tie: AfterPart) -> str:
    """The activity that a tie names, with its initiative."""
    return tie.activity if "." in tie.activity else f"{part.initiative}.{tie.activity}"


Groups = Mapping[str | int | None, Sequence[Activity]]


def _grouped(activities: Sequence[Activity]) -> tuple[Groups, Groups]:
    by_school: dict[str | int | None, list[Activity]] = defaultdict(list)
    by_wave: dict[str | int | None, list[Activity]] = defaultdict(list)
    for activity in activities:
        by_school[activity.school].append(activity)
        by_wave[activity.wave].append(activity)
    return by_school, by_wave


def _matching(after: Activity, before: Sequence[Activity], by_school: Groups, by_wave: Groups) -> Sequence[Activity]:
    """Those of the same school where both are a school's, of the same wave where both have one, else all."""
    if not before or (after.school is None and after.wave is None):
        return before
    first = before[0]
    if first.school is not None and after.school is not None:
        return by_school.get(after.school, ())
    if first.wave is not None and after.wave is not None:
        return by_wave.get(after.wave, ())
    return before
