"""Tools: the portfolio and its contracts with their clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gainline.services import clock, desk
from gainline.store.models.accounts import Account
from gainline.store.models.tools import Contract, Tool


@dataclass(frozen=True, slots=True)
class Terms:
    """What a contract says: days, the last day for notice, the price of the whole term, seats."""

    starts: date
    ends: date
    notice_by: date | None = None
    renews_itself: bool = False
    price: Decimal | None = None
    seats: int | None = None


@desk.verb("tool.write", words=("key", "name"))
def add_tool(*, by: Account, key: str, name: str, vendor: str = "", what_for: str = "") -> Tool:
    """A tool of the portfolio; its key is the one that plans and usage rows use.

    Raises
    ------
    Conflict
        SV011 when the key is taken.
    """
    if Tool.objects.filter(key=key).exists():
        raise desk.refuse("SV011", "another tool already has this key", "give another key")
    return Tool.objects.create(key=key, name=name, vendor=vendor, what_for=what_for, owner=by)


@desk.verb("tool.write", on="tool", words=("name",))
def change_tool(*, by: Account, tool: Tool, name: str, vendor: str = "", what_for: str = "") -> Tool:
    """Describe a tool better."""
    tool.name, tool.vendor, tool.what_for = name, vendor, what_for
    tool.save()
    return tool


@desk.verb("tool.write", on="tool")
def add_contract(*, by: Account, tool: Tool, terms: Terms) -> Contract:
    """A contract for a tool.

    Raises
    ------
    Conflict
        SV012 when its days are out of order.
    """
    _check_days(terms)
    return Contract.objects.create(tool=tool, **{name: getattr(terms, name) for name in Terms.__slots__})


@desk.verb("tool.write", on="contract")
def change_contract(*, by: Account, contract: Contract, terms: Terms) -> Contract:
    """Mend what a contract says; the trail keeps that it was mended.

    Raises
    ------
    Conflict
        SV012 when its days are out of order.
    """
    _check_days(terms)
    for name in Terms.__slots__:
        setattr(contract, name, getattr(terms, name))
    contract.save()
    return contract


@desk.verb("tool.write", on="tool")
def retire_tool(*, by: Account, tool: Tool) -> Tool:
    """Take a tool out of the portfolio; its cycles, contracts and agreements stay."""
    tool.retired_on = clock.today(by.district)
    tool.save()
    return tool


@desk.verb("tool.write", on="tool")
def restore_tool(*, by: Account, tool: Tool) -> Tool:
    """Undo that a tool was taken out."""
    tool.retired_on = None
    tool.save()
    return tool


@desk.reading("district.read")
def tools(*, by: Account) -> list[Tool]:
    """The portfolio by name, with contracts, agreements and cycles at hand."""
    return list(Tool.objects.filter(retired_on=None).prefetch_related("contracts", "agreements", "cycles"))


@desk.reading("district.read")
def retired(*, by: Account) -> list[Tool]:
    """Tools that were taken out of the portfolio, by name."""
    return list(Tool.objects.exclude(retired_on=None).prefetch_related("contracts", "agreements", "cycles"))


@desk.reading("district.read")
def tool(*, by: Account, public_id: str) -> Tool:
    """One tool."""
    found: Tool = desk.find(Tool, public_id, "owner")
    return found


@desk.reading("district.read")
def contract(*, by: Account, public_id: str) -> Contract:
    """One contract with its tool."""
    found: Contract = desk.find(Contract, public_id, "tool")
    return found


def _check_days(terms: Terms) -> None:
    if terms.ends < terms.starts or (terms.notice_by and terms.notice_by > terms.ends):
        raise desk.refuse("SV012", "a contract starts, then notice is due, then it ends", "put its days in order")
