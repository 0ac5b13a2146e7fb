"""From a cost account's TOML text to its sheet, or to what keeps it from being one, line by line."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gainline.engine.core.issues import Issue, Level, has_errors
from gainline.engine.core.toml_lines import LineIndex, nearest_line, toml_lines
from gainline.engine.roadmap.cost.sheet import FORMAT, Sheet

LARGEST = 2_000_000  # characters
_TOML_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
Place = tuple[str | int, ...]
Finding = tuple[str, Level, Place, str, str]


@dataclass(frozen=True, slots=True)
class Account:
    """A file that could be read, and where in it things stand."""

    sheet: Sheet
    lines: LineIndex
    file: str

    def issues(self, findings: Sequence[Finding]) -> list[Issue]:
        """Findings with the lines of the file."""
        return [_issue(finding, self.lines, self.file) for finding in findings]


def read_account(text: str, *, file: str) -> tuple[Account | None, list[Issue]]:
    """Read a cost account, or say what is wrong with it.

    Numbers with a point are read as decimals, never as binary fractions, so that a price is what is written.

    Returns
    -------
    account, issues
        The account is ``None`` exactly when an issue is an error: CO001 to CO006 for the text, CO007 and CO008 for
        names.
    """
    try:
        sheet = Sheet.model_validate(_toml(text))
    except ValidationError as error:
        index = toml_lines(text)
        details = error.errors(include_url=False, include_input=False)
        return None, sorted((_issue(_words(d), index, file) for d in details), key=lambda issue: issue.line or 0)
    except (ValueError, RecursionError) as error:
        return None, [_syntax(error, text, file)]
    account = Account(sheet, toml_lines(text), file)
    issues = account.issues([*_twice(sheet), *_unknown(sheet), *_outside(sheet)])
    return (None if has_errors(issues) else account), issues


def _toml(text: str) -> dict[str, Any]:
    if len(text) > LARGEST:
        raise ValueError(f"the text has {len(text):,} characters, far more than any account")
    return tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)


def _syntax(error: ValueError | RecursionError, text: str, file: str) -> Issue:
    says = "values are nested too deeply" if isinstance(error, RecursionError) else str(error)
    place = _TOML_PLACE.search(says)
    line = None
    if place:
        line = int(place[1]) if place[1] else text.count("\n") + 1
        says = says[: place.start()]
    remedy = "write text in double quotes, dates as 2026-05-01 and tables as [name]"
    return Issue("CO001", Level.ERROR, f"this is not TOML: {says}", remedy, file=file, line=line)


def _issue(finding: Finding, index: LineIndex, file: str) -> Issue:
    code, level, place, says, remedy = finding
    column = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")
    return Issue(code, level, says, remedy, file=file, line=nearest_line(index, place), column=column or None)


def _words(detail: ErrorDetails) -> Finding:
    """Code, sentence and remedy for one of pydantic's findings."""
    kind, place, message = detail["type"], detail["loc"], detail["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        return "CO002", Level.ERROR, place, f"an account has no key {place[-1]} here", "take it out, or mend its name"
    if kind == "missing":
        remedy = f'begin with format = "{FORMAT}"' if place[-1] == "format" else f"add {place[-1]}"
        return "CO003", Level.ERROR, place, f"{place[-1]} is missing", remedy
    if kind.endswith(("_type", "_parsing")):
        return "CO004", Level.ERROR, place, message, "write a value of the kind that the key takes"
    if kind == "value_error":
        return "CO006", Level.ERROR, place, message, "make the parts agree"
    return "CO005", Level.ERROR, place, message, "write a value that the key allows"


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
