"""Time and money: what a later sum is worth today, and what an asset costs a year."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal


def annual_factor(rate: Decimal, years: int) -> Decimal:
    """Which share of its price an asset that serves so many years costs each year: its wear and the interest forgone.

    r(1 + r)^n / ((1 + r)^n - 1), and 1/n without interest.

    Source: Levin, McEwan, Belfield, Bowden & Shand (2018), Economic Evaluation in Education, 3rd ed., chapter 5.

    Examples
    --------
    >>> round(annual_factor(Decimal("0.05"), 10), 4)
    Decimal('0.1295')
    """
    if rate == 0:
        return Decimal(1) / years
    grown = (1 + rate) ** years
    return rate * grown / (grown - 1)


def present_value(by_year: Sequence[Decimal], rate: Decimal) -> Decimal:
    """The worth at the start of what is spent in the first, second, … year; the first year is not discounted."""
    return sum((amount / (1 + rate) ** year for year, amount in enumerate(by_year)), Decimal(0))


def level_year(by_year: Sequence[Decimal], rate: Decimal) -> Decimal:
    """The equal sum per year that is worth as much at the start; what is the same every year stays as it is."""
    return present_value(by_year, rate) / present_value([Decimal(1)] * len(by_year), rate)
