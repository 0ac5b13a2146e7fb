"""From a cost account's TOML text to its sheet, or to what keeps it from being one, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from gainline.engine.core.issues import Issue, Level, has_errors
from gainline.engine.roadmap.cost.sheet import FORMAT, Sheet
from gainline.engine.roadmap.sheets import Codes, Document, Finding

CODES = Codes(
    "CO001", "CO002", "CO003", "CO004", "CO005", "CO006",
    what="account", format=FORMAT, at_most=2_000_000, parse_float=Decimal,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Account:
    """A file that could be read, and the text that findings about it lead back to."""

    sheet: Sheet
    document: Document


def read_account(text: str, *, file: str) -> tuple[Account | None, list[Issue]]:
    """Read a cost account, or say what is wrong with it.

    Numbers with a point are read as decimals, never as binary fractions, so that a price is what is written.

    Returns
    -------
    account, issues
        The account is ``None`` exactly when an issue is an error: CO001 to CO006 for the text, CO007 and CO008 for
        names.
    """
    document = Document(text, file)
    sheet = document.read(Sheet, CODES)
    if isinstance(sheet, list):
        return None, sheet
    issues = document.issues([*_twice(sheet), *_unknown(sheet), *_outside(sheet)])
    return (None if has_errors(issues) else Account(sheet, document)), issues


def _twice(sheet: Sheet) -> Iterator[Finding]:
    named: dict[str, list[str]] = {
        "prices": [price.item for price in sheet.prices],
        "places": [place.place for place in sheet.places],
        "ingredients": [ingredient.key for ingredient in sheet.ingredients],
        "funding": [source.key for source in sheet.funding],
        "licenses": [license_.tool for license_ in sheet.licenses],
        "contracts": [contract.key for contract in sheet.contracts],
        "purchases": [purchase.key for purchase in sheet.purchases],
        "outcomes": [contract.key for contract in sheet.outcomes],
    }
    for table, names in named.items():
        for name, times in Counter(names).items():
            if times > 1:
                last = len(names) - 1 - names[::-1].index(name)
                yield "CO007", Level.ERROR, (table, last), f"{name} stands {times} times", "give each its own name"


def _unknown(sheet: Sheet) -> Iterator[Finding]:
    sources = {source.key for source in sheet.funding}
    for place, ingredient in enumerate(sheet.ingredients):
        if ingredient.source and ingredient.source not in sources:
            says = f"there is no funding source {ingredient.source}"
            yield "CO008", Level.ERROR, ("ingredients", place, "source"), says, "declare it, or mend its name"
    used = {ingredient.line for ingredient in sheet.ingredients}
    for line in sheet.none:
        if line in used:
            says = f"{line.value} is said to cost nothing, and an ingredient costs something there"
            yield "CO006", Level.ERROR, ("none", line.value), says, "take one of the two out"


def _outside(sheet: Sheet) -> Iterator[Finding]:
    for place, ingredient in enumerate(sheet.ingredients):
        last = ingredient.until or ingredient.on
        years = {sheet.fiscal_year(ingredient.on), sheet.fiscal_year(last)}
        if not years <= set(sheet.fiscal_years):
            says = f"{ingredient.key} is paid outside the {sheet.years} fiscal years that are looked at"
            yield "CO006", Level.ERROR, ("ingredients", place), says, "look at more years, or mend the dates"
