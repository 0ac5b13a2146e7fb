"""A first valid plan at once: nodes placed one by one at their earliest fitting week; who blocks is moved when stuck.

It is what the solver starts from, what stands when the solver is stopped, and a check on its sanity.
"""

from __future__ import annotations

from collections import deque
from heapq import heapify, heappop, heappush

from gainline.engine.roadmap.network import Network
from gainline.engine.roadmap.reach import arcs, last_start, next_start, reach

FREE = -1  # as the reason of a bound: no placed node, the calendar itself
MOST_MOVES = 400  # how often a blocker is moved before the attempt is given up


def first_plan(network: Network, *, moves: int = MOST_MOVES) -> tuple[int, ...] | None:
    """Starts that keep distances, calendars, pools and purses; None where this simple way finds none.

    Balances are not looked at. None proves nothing: only the solver may say that there is no plan.

    Source: serial schedule generation (Kelley 1963) with unscheduling for maximum lags (Franck, Neumann & Schwindt
    2001, OR Spektrum 23).
    """
    bounds = reach(network)
    if bounds.lost:
        return None
    return _Board(network, list(bounds.earliest), list(bounds.latest)).fill(moves)


class _Board:
    """Placed nodes, what is left of pools and purses, and how far each open node may still move."""

    def __init__(self, network: Network, floor: list[int], ceiling: list[int]) -> None:
        self.network, self.floor, self.ceiling = network, floor, ceiling
        self.later, self.earlier = arcs(network, forwards=True), arcs(network, forwards=False)
        self.units = [list(pool.capacity) for pool in network.pools]
        self.money = [purse.amount for purse in network.purses]
        self.uses: list[list[tuple[int, int, int]]] = [[] for _ in network.names]
        self.costs: list[list[tuple[int, int]]] = [[] for _ in network.names]
        for number, pool in enumerate(network.pools):
            for use in pool.uses:
                self.uses[use.node].append((number, use.weeks, use.amount))
        for number, purse in enumerate(network.purses):
            for node, cost in purse.costs:
                self.costs[node].append((number, cost))
        self.placed: dict[int, int] = {}
        self.stuck = FREE  # the node that was left without a start when bounds last collided
        self._settle()

    def fill(self, moves: int) -> tuple[int, ...] | None:
        """Place everything, or give up after so many moved blockers."""
        while len(self.placed) < len(self.network.names):
            node = self._next()
            if self._place(node):
                continue
            moves -= 1
            if moves < 0 or not self._move_blocker(node):
                return None
        return tuple(self.placed[node] for node in range(len(self.network.names)))

    def _settle(self) -> bool:
        """Bounds anew; a placed node that leaves another without a start is moved, too. Tell whether all have one."""
        while not self._bounds():
            blocker = self.reason[self.stuck]
            if blocker == FREE or not self._take_back(blocker, self.low[self.stuck] - self.high[self.stuck]):
                return False
        self.queue = [self._turn(n) for n in range(len(self.low)) if n not in self.placed]
        heapify(self.queue)
        return True

    def _bounds(self) -> bool:
        """How far each node may move, from the floors and what is placed; tell whether every node keeps a start."""
        self.low, self.high = self.floor[:], self.ceiling[:]
        self.reason = [FREE] * len(self.low)
        for node, start in self.placed.items():
            self.low[node] = self.high[node] = start
            self.reason[node] = node
        return self._spread(range(len(self.low)), [])

    def _next(self) -> int:
        while True:
            turn = heappop(self.queue)
            if turn[-1] not in self.placed and turn == self._turn(turn[-1]):
                return turn[-1]

    def _turn(self, node: int) -> tuple[int, int, int]:
        """Whose turn comes first: what must start soonest, as in the rule of the latest start time."""
        return self.high[node], self.low[node], node

    def _place(self, node: int) -> bool:
        start = self._fitting(node, self.low[node])
        while start <= self.high[node]:
            if self._try(node, start):
                self._take(node, start, 1)
                return True
            start = self._fitting(node, start + 1)
        return False

    def _try(self, node: int, start: int) -> bool:
        """Fix the node's start if every other node keeps a start; else leave all as it was."""
        undo = [(node, self.low[node], self.high[node], self.reason[node])]
        self.low[node] = self.high[node] = start
        self.reason[node] = node
        if self._spread((node,), undo):
            for other in {change[0] for change in undo}:
                heappush(self.queue, self._turn(other))
            return True
        for other, low, high, reason in reversed(undo):
            self.low[other], self.high[other], self.reason[other] = low, high, reason
        return False

    def _spread(self, nodes: range | tuple[int, ...], undo: list[tuple[int, int, int, int]]) -> bool:
        waiting = deque(nodes)
        while waiting:
            node = waiting.popleft()
            for other, weeks in self.later[node]:
                if self.low[node] + weeks > self.low[other]:
                    undo.append((other, self.low[other], self.high[other], self.reason[other]))
                    self.low[other] = next_start(
                        self.network.starts[other], self.low[node] + weeks, self.network.horizon
                    )
                    waiting.append(other)
                    if self.low[other] > self.high[other]:
                        self.stuck = other
                        return False
            if not self._spread_back(node, waiting, undo):
                return False
        return True

    def _spread_back(self, node: int, waiting: deque[int], undo: list[tuple[int, int, int, int]]) -> bool:
        for other, weeks in self.earlier[node]:
            if self.high[node] - weeks < self.high[other]:
                undo.append((other, self.low[other], self.high[other], self.reason[other]))
                self.high[other] = last_start(self.network.starts[other], self.high[node] - weeks)
                self.reason[other] = self.reason[node]
                waiting.append(other)
                if self.low[other] > self.high[other]:
                    self.stuck = other
                    return False
        return True

    def _fitting(self, node: int, week: int) -> int:
        """The first allowed week from this one on with units and money left; the horizon when there is none."""
        horizon = self.network.horizon
        while (week := next_start(self.network.starts[node], week, horizon)) < horizon:
            jump = self._blocked_until(node, week)
            if jump == week:
                return week
            week = jump
        return horizon

    def _blocked_until(self, node: int, week: int) -> int:
        """The week itself when nothing blocks it, else the next one worth a look."""
        for number, weeks, amount in self.uses[node]:
            units = self.units[number]
            for held in range(min(week + weeks, len(units)) - 1, week - 1, -1):
                if units[held] < amount:
                    return held + 1
        for number, cost in self.costs[node]:
            first, last = self.network.purses[number].span
            if first <= week <= last and self.money[number] < cost:
                return last + 1
        return week

    def _take(self, node: int, start: int, sign: int) -> None:
        if sign > 0:
            self.placed[node] = start
        for number, weeks, amount in self.uses[node]:
            units = self.units[number]
            for held in range(start, min(start + weeks, len(units))):
                units[held] -= sign * amount
        for number, cost in self.costs[node]:
            first, last = self.network.purses[number].span
            if first <= start <= last:
                self.money[number] -= sign * cost

    def _move_blocker(self, node: int) -> bool:
        """Push the placed node that holds this one back by as much as is missing, and take back what came after it."""
        blocker = self.reason[node]
        wanted = self._fitting(node, self.high[node] + 1)
        if blocker == FREE or wanted >= self.network.horizon:
            return False
        return self._take_back(blocker, wanted - self.high[node]) and self._settle()

    def _take_back(self, blocker: int, weeks: int) -> bool:
        """Unplace the blocker and all that came after it, and never start it again before so many weeks later."""
        floor = self.placed[blocker] + weeks
        floor = next_start(self.network.starts[blocker], floor, self.network.horizon)
        if floor > self.ceiling[blocker]:
            return False
        while blocker in self.placed:
            last, start = self.placed.popitem()
            self._take(last, start, -1)
        self.floor[blocker] = floor
        return True
