"""Contracts in words: what they say, and their days counted backwards."""

from __future__ import annotations

from datetime import date
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


def contract_table(contracts: list[Any], *, may_change: bool) -> Table | None:
    """Every contract of a tool, the latest first; each leads to its form for who may change it."""
    if not contracts:
        return None
    columns: tuple[Column, ...] = (Column(_("Term")), Column(_("Notice by")), Column(_("Licenses"), is_number=True))
    columns += (Column(_("Price"), is_number=True), Column(_("Each"), is_number=True))
    return Table(_("Contracts"), columns, tuple(_row(one, may_change) for one in contracts))


def _row(one: Any, may_change: bool) -> tuple[Cell | str, ...]:  # noqa: ANN401 - a row
    term = f"{day_words(one.starts)} – {day_words(one.ends)}"
    under = _("renews itself") if one.renews_itself else _("ends by itself")
    each = "–" if not one.price or not one.seats else f"${one.price / one.seats:,.2f}"
    seats = "–" if one.seats is None else number_format(one.seats, force_grouping=True)
    notice = day_words(one.notice_by) if one.notice_by else "–"
    href = reverse("tools:change-contract", args=[one.public_id]) if may_change else ""
    name = Cell(term, href=href, under=under)
    return name, notice, seats, money(one), each


def days_backwards(counted: Countdown | None, today: date) -> list[Stage]:
    """The days before a notice, first to last: records, papers, vote, notice."""
    if counted is None:
        return []
    days, cycle = counted.days, counted.cycle
    made = []
    if cycle and days.data_by and days.papers_by:
        made += [_records(cycle, days.data_by, today), _papers(counted, days.papers_by)]
    if cycle and days.vote_by:
        state = State.DONE if cycle.has_decision else State.NOW if cycle.has_evidence else State.LATER
        because = f"{cycle.decide_because[:1].upper()}{cycle.decide_because[1:]}"
        made.append(Stage("vote", _("Decision"), state, because, day_words(days.vote_by)))
    notice = State.NOW if cycle and cycle.has_decision else State.LATER
    return [*made, Stage("notice", _("Notice to the vendor"), notice, "", day_words(days.notice_by))]


def _records(cycle: Any, day: date, today: date) -> Stage:  # noqa: ANN401 - a row
    """The last day on which records help; when it has passed without an evaluation, that is said."""
    title, when = _("Last records in"), day_words(day)
    if cycle.has_evidence:
        return Stage("data", title, State.DONE, "", when)
    if day < today:
        reason, remedy = _("This day has passed."), _("Bring the last files in, then have the plan evaluated.")
        return Stage("data", title, State.BLOCKED, "", when, reason, remedy)
    return Stage("data", title, State.LATER, _("so that there is time to evaluate them"), when)


def _papers(counted: Countdown, day: date) -> Stage:
    """The day of the papers, and whether anything will be known by then."""
    title, when, known = _("Papers for the vote"), day_words(day), counted.known_on
    if counted.comes_too_late and known:
        reason = _("It cannot be known in time: the evidence stands on %(day)s.") % {"day": day_words(known)}
        remedy = _("Renew for less time, or ask for a later vote.")
        return Stage("papers", title, State.BLOCKED, "", when, reason, remedy)
    if known is None:
        says = _("No plan is locked, so nobody can say yet when there will be evidence.")
        return Stage("papers", title, State.LATER, says, when)
    state = State.DONE if counted.cycle and counted.cycle.has_evidence else State.LATER
    return Stage("papers", title, state, _("Evidence from %(day)s.") % {"day": day_words(known)}, when)
