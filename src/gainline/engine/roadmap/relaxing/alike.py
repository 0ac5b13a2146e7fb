"""Nodes that a linear program cannot tell apart: schools of one wave with the same needs, for most roadmaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

from gainline.engine.roadmap.network import Network

Member = tuple[int, Hashable]  # a node, and what ties it to its group


def alike(network: Network) -> tuple[int, ...]:
    """The class of each node, from 0; nodes of a class have equal starts, lengths, wishes, ties, pools and purses.

    Merging them loses nothing of a linear relaxation: whatever holds for the nodes holds for their mean.

    Source: coarsest equitable partition by color refinement (Grohe, Kersting, Mladenov & Selman 2014, ESA).
    """
    wishes = network.wishes or {}
    own = zip(network.weeks, network.starts, (wishes.get(node, 0) for node in range(len(network.names))), strict=True)
    colors, groups = _numbered(own), list(_groups(network))
    group_colors = _numbered(name for name, _ in groups)
    while True:
        group_colors = _numbered(_group_key(colors, group_colors[n], group[1]) for n, group in enumerate(groups))
        finer = _refined(network, colors, groups, group_colors)
        if len(set(finer)) == len(set(colors)):
            return tuple(colors)
        colors = finer


def _numbered(keys: Iterable[Hashable]) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]


def _groups(network: Network) -> Iterable[tuple[Hashable, Sequence[Member]]]:
    for pool in network.pools:
        yield pool.capacity, [(use.node, (use.weeks, use.amount)) for use in pool.uses]
    for purse in network.purses:
        yield (purse.span, purse.amount), list(purse.costs)
    for balance in network.balances:
        yield balance.limit, list(balance.weights)


def _group_key(colors: Sequence[int], own: int, members: Sequence[Member]) -> Hashable:
    return own, tuple(sorted((colors[node], repr(tie)) for node, tie in members))


def _refined(
    network: Network,
    colors: Sequence[int],
    groups: Sequence[tuple[Hashable, Sequence[Member]]],
    group_colors: Sequence[int],
) -> list[int]:
    around: dict[int, list[tuple[str, int, str]]] = defaultdict(list)
    for tie in network.distances:
        around[tie.before].append(("after", colors[tie.after], str(tie.weeks)))
        around[tie.after].append(("before", colors[tie.before], str(tie.weeks)))
    for number, (_, members) in enumerate(groups):
        for node, held in members:
            around[node].append(("in", group_colors[number], repr(held)))
    return _numbered((color, tuple(sorted(around[node]))) for node, color in enumerate(colors))
