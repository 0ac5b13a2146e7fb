"""Who pays when, and which rule of a funding source a plan of payments breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from gainline.engine.core.issues import Level
from gainline.engine.roadmap.cost.ingredients import Costs, Payment
from gainline.engine.roadmap.cost.lines import Line
from gainline.engine.roadmap.cost.money import Money, total
from gainline.engine.roadmap.cost.sheet import Cap, Funding, Sheet
from gainline.engine.roadmap.sheets import Finding


@dataclass(frozen=True, slots=True)
class Balance:
    """A source with what is planned of it, by fiscal year, and what is left."""

    source: str
    award: Money
    by_year: dict[int, Money]
    left: Money


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the funding calendar: what happens, and what is planned to be unspent then."""

    on: date
    source: str
    what: str
    unspent: Money


def balances(sheet: Sheet, costs: Costs) -> list[Balance]:
    """What each source is planned to pay, by fiscal year."""
    found = []
    for source in sheet.funding:
        payments = _paid_by(source, costs)
        by_year = {
            year: total((p.amount for p in payments if p.fiscal_year == year), sheet.currency)
            for year in sheet.fiscal_years
        }
        award = Money.of(source.award, sheet.currency)
        found.append(Balance(source.key, award, by_year, award - total(by_year.values(), sheet.currency)))
    return found


def funding_calendar(sheet: Sheet, costs: Costs) -> list[Day]:
    """The days that matter to somebody who has to spend in time, in order."""
    found: list[Day] = []
    for source in sheet.funding:
        days = [(source.opens, "opens: nothing may be ordered before"), (source.closes, "closes: last day to order")]
        if source.carry_over:
            share = f"{source.carry_over.share:.0%}"
            days.append((source.carry_over.after, f"at most {share} of the award may be carried over"))
        if source.liquidate_by:
            days.append((source.liquidate_by, "last day to pay"))
        found.extend(Day(on, source.key, what, _unspent(source, costs, on)) for on, what in days)
    return sorted(found, key=lambda day: (day.on, day.source, day.what))


def check_funding(sheet: Sheet, costs: Costs) -> list[Finding]:
    """The rules that planned payments break: CO020 to CO022, CO024 to CO026."""
    found: list[Finding] = []
    for place, source in enumerate(sheet.funding):
        payments = _paid_by(source, costs)
        found.extend(_windows(sheet, source, payments))
        found.extend(_lines(source, payments))
        found.extend(_sums(sheet, source, payments, place))
    return found


def _paid_by(source: Funding, costs: Costs) -> list[Payment]:
    return [payment for payment in costs.payments if payment.source == source.key]


def _unspent(source: Funding, costs: Costs, on: date) -> Money:
    spent = total((p.amount for p in _paid_by(source, costs) if p.on <= on), costs.currency)
    return Money.of(source.award, costs.currency) - spent


def _windows(sheet: Sheet, source: Funding, payments: Sequence[Payment]) -> Iterator[Finding]:
    ended: set[int] = set()
    for payment in payments:
        at = ("ingredients", payment.place)
        recurs = sheet.ingredients[payment.place].until is not None
        if recurs and payment.on > source.closes:
            if payment.place not in ended:
                says = (
                    f"{payment.ingredient} is still to be paid on {payment.on}, and {source.key} ends {source.closes}"
                )
                yield "CO020", Level.ERROR, at, says, "name who pays from then on, before it begins"
            ended.add(payment.place)
        elif not source.opens <= payment.on <= source.closes:
            says = f"{payment.ingredient} is ordered on {payment.on}, outside {source.opens} to {source.closes}"
            yield "CO021", Level.ERROR, at, says, f"order inside the window of {source.key}, or use another source"
        elif source.liquidate_by and payment.leaves_on > source.liquidate_by:
            says = f"{payment.ingredient} is paid on {payment.leaves_on}, {source.key} only until {source.liquidate_by}"
            yield "CO021", Level.ERROR, at, says, "order earlier, or use another source"


def _lines(source: Funding, payments: Sequence[Payment]) -> Iterator[Finding]:
    if not source.lines:
        return
    for place in dict.fromkeys(p.place for p in payments if p.line not in source.lines):
        payment = next(p for p in payments if p.place == place)
        says = f"{source.key} does not pay for {payment.line.value} ({payment.ingredient})"
        yield "CO024", Level.ERROR, ("ingredients", place, "source"), says, "use a source that may pay for it"


def _sums(sheet: Sheet, source: Funding, payments: Sequence[Payment], place: int) -> Iterator[Finding]:
    award = Money.of(source.award, sheet.currency)
    spent = total((payment.amount for payment in payments), sheet.currency)
    if spent > award:
        says = f"{source.key} is to pay {spent}, its award is {award}"
        yield "CO025", Level.ERROR, ("funding", place, "award"), says, "find money, or take something out"
    for number, cap in enumerate(source.caps):
        held, limit = _cap(cap, award, payments)
        if held > limit:
            names = ", ".join(line.value for line in cap.lines)
            says = f"{held} of {source.key} go to {names}, at most {limit} may ({cap.share:.0%})"
            yield "CO022", Level.ERROR, ("funding", place, "caps", number), says, "move it to another source"
    yield from _carried(source, payments, award, place)


def _cap(cap: Cap, award: Money, payments: Sequence[Payment]) -> tuple[Money, Money]:
    """What the capped lines take, and what they may take: a share of the award, or of what some lines take."""

    def on(lines: Sequence[Line]) -> Money:
        return total((p.amount for p in payments if p.line in lines), award.currency)

    whole = on(cap.of_lines) if cap.of_lines else award
    return on(cap.lines), Money.of(whole.amount * cap.share, award.currency)


def _carried(source: Funding, payments: Sequence[Payment], award: Money, place: int) -> Iterator[Finding]:
    rule = source.carry_over
    if rule is None:
        return
    unspent = award - total((p.amount for p in payments if p.on <= rule.after), award.currency)
    limit = Money.of(award.amount * rule.share, award.currency)
    if unspent > limit:
        says = f"{unspent} of {source.key} are unspent after {rule.after}, at most {limit} may be carried over"
        yield "CO026", Level.WARNING, ("funding", place, "carry_over"), says, "spend earlier, or ask for a waiver"
