"""Licenses that were bought and lie idle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.cost.money import Money
from gainline.engine.roadmap.cost.pricing import unit_price
from gainline.engine.roadmap.cost.sheet import License, Sheet


@dataclass(frozen=True, slots=True)
class Use:
    """How many of the licenses of a tool were active, by what count, and what the others cost."""

    tool: str
    bought: int
    active: int
    utilization: float
    idle: Money
    counted: str


def license_use(sheet: Sheet, active: Mapping[str, int | None] | None = None) -> list[Use | Refusal]:
    """Per tool, unit price × the licenses that nobody used enough: never less than nil.

    Parameters
    ----------
    active
        By tool, how many students reached its dosage in the lake; None for too few to show.

    Refuses
    -------
    CO010 to CO013, as `unit_price`; CO017 the lake was not asked, or has too few students to show.
    """
    return [_use(sheet, license_, active or {}) for license_ in sheet.licenses]


def _use(sheet: Sheet, license_: License, active: Mapping[str, int | None]) -> Use | Refusal:
    price = unit_price(sheet, license_.item)
    if isinstance(price, Refusal):
        return price
    count = license_.active if license_.active is not None else active.get(license_.tool)
    if count is None:
        says = f"how many licenses of {license_.tool} were active is not known"
        return Refusal("CO017", says, "name the workspace with --workspace; too few students are never shown")
    idle = Money.of(price * max(0, license_.bought - count), sheet.currency)
    said = license_.counted or f"reached {license_.minutes_per_week:g} minutes per week, counted in the lake"
    return Use(license_.tool, license_.bought, count, count / license_.bought, idle, said)
