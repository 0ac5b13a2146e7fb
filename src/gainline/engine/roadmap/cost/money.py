"""Money in whole cents: sums are exact, shares add up, and currencies never mix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal

CENT = Decimal("0.01")
WIDE = Context(prec=80)  # no allowed product of price, quantity and indices has more digits


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in the hundredth part of its currency's unit, negative for money that comes back.

    Examples
    --------
    >>> Money.of(Decimal("12.345"), "USD") + Money(1, "USD")
    Money(cents=1235, currency='USD')
    """

    cents: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Money:
        """The nearest cent; halves go to the even one, so that many roundings do not pull in one direction."""
        return cls(int(amount.quantize(CENT, ROUND_HALF_EVEN, WIDE).scaleb(2, WIDE)), currency)

    @property
    def amount(self) -> Decimal:
        """In units of the currency, with two places."""
        return Decimal(self.cents).scaleb(-2, WIDE)

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added without an exchange rate")
        return Money(self.cents + other.cents, self.currency)

    def __sub__(self, other: Money) -> Money:
        return self + Money(-other.cents, other.currency)

    def __str__(self) -> str:
        return f"{self.amount:,} {self.currency}"


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum; nothing at all is nothing of the currency."""
    found = Money(0, currency)
    for amount in amounts:
        found = found + amount
    return found


def split(amount: Money, shares: Mapping[str, Decimal]) -> dict[str, Money]:
    """The amount dealt out by shares that add up to 1, to the cent: what is left over goes to the largest fractions.

    Examples
    --------
    >>> {who: part.cents for who, part in split(Money(100, "USD"), {"a": Decimal(1) / 3, "b": Decimal(2) / 3}).items()}
    {'a': 33, 'b': 67}
    """
    exact = {who: Decimal(amount.cents) * share for who, share in shares.items()}
    floors = {who: int(value.to_integral_value(rounding=ROUND_FLOOR)) for who, value in exact.items()}
    left = amount.cents - sum(floors.values())
    first = sorted(exact, key=lambda who: (floors[who] - exact[who], who))
    return {who: Money(floors[who] + (who in first[:left]), amount.currency) for who in shares}
