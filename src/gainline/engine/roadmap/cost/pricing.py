"""What one unit costs here and now: the price book's entry, moved by published indices, or a refusal."""

from __future__ import annotations

from decimal import Decimal

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.cost.sheet import Price, Sheet


def unit_price(sheet: Sheet, item: str) -> Decimal | Refusal:
    """The price of one unit in the account's year, place and currency, unrounded.

    Refuses
    -------
    CO010 the price book has no such item; CO011 no index leads to the account's year; CO012 none leads to its place;
    CO013 the price is in another currency. A price of somewhere else is never passed off as a local one.
    """
    price = next((price for price in sheet.prices if price.item == item), None)
    if price is None:
        return Refusal("CO010", f"the price book has no {item}", "find its local price and write down where from")
    if price.currency not in {None, sheet.currency}:
        says = f"{item} is priced in {price.currency}, the account in {sheet.currency}"
        return Refusal("CO013", says, "find a local price; an exchange rate is no price")
    years = _years_factor(sheet, price)
    places = _places_factor(sheet, price)
    if isinstance(years, Refusal):
        return years
    return places if isinstance(places, Refusal) else price.price * years * places


def _years_factor(sheet: Sheet, price: Price) -> Decimal | Refusal:
    if price.year == sheet.year:
        return Decimal(1)
    values = sheet.index.values if sheet.index else {}
    if str(price.year) not in values or str(sheet.year) not in values:
        says = f"{price.item} is a price of {price.year}, and no index leads from there to {sheet.year}"
        return Refusal("CO011", says, "add both years to [index], or find a price of the account's year")
    return values[str(sheet.year)] / values[str(price.year)]


def _places_factor(sheet: Sheet, price: Price) -> Decimal | Refusal:
    if price.place == sheet.place:
        return Decimal(1)
    values = {place.place: place.value for place in sheet.places}
    if price.place not in values or sheet.place not in values:
        says = f"{price.item} is a price of {price.place}, and no index leads from there to {sheet.place}"
        return Refusal("CO012", says, "add both to [[places]], or find a local price")
    return values[sheet.place] / values[price.place]
