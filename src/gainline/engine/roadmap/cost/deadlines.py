"""Dates counted backwards: by when a contract's renewal has to be decided, and whether a purchase arrives in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from gainline.engine.core.issues import Level
from gainline.engine.roadmap.cost.sheet import Contract, Purchase, Sheet
from gainline.engine.roadmap.sheets import Finding


@dataclass(frozen=True, slots=True)
class Renewal:
    """The latest days of a contract's renewal, the last one first; None where no board meets in time.

    `spare_days` is how many days lie between the evidence and the day by which it has to be there; negative for too
    late, None where one of the two is not known.
    """

    contract: str
    ends_on: date
    notice_by: date
    vote_by: date | None
    papers_by: date | None
    data_by: date | None
    spare_days: int | None


def renewal(contract: Contract) -> Renewal:
    """Count backwards from the contract's end: notice, vote, papers for the board, last day of records.

    Examples
    --------
    >>> board = [date(2027, 4, 20), date(2027, 5, 18)]
    >>> found = renewal(Contract(key="a", ends_on=date(2027, 6, 30), notice_days=60, board_days=board, paper_days=7))
    >>> found.notice_by.isoformat(), found.papers_by.isoformat()
    ('2027-05-01', '2027-04-13')
    """
    notice = contract.ends_on - timedelta(days=contract.notice_days)
    votes = [day for day in contract.board_days if day <= notice]
    vote = max(votes) if votes else (None if contract.board_days else notice)
    papers = vote - timedelta(days=contract.paper_days) if vote else None
    evidence = papers - timedelta(days=contract.report_days) if papers else None
    spare = (papers - contract.known_on).days if papers and contract.known_on else None
    return Renewal(contract.key, contract.ends_on, notice, vote, papers, evidence, spare)


def check_deadlines(sheet: Sheet, go_lives: Mapping[str, date]) -> Iterator[Finding]:
    """CO023 a purchase arrives after its go-live, CO028 nobody says when that is, CO027 a renewal comes too soon.

    Parameters
    ----------
    go_lives
        By initiative of the roadmap, the first day on which a school goes live.
    """
    for place, purchase in enumerate(sheet.purchases):
        live, at = purchase.go_live_on or go_lives.get(purchase.initiative or ""), ("purchases", place)
        arrives = arrival(purchase)
        if live is None:
            says = f"no roadmap says when {purchase.initiative} goes live, so {purchase.key} was not checked"
            yield "CO028", Level.WARNING, at, says, "name the roadmap with --roadmap, or mend the initiative's name"
        elif arrives > live:
            says = f"{purchase.key} goes live on {live}, and what it needs is there on {arrives}"
            latest = purchase.vote_on - (arrives - live)
            yield "CO023", Level.ERROR, at, says, f"vote by {latest}, or go live later"
    for place, contract in enumerate(sheet.contracts):
        found = renewal(contract)
        at = ("contracts", place)
        if found.vote_by is None:
            says = f"no board day lies before {found.notice_by}, by when notice of {contract.key} is due"
            yield "CO027", Level.ERROR, at, says, "ask for an earlier meeting, or have the decision delegated"
        elif found.spare_days is not None and found.spare_days < 0:
            says = (
                f"cannot be known in time: evidence on {contract.key} is there on {contract.known_on}, papers are due"
            )
            yield "CO027", Level.ERROR, at, f"{says} on {found.papers_by}", "renew for less time, or measure earlier"


def arrival(purchase: Purchase) -> date:
    """The day on which what was voted on, ordered and delivered is there."""
    return purchase.vote_on + timedelta(days=purchase.order_days + purchase.delivery_days)
