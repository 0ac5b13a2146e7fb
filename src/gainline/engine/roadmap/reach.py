"""How early and how late each node can start at all, by distances and calendars alone: dates computed both ways."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass

from gainline.engine.roadmap.network import Network, Spans

Arcs = tuple[tuple[tuple[int, int], ...], ...]
NEVER = -1  # as a latest start: there is none


@dataclass(frozen=True, slots=True)
class Reach:
    """Earliest and latest start by node, shapes (nodes,); the horizon as an earliest start means never."""

    earliest: tuple[int, ...]
    latest: tuple[int, ...]

    @property
    def lost(self) -> tuple[int, ...]:
        """The nodes that cannot start in time, whatever else gives way."""
        return tuple(n for n, (e, last) in enumerate(zip(self.earliest, self.latest, strict=True)) if e > last)


def reach(network: Network) -> Reach:
    """Earliest starts computed forwards and latest starts backwards, each with calendars and without resources.

    A network with a circle of positive distances has no dates; its nodes are among `Reach.lost`.
    """
    count, never = len(network.names), network.horizon
    earliest, latest = [0] * count, [never - 1] * count
    into = arcs(network, forwards=True)
    for node in range(count):
        earliest[node] = next_start(network.starts[node], 0, never)
        latest[node] = last_start(network.starts[node], never - 1)
    _settle(network, into, earliest)
    _settle_back(network, arcs(network, forwards=False), latest)
    return Reach(tuple(earliest), tuple(latest))


def arcs(network: Network, *, forwards: bool) -> Arcs:
    """Per node the others that its start pushes: later ones forwards, earlier ones backwards, with the weeks."""
    out: list[list[tuple[int, int]]] = [[] for _ in network.names]
    for tie in network.distances:
        if forwards:
            out[tie.before].append((tie.after, tie.weeks))
        else:
            out[tie.after].append((tie.before, tie.weeks))
    return tuple(map(tuple, out))


def next_start(spans: Spans, week: int, never: int) -> int:
    """The first allowed start from the week on; `never` when there is none.

    Examples
    --------
    >>> next_start(((1, 3), (7, 9)), 4, 99)
    7
    """
    place = bisect_left(spans, week, key=lambda span: span[1])
    return max(week, spans[place][0]) if place < len(spans) else never


def last_start(spans: Spans, week: int) -> int:
    """The last allowed start up to the week; `NEVER` when there is none."""
    for first, last in reversed(spans):
        if first <= week:
            return min(week, last)
    return NEVER


def _settle(network: Network, out: Arcs, earliest: list[int]) -> None:
    waiting = deque(range(len(earliest)))
    while waiting:
        node = waiting.popleft()
        for other, weeks in out[node]:
            wanted = min(earliest[node] + weeks, network.horizon)
            if wanted > earliest[other]:
                earliest[other] = next_start(network.starts[other], wanted, network.horizon)
                waiting.append(other)


def _settle_back(network: Network, out: Arcs, latest: list[int]) -> None:
    waiting = deque(range(len(latest)))
    while waiting:
        node = waiting.popleft()
        for other, weeks in out[node]:
            wanted = max(latest[node] - weeks, NEVER)
            if wanted < latest[other]:
                latest[other] = last_start(network.starts[other], wanted)
                waiting.append(other)
