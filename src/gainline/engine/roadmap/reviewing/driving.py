"""What drives the end of a dated roadmap: how far each step can slip, and the chain that leads to the last one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gainline.engine.roadmap.compiling import compile_network
from gainline.engine.roadmap.model import Activity, Dates, Roadmap
from gainline.engine.roadmap.network import Network
from gainline.engine.roadmap.reach import arcs, reach


@dataclass(frozen=True, slots=True)
class Driver:
    """A step of the chain that drives the end.

    Parameters
    ----------
    slack
        Working weeks that it can slip, everything else as late as allowed, without moving the end.
    waits
        Working weeks between what it waits for and its start, beyond the distance that is asked for.
    """

    activity: Activity
    dates: Dates
    slack: int
    waits: int


def slack(roadmap: Roadmap, dates: Mapping[str, Dates]) -> dict[str, int]:
    """Working weeks by activity that it can slip without moving the end, by distances and calendars alone.

    People and money are not looked at: where they are short, a step may have less room than this says, never more.
    """
    network = compile_network(roadmap)
    latest = reach(_until(network, _end(roadmap, dates))).latest
    starts = _starts(roadmap, dates)
    return {a.key: last - start for a, last, start in zip(roadmap.activities, latest, starts, strict=False)}


def driving_chain(roadmap: Roadmap, dates: Mapping[str, Dates]) -> list[Driver]:
    """The chain from a first step to the one that ends last, each link the tightest of what its step waits for.

    Dates of waves stand between steps and are left out of what is given.
    """
    network = compile_network(roadmap)
    starts, room = _with_waves(roadmap, network, dates), slack(roadmap, dates)
    into = arcs(network, forwards=False)
    finish = [start + weeks for start, weeks in zip(starts, network.weeks, strict=True)]
    first_waves = {
        place for place in range(len(roadmap.activities), len(into)) if all(weeks < 0 for _, weeks in into[place])
    }
    node = max(range(len(roadmap.activities)), key=lambda place: (finish[place], -place))
    chain, waits, seen = [], 0, {node}
    while True:
        behind = _tightest([one for one in into[node] if one[0] not in first_waves], starts, node)
        waited = starts[node] - starts[behind[0]] - behind[1] if behind else starts[node]
        waits += waited
        if node < len(roadmap.activities):
            activity = roadmap.activities[node]
            chain.append(Driver(activity, dates[activity.key], room[activity.key], waits))
            waits = 0
        if behind is None or behind[0] in seen:
            return chain[::-1]
        node = behind[0]
        seen.add(node)


def _tightest(before: Sequence[tuple[int, int]], starts: list[int], node: int) -> tuple[int, int] | None:
    """What the node waits for with least room: the earlier node and the distance; a greatest distance is no wait."""
    waited = [(other, weeks) for other, weeks in before if weeks >= 0 and starts[other] <= starts[node]]
    return min(waited, key=lambda one: (starts[node] - starts[one[0]] - one[1], one[0]), default=None)


def _starts(roadmap: Roadmap, dates: Mapping[str, Dates]) -> list[int]:
    weeks = {monday: place for place, monday in enumerate(roadmap.calendar.mondays)}
    return [weeks[dates[activity.key].start] for activity in roadmap.activities]


def _with_waves(roadmap: Roadmap, network: Network, dates: Mapping[str, Dates]) -> list[int]:
    """Starts of all nodes; a wave's date is as late as its schools let it be."""
    starts = _starts(roadmap, dates)
    free = range(len(starts), len(network.names))
    first = {node: len(roadmap.calendar.mondays) - 1 for node in free}
    for tie in network.distances:
        if tie.before in first and tie.after < len(starts):
            first[tie.before] = min(first[tie.before], starts[tie.after] - tie.weeks)
    return [*starts, *(first[node] for node in free)]


def _end(roadmap: Roadmap, dates: Mapping[str, Dates]) -> int:
    return max(
        start + activity.weeks for start, activity in zip(_starts(roadmap, dates), roadmap.activities, strict=True)
    )


def _until(network: Network, end: int) -> Network:
    """The same network with an end that nothing may pass."""
    limited = tuple(
        tuple((first, min(last, end - weeks)) for first, last in spans if first <= end - weeks)
        for spans, weeks in zip(network.starts, network.weeks, strict=True)
    )
    return replace(network, starts=limited)
