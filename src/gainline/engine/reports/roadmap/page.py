"""The roadmap's page: drawings, each with its finding, its description and its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from gainline.engine.reports.render import page
from gainline.engine.reports.roadmap import findings
from gainline.engine.reports.roadmap.frame import day, span
from gainline.engine.reports.roadmap.lanes import Group, SchoolRow, Tied, groups, school_rows, step_of, ties, waves_said
from gainline.engine.reports.roadmap.load_chart import booking_svg
from gainline.engine.reports.roadmap.paper import sheet_pdf
from gainline.engine.reports.roadmap.timeline import (
    NARROW,
    SCHOOLS_NARROW,
    SCHOOLS_SHEET,
    SCHOOLS_WIDE,
    WIDE,
    lanes_svg,
    schools_svg,
)
from gainline.engine.reports.roadmap.web import map_svg
from gainline.engine.roadmap import Dates, Roadmap
from gainline.engine.roadmap.aims import Criterion, Phase
from gainline.engine.roadmap.reviewing import (
    Booking,
    Change,
    bookings,
    changes,
    driving_chain,
    owner_loads,
    slack,
    spending,
)

MOST_CHANGES = 40  # rows; a longer list is no review


@dataclass(frozen=True, slots=True)
class Part:
    """A drawing with its finding; `drawings` are (class, SVG) pairs for pages of different width."""

    title: str
    drawings: tuple[tuple[str, str], ...]


def roadmap_html(
    roadmap: Roadmap, dates: Mapping[str, Dates], before: Mapping[str, Dates] | None = None, *, as_of: date
) -> str:
    """The roadmap on one page, self-contained: no script, no font and no picture from elsewhere.

    Parameters
    ----------
    roadmap, dates
        What is shown; every activity has dates.
    before
        Dates of the last review; without them nothing is said of changes.
    as_of
        The day that the page is made on.
    """
    return page("roadmap.html", **roadmap_parts(roadmap, dates, before, as_of=as_of))


def roadmap_pdf(
    roadmap: Roadmap, dates: Mapping[str, Dates], before: Mapping[str, Dates] | None = None, *, as_of: date
) -> bytes:
    """The same on one sheet of A3 as a tagged PDF (PDF/UA-1); parameters as for `roadmap_html`."""
    return sheet_pdf(roadmap_parts(roadmap, dates, before, as_of=as_of))


def roadmap_parts(
    roadmap: Roadmap, dates: Mapping[str, Dates], before: Mapping[str, Dates] | None = None, *, as_of: date
) -> dict[str, Any]:
    """The same page's findings, drawings and rows by name, for a page with a frame of its own."""
    room = slack(roadmap, dates)
    chain = driving_chain(roadmap, dates)
    driving = frozenset(driver.activity.key for driver in chain)
    told, rows, tied = groups(roadmap, dates, driving), school_rows(roadmap, dates, driving), ties(roadmap)
    return {
        "roadmap": roadmap,
        "as_of": day(as_of),
        "headline": findings.headline(roadmap, dates),
        "standfirst": findings.standfirst(roadmap),
        "phases": [_phase(phase, told) for phase in roadmap.aims.phases],
        "outcomes": roadmap.aims.outcomes,
        "lanes": _lanes(roadmap, dates, told),
        "lane_rows": _lane_rows(told, room, roadmap),
        "schools": _schools(roadmap, dates, rows),
        "school_rows": rows,
        "chain": {"title": findings.of_chain(chain), "steps": chain},
        "review": _review(roadmap, before, dates),
        "web": _web(told, tied),
        "load": _load(roadmap, dates),
        "money": {"title": findings.of_money(spending(roadmap, dates)), "rows": spending(roadmap, dates)},
        "day": day,
        "span": span,
        "target": _target,
    }


def _phase(phase: Phase, told: Sequence[Group]) -> dict[str, Any]:
    mine = [lane for group in told if group.initiative.phase == phase.key for lane in group.lanes]
    return {
        "title": phase.title,
        "when": span(min(lane.start for lane in mine), max(lane.finish for lane in mine)) if mine else "",
        "criteria": [(one.says, _threshold(one)) for one in phase.criteria],
        "initiatives": [group.initiative.title for group in told if group.initiative.phase == phase.key],
    }


def _threshold(one: Criterion) -> str:
    least = "" if one.at_least is None else f"at least {_number(one.at_least, one.at_least)}"
    most = "" if one.at_most is None else f"at most {_number(one.at_most, one.at_most)}"
    return " and ".join(part for part in (least, most) if part)


def _number(value: float, largest: float) -> str:
    """A share as percent, anything else as it is."""
    return f"{value:.0%}" if 0 < largest <= 1 else f"{value:g}"


def _target(outcome: Any) -> str:  # noqa: ANN401 - an outcome; the template hands it over
    """What an outcome goes from and to, in its unit."""
    values = [value for value in (outcome.baseline, outcome.target) if value is not None]
    is_share = outcome.unit.startswith("share") and all(0 <= value <= 1 for value in values)
    said = [f"{value:.0%}" if is_share else f"{value:g}" for value in values]
    by = f" by {day(outcome.by)}" if outcome.by else ""
    unit = f" {outcome.unit.removeprefix('share ')}" if outcome.unit else ""
    return f"{' to '.join(said)}{unit}{by}" if said else ""


def _lanes(roadmap: Roadmap, dates: Mapping[str, Dates], told: list[Group]) -> Part:
    title = findings.of_lanes(roadmap, dates)
    said = [f"{lane.title}, {span(lane.start, lane.finish)}" for group in told for lane in group.lanes]
    desc = findings.described(said, "Bars by phase, initiative and step over the months")
    return Part(
        title,
        tuple((look.name, lanes_svg(roadmap, told, look, title=title, desc=desc)) for look in (WIDE, NARROW)),
    )


def _schools(roadmap: Roadmap, dates: Mapping[str, Dates], rows: list[SchoolRow]) -> Part:
    title = findings.of_schools(roadmap, dates)
    said = [f"{row.title}, live {day(row.lives[0][1])}" for row in rows if row.lives]
    desc = findings.described(said, "One row per school, by wave, over the months")
    looks = (SCHOOLS_WIDE, SCHOOLS_NARROW, SCHOOLS_SHEET)
    return Part(title, tuple((look.name, schools_svg(roadmap, rows, look, title=title, desc=desc)) for look in looks))


def _lane_rows(told: Sequence[Group], room: Mapping[str, int], roadmap: Roadmap) -> list[dict[str, Any]]:
    least: dict[tuple[str, int], int] = {}
    for activity in roadmap.activities:
        key = (step_of(activity), activity.wave or 0)
        least[key] = min(room[activity.key], least.get(key, room[activity.key]))
    return [
        {
            "phase": group.phase,
            "initiative": group.initiative.title,
            "step": lane.title,
            "kind": lane.kind.value.replace("_", "-"),
            "waves": waves_said(bar.waves),
            "when": span(bar.start, bar.finish),
            "slack": min(least[lane.key, wave] for wave in bar.waves or (0,)),
            "owner": lane.owner,
            "drives": bar.drives,
        }
        for group in told
        for lane in group.lanes
        for bar in lane.bars
    ]


def _review(roadmap: Roadmap, before: Mapping[str, Dates] | None, dates: Mapping[str, Dates]) -> dict[str, Any] | None:
    if before is None:
        return None
    found = changes(roadmap, before, dates)
    rows = [_change_row(list(held), roadmap) for _, held in groupby(found, key=_alike)]
    left = max(0, len(rows) - MOST_CHANGES)
    return {"title": findings.of_changes(found), "rows": rows[:MOST_CHANGES], "left": left}


def _alike(change: Change) -> tuple[bool, str, Dates | None, Dates | None]:
    """Changes that are told as one: the same step of several schools, from and to the same days."""
    return change.faces_people, change.key.partition("@")[0], change.before, change.after


def _change_row(held: list[Change], roadmap: Roadmap) -> dict[str, Any]:
    first = held[0]
    schools = [one.activity.school for one in held if one.activity and one.activity.school]
    places = [roadmap.school_by_key[school].title or school for school in schools]
    wave = first.activity.wave if first.activity and not schools else None
    return {
        "what": first.activity.title if first.activity else first.key,
        "where": f"{len(places)} schools" if len(places) > 1 else "".join(places) or (f"wave {wave}" if wave else ""),
        "old": span(first.before.start, first.before.finish) if first.before else "was not planned",
        "new": span(first.after.start, first.after.finish) if first.after else "is no longer planned",
        "weeks": first.weeks,
        "faces": first.faces_people,
    }


def _web(told: list[Group], tied: list[Tied]) -> dict[str, Any]:
    titles = {lane.key: lane.title for group in told for lane in group.lanes}
    homes = {lane.key: group.initiative.title for group in told for lane in group.lanes}
    known = [one for one in tied if one.before in titles and one.after in titles]
    title = findings.of_map(known, titles)
    said = [f"{titles[one.after]} waits for {titles[one.before]}" for one in known]
    desc = findings.described(said, "Steps in the lane of their initiative, joined where one waits for another")
    rows = [
        {
            "step": titles[one.after],
            "initiative": homes[one.after],
            "waits": titles[one.before],
            "other": homes[one.before] if homes[one.before] != homes[one.after] else "",
            "how": one.says,
        }
        for one in known
    ]
    return {"title": title, "svg": map_svg(told, known, title=title, desc=desc) if known else "", "rows": rows}


def _load(roadmap: Roadmap, dates: Mapping[str, Dates]) -> dict[str, Any]:
    booked, owners = bookings(roadmap, dates), owner_loads(roadmap, dates)
    charts = [(one.key.replace("-", " "), booking_svg(one, **_booking_words(one))) for one in booked]
    return {"title": findings.of_load(booked, owners), "charts": charts, "owners": owners}


def _booking_words(one: Booking) -> dict[str, str]:
    title = f"{one.key}: {one.full_weeks} of {len(one.mondays)} weeks are fully booked"
    peak = max(one.booked, default=0)
    first = one.mondays[one.booked.index(peak)]
    return {"title": title, "desc": f"Units booked by week; the most, {peak}, in the week of {day(first)}."}
