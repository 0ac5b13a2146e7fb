"""Contracts in words: what they say, and their days counted backwards."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from gainline.services.deadlines import Countdown
from gainline.web.parts import Cell, Column, Stage, State, Table
from gainline.web.parts.days import day_words


def money(contract: Any) -> str:  # noqa: ANN401 - a row or None
    """The price of a contract's whole term."""
    if contract is None or contract.price is None:
        return "–"
    sign = "$" if contract.currency == "USD" else f"{contract.currency} "
    return f"{sign}{number_format(round(contract.price), force_grouping=True)}"


def contract_table(contracts: list[Any]) -> Table | None:
    """Every contract of a tool, the latest first."""
    if not contracts:
        return None
    columns: tuple[Column, ...] = (Column(_("Term")), Column(_("Notice by")), Column(_("Licenses"), is_number=True))
    columns += (Column(_("Price"), is_number=True), Column(_("Each"), is_number=True))
    return Table(_("Contracts"), columns, tuple(_row(one) for one in contracts))


def _row(one: Any) -> tuple[Cell | str, ...]:  # noqa: ANN401 - a row
    term = f"{day_words(one.starts)} – {day_words(one.ends)}"
    under = _("renews itself") if one.renews_itself else _("ends by itself")
    each = "–" if not one.price or not one.seats else f"${one.price / one.seats:,.2f}"
    seats = "–" if one.seats is None else number_format(one.seats, force_grouping=True)
    notice = day_words(one.notice_by) if one.notice_by else "–"
    name = Cell(term, href=reverse("tools:change-contract", args=[one.public_id]), under=under)
    return name, notice, seats, money(one), each


def days_backwards(counted: Countdown | None) -> list[Stage]:
    """The days before a notice, first to last: records, papers, vote, notice."""
    if counted is None:
        return []
    days = counted.days
    made = []
    if days.data_by and counted.cycle:
        made.append(_day("data", _("Last records in"), days.data_by, _("so that there is time to evaluate them")))
    if days.papers_by and counted.cycle:
        made.append(_known(counted))
    if days.vote_by and counted.cycle:
        made.append(_day("vote", _("Decision"), days.vote_by, counted.cycle.decide_because))
    made.append(_day("notice", _("Notice to the vendor"), days.notice_by, ""))
    return made


def _day(key: str, title: str, day: Any, says: str) -> Stage:  # noqa: ANN401 - a date
    return Stage(key, title, State.LATER, says, day_words(day))


def _known(counted: Countdown) -> Stage:
    """The day of the papers, and whether anything will be known by then."""
    when = day_words(counted.days.papers_by) if counted.days.papers_by else ""
    if counted.comes_too_late and counted.known_on:
        reason = _("It cannot be known in time: the evidence stands on %(day)s.") % {"day": day_words(counted.known_on)}
        remedy = _("Renew for less time, or ask for a later vote.")
        return Stage("papers", _("Papers for the vote"), State.BLOCKED, "", when, reason, remedy)
    says = _("No plan is locked, so nobody can say yet when there will be evidence.")
    if counted.known_on:
        says = _("Evidence from %(day)s.") % {"day": day_words(counted.known_on)}
    return Stage("papers", _("Papers for the vote"), State.LATER, says, when)
