"""The plan's problem in numbers: a network of starts with domains, distances, limited pools, money and balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Distance:
    """The start of `after` lies at least `weeks` after the start of `before`; negative weeks bound from above.

    `rule` names the rule that it stands for, here as in the other shapes.
    """

    before: int
    after: int
    weeks: int
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """A node holds `amount` of a pool for `weeks` from its start on."""

    node: int
    weeks: int
    amount: int


@dataclass(frozen=True, slots=True)
class Pool:
    """What is limited in every week: units at hand per week, shape (horizon,), and who uses them."""

    name: str
    capacity: tuple[int, ...]
    uses: tuple[Use, ...]
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Purse:
    """Money: the costs of nodes that start inside the span of weeks, ends included, stay within the amount."""

    name: str
    span: tuple[int, int]
    amount: int
    costs: tuple[tuple[int, int], ...]
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """The weighted sum of starts stays at or below the limit."""

    name: str
    weights: tuple[tuple[int, int], ...]
    limit: int
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    """One scheduling problem on an axis of weeks.

    Parameters
    ----------
    names
        One per node.
    weeks
        Duration of each node, 0 for mere dates.
    starts
        The spans of weeks, ends included, in which each node may start; ordered and apart.
    horizon
        How many weeks the axis has; every node ends within it.
    wishes
        Weight by node of starting early, after the finish.

    Source: resource-constrained project scheduling with minimum and maximum time lags, e.g. Bartusch, Möhring &
    Radermacher (1988), Annals of Operations Research 16.
    """

    names: tuple[str, ...]
    weeks: tuple[int, ...]
    starts: tuple[Spans, ...]
    horizon: int
    distances: tuple[Distance, ...] = ()
    pools: tuple[Pool, ...] = ()
    purses: tuple[Purse, ...] = ()
    balances: tuple[Balance, ...] = ()
    wishes: Mapping[int, int] | None = None

    def finish(self, starts: tuple[int, ...]) -> int:
        """How many weeks pass until the last node has ended."""
        return max((s + w for s, w in zip(starts, self.weeks, strict=True)), default=0)

    def wish(self, starts: tuple[int, ...]) -> int:
        """The weighted sum of the starts that should be early."""
        return sum(weight * starts[node] for node, weight in (self.wishes or {}).items())


def spans_of(weeks: tuple[int, ...]) -> Spans:
    """Ordered weeks as spans.

    Examples
    --------
    >>> spans_of((1, 2, 3, 7))
    ((1, 3), (7, 7))
    """
    spans: list[tuple[int, int]] = []
    for week in weeks:
        if spans and spans[-1][1] == week - 1:
            spans[-1] = (spans[-1][0], week)
        else:
            spans.append((week, week))
    return tuple(spans)
