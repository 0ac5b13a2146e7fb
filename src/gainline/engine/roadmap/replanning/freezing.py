"""The network as it stands today: the past is fixed and broken by nothing, and everything else starts from now on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from gainline.engine.roadmap.compiling import compile_network
from gainline.engine.roadmap.model import Activity, Dates, Duration, Kind, Roadmap
from gainline.engine.roadmap.network import Distance, Network, Pool, Purse, Spans
from gainline.engine.roadmap.replanning.actuals import Actual

PAST = 10**6  # units at hand in weeks that are over: what was done cannot be undone


@dataclass(frozen=True, slots=True)
class Frozen:
    """The network from today on.

    Parameters
    ----------
    roadmap
        The roadmap with the lengths that activities really took.
    fixed
        Start by node of what has started.
    old
        Start by node of the plan so far.
    lost
        Distances that the past has made impossible to keep, and that are no longer asked for.
    """

    roadmap: Roadmap
    network: Network
    fixed: Mapping[int, int]
    old: Mapping[int, int]
    lost: tuple[Distance, ...]


def freeze(roadmap: Roadmap, plan: Mapping[str, Dates], actuals: Sequence[Actual], as_of: date) -> Frozen:
    """Fix what has started, exempt it from rules that came later, and let nothing else start before today.

    What no actual names counts as started as planned. The rest of a wave that has started is exempt from the first
    days of its entries, since those would only tear the wave apart.
    """
    now = roadmap.calendar.first_week_from(as_of)
    by_name = {actual.activity: actual for actual in actuals}
    begun: dict[int, tuple[int, int]] = {}
    old = {n: _week(roadmap, plan[a.key].start) for n, a in enumerate(roadmap.activities) if a.key in plan}
    for node, activity in enumerate(roadmap.activities):
        fixed = _begun(roadmap, activity, by_name.get(activity.key), old.get(node), now)
        if fixed is not None:
            begun[node] = fixed
    changed = _lengths(roadmap, begun)
    network = compile_network(_released(changed, begun))
    fixed_starts = {node: start for node, (start, _) in begun.items()}
    fixed_starts |= _wave_dates(changed, network, fixed_starts)
    starts = tuple(_starts(spans, fixed_starts.get(node), now) for node, spans in enumerate(network.starts))
    network = replace(network, starts=starts)
    kept, lost = _distances(network, fixed_starts)
    network = replace(
        network,
        distances=kept,
        pools=tuple(_pool(pool, fixed_starts, now) for pool in network.pools),
        purses=tuple(_purse(purse, fixed_starts) for purse in network.purses),
        balances=tuple(b for b in network.balances if any(node not in fixed_starts for node, _ in b.weights)),
    )
    return Frozen(changed, network, fixed_starts, old, lost)


def _week(roadmap: Roadmap, day: date) -> int:
    """The working week that holds the day, or the last before it."""
    return max(0, bisect_right(roadmap.calendar.mondays, day) - 1)


def _begun(
    roadmap: Roadmap, activity: Activity, actual: Actual | None, planned: int | None, now: int
) -> tuple[int, int] | None:
    """Start and weeks of what has started; None for what has not."""
    if actual is None:
        return (planned, activity.weeks) if planned is not None and planned < now else None
    if actual.started is None:
        return None
    start = _week(roadmap, actual.started)
    if actual.finished is not None:
        return start, _week(roadmap, actual.finished) - start + 1
    return start, max(activity.weeks, now - start + 1)


def _lengths(roadmap: Roadmap, begun: Mapping[int, tuple[int, int]]) -> Roadmap:
    changed = list(roadmap.activities)
    for node, (_, weeks) in begun.items():
        if weeks != changed[node].weeks:
            changed[node] = replace(changed[node], duration=Duration(weeks, weeks, weeks))
    return replace(roadmap, activities=tuple(changed))


def _released(roadmap: Roadmap, begun: Mapping[int, tuple[int, int]]) -> Roadmap:
    waves = {(a.initiative, a.wave) for n, a in enumerate(roadmap.activities) if n in begun and a.wave is not None}
    changed = (replace(a, not_before=None) if (a.initiative, a.wave) in waves else a for a in roadmap.activities)
    return replace(roadmap, activities=tuple(changed))


def _wave_dates(roadmap: Roadmap, network: Network, fixed: Mapping[int, int]) -> dict[int, int]:
    """The date of each wave of which a school has gone live: the first such day."""
    nodes = {name: node for node, name in enumerate(network.names)}
    found: dict[int, int] = {}
    for node, start in fixed.items():
        live = roadmap.activities[node]
        if live.kind is Kind.GO_LIVE and live.school and live.wave is not None:
            wave = nodes[f"{live.initiative}, wave {live.wave}"]
            found[wave] = min(start, found.get(wave, start))
    return found


def _starts(spans: Spans, fixed: int | None, now: int) -> Spans:
    if fixed is not None:
        return ((fixed, fixed),)
    return tuple((max(first, now), last) for first, last in spans if last >= now)


def _distances(network: Network, fixed: Mapping[int, int]) -> tuple[tuple[Distance, ...], tuple[Distance, ...]]:
    """Distances that can still be kept, and upper bounds from the past that no start from now on can meet."""
    kept, lost = [], []
    for tie in network.distances:
        if tie.before in fixed and tie.after in fixed:
            continue
        first = network.starts[tie.before][0][0] if network.starts[tie.before] else 0
        if tie.after in fixed and first > fixed[tie.after] - tie.weeks:
            lost.append(tie)
        else:
            kept.append(tie)
    return tuple(kept), tuple(lost)


def _pool(pool: Pool, fixed: Mapping[int, int], now: int) -> Pool:
    held = [0] * len(pool.capacity)
    for use in pool.uses:
        if use.node in fixed:
            for week in range(fixed[use.node], min(fixed[use.node] + use.weeks, len(held))):
                held[week] += use.amount
    capacity = (max(there, taken) for there, taken in zip(pool.capacity, held, strict=True))
    return replace(pool, capacity=tuple(PAST if week < now else units for week, units in enumerate(capacity)))


def _purse(purse: Purse, fixed: Mapping[int, int]) -> Purse:
    first, last = purse.span
    spent = sum(cost for node, cost in purse.costs if node in fixed and first <= fixed[node] <= last)
    return replace(purse, amount=max(purse.amount, spent))
