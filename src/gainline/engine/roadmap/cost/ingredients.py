"""The ingredients method: every resource that is used, at its price, whoever pays; in cash and as a cost per year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.cost.discounting import annual_factor, level_year, present_value
from gainline.engine.roadmap.cost.lines import Line
from gainline.engine.roadmap.cost.money import WIDE, Money, split, total
from gainline.engine.roadmap.cost.pricing import unit_price
from gainline.engine.roadmap.cost.sheet import Ingredient, Sheet

SHOWN_RATES = (Decimal(0), Decimal("0.05"))  # beside the account's own rate


@dataclass(frozen=True, slots=True)
class Payment:
    """One time that an ingredient is paid for: ordered on a day, of one fiscal year, from a source or from none."""

    ingredient: str
    line: Line
    on: date
    leaves_on: date
    fiscal_year: int
    amount: Money
    source: str | None
    place: int


@dataclass(frozen=True, slots=True)
class Costed:
    """An ingredient with its price: what one time costs, in all, and how that is dealt out."""

    key: str
    title: str
    line: Line
    unit_price: Money
    each: Money
    payments: tuple[Payment, ...]
    borne: Mapping[str, Money]
    life_years: int | None
    source: str

    @property
    def amount(self) -> Money:
        """All its payments."""
        return total((payment.amount for payment in self.payments), self.each.currency)


@dataclass(frozen=True, slots=True)
class Yearly:
    """What the work costs a year at one rate: year by year, worth at the start, and as one equal sum per year."""

    rate: Decimal
    by_year: Mapping[int, Money]
    present: Money
    a_year: Money


@dataclass(frozen=True, slots=True)
class Costs:
    """All ingredients and their sums; `silent` are the lines of total cost of ownership that nothing is said of."""

    currency: str
    ingredients: tuple[Costed, ...]
    yearly: tuple[Yearly, ...]
    silent: tuple[Line, ...]

    @property
    def payments(self) -> list[Payment]:
        """Every payment, by day."""
        return sorted((p for one in self.ingredients for p in one.payments), key=lambda p: (p.on, p.ingredient))

    @property
    def amount(self) -> Money:
        """All payments of all ingredients."""
        return total((one.amount for one in self.ingredients), self.currency)

    def by_line(self) -> dict[Line, Money]:
        """Payments by line, in the order of the lines."""
        lines = {one.line for one in self.ingredients}
        return {line: self._sum(one for one in self.ingredients if one.line is line) for line in Line if line in lines}

    def by_bearer(self) -> dict[str, Money]:
        """Who bears how much; adds up to the whole, to the cent."""
        found: dict[str, list[Money]] = defaultdict(list)
        for one in self.ingredients:
            for who, part in one.borne.items():
                found[who].append(part)
        return {who: total(parts, self.currency) for who, parts in sorted(found.items())}

    def _sum(self, ingredients: Iterable[Costed]) -> Money:
        return total((one.amount for one in ingredients), self.currency)


def cost(sheet: Sheet) -> Costs | list[Refusal]:
    """Price every ingredient and add up, or say of every item why it has no price.

    Refuses
    -------
    CO010 to CO013, as `unit_price`; nothing is added up while one price is missing, because the sum would pass for
    whole.

    Source: Levin, McEwan, Belfield, Bowden & Shand (2018), Economic Evaluation in Education, 3rd ed.: resources used,
    at market prices, whoever bears them.
    """
    with localcontext(WIDE):
        return _cost(sheet)


def _cost(sheet: Sheet) -> Costs | list[Refusal]:
    prices = {item: unit_price(sheet, item) for item in dict.fromkeys(i.item for i in sheet.ingredients)}
    refused = [price for price in prices.values() if isinstance(price, Refusal)]
    if refused:
        return refused
    sources = {price.item: price.source for price in sheet.prices}
    costed = tuple(
        _costed(sheet, ingredient, place, price, sources[ingredient.item])
        for place, ingredient in enumerate(sheet.ingredients)
        if isinstance(price := prices[ingredient.item], Decimal)
    )
    rates = sorted({sheet.discount, *SHOWN_RATES})
    said = {one.line for one in costed} | set(sheet.none)
    return Costs(
        sheet.currency,
        costed,
        tuple(_yearly(sheet, costed, rate) for rate in rates),
        tuple(line for line in Line if line not in said),
    )


def _costed(sheet: Sheet, ingredient: Ingredient, place: int, price: Decimal, source: str) -> Costed:
    each = Money.of(price * ingredient.quantity * ingredient.time, sheet.currency)
    payments = tuple(_payments(sheet, ingredient, place, each))
    amount = total((payment.amount for payment in payments), sheet.currency)
    return Costed(
        key=ingredient.key,
        title=ingredient.title or ingredient.key,
        line=ingredient.line,
        unit_price=Money.of(price, sheet.currency),
        each=each,
        payments=payments,
        borne=split(amount, ingredient.bearers),
        life_years=ingredient.life_years,
        source=source,
    )


def _payments(sheet: Sheet, ingredient: Ingredient, place: int, each: Money) -> Iterator[Payment]:
    for on in days_of(ingredient.on, ingredient.until):
        yield Payment(
            ingredient=ingredient.key,
            line=ingredient.line,
            on=on,
            leaves_on=date.fromordinal(on.toordinal() + ingredient.pay_days),
            fiscal_year=sheet.fiscal_year(on),
            amount=each,
            source=ingredient.source,
            place=place,
        )


def days_of(on: date, until: date | None) -> list[date]:
    """The day, and the same day of every later year up to the last one; February 29 becomes March 1.

    Examples
    --------
    >>> [day.isoformat() for day in days_of(date(2026, 9, 1), date(2028, 8, 31))]
    ['2026-09-01', '2027-09-01']
    """
    found = [on]
    while until:
        year = found[-1].year + 1
        leap = (on.month, on.day) == (2, 29) and not (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
        later = date(year, 3, 1) if leap else on.replace(year=year)
        if later > until:
            break
        found.append(later)
    return found


def _yearly(sheet: Sheet, costed: Sequence[Costed], rate: Decimal) -> Yearly:
    """An asset counts with its yearly value in each year that it serves, everything else when it is paid for."""
    years = list(sheet.fiscal_years)
    by_year = dict.fromkeys(years, Money(0, sheet.currency))
    for one in costed:
        for payment in one.payments:
            for year, amount in _served(payment, one.life_years, rate):
                if year in by_year:
                    by_year[year] = by_year[year] + amount
    amounts = [by_year[year].amount for year in years]
    present = Money.of(present_value(amounts, rate), sheet.currency)
    return Yearly(rate, by_year, present, Money.of(level_year(amounts, rate), sheet.currency))


def _served(payment: Payment, life_years: int | None, rate: Decimal) -> list[tuple[int, Money]]:
    if life_years is None:
        return [(payment.fiscal_year, payment.amount)]
    a_year = Money.of(payment.amount.amount * annual_factor(rate, life_years), payment.amount.currency)
    return [(payment.fiscal_year + year, a_year) for year in range(life_years)]
