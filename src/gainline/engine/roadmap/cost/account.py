"""The whole account: every answer that a sheet can give, with what is refused and what breaks a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gainline.engine.core.issues import Issue
from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.cost.contracting import PaidOut, pay_out
from gainline.engine.roadmap.cost.deadlines import Renewal, check_deadlines, renewal
from gainline.engine.roadmap.cost.effects import PerOutcome, PerStudent, per_outcome, per_student
from gainline.engine.roadmap.cost.funding import Balance, Day, balances, check_funding, funding_calendar
from gainline.engine.roadmap.cost.ingredients import Costs, cost
from gainline.engine.roadmap.cost.licensing import Use, license_use
from gainline.engine.roadmap.cost.reading import Account


@dataclass(frozen=True, slots=True)
class Accounted:
    """What a cost account says.

    Parameters
    ----------
    costs
        Ingredients and their sums.
    per_outcome
        A ratio with its interval, why there is none, or None where no effect is stated.
    licenses
        Idle licenses by tool, or why they are not known.
    issues
        What the plan of payments and dates breaks, with the lines of the file.
    """

    costs: Costs
    per_student: tuple[PerStudent, ...]
    per_outcome: PerOutcome | Refusal | None
    licenses: tuple[Use | Refusal, ...]
    balances: tuple[Balance, ...]
    calendar: tuple[Day, ...]
    renewals: tuple[Renewal, ...]
    contracts: tuple[PaidOut, ...]
    issues: tuple[Issue, ...]


def settle(
    account: Account,
    *,
    active: Mapping[str, int | None] | None = None,
    go_lives: Mapping[str, date] | None = None,
    runs: int = 10_000,
    seed: int = 1,
) -> Accounted | list[Refusal]:
    """Work out the whole account.

    Parameters
    ----------
    active
        By tool, how many students reached its dosage in the lake.
    go_lives
        By initiative, the first day on which the roadmap lets a school go live.
    runs, seed
        Of outcomes-based contracts.

    Refuses
    -------
    CO010 to CO013 for every item without a price that may be used; then nothing is added up.
    """
    sheet = account.sheet
    costs = cost(sheet)
    if isinstance(costs, list):
        return costs
    return Accounted(
        costs=costs,
        per_student=tuple(per_student(sheet, costs)),
        per_outcome=per_outcome(sheet, costs),
        licenses=tuple(license_use(sheet, active)),
        balances=tuple(balances(sheet, costs)),
        calendar=tuple(funding_calendar(sheet, costs)),
        renewals=tuple(renewal(contract) for contract in sheet.contracts),
        contracts=tuple(pay_out(c, sheet.currency, runs=runs, seed=seed) for c in sheet.outcomes),
        issues=tuple(account.document.issues([*check_funding(sheet, costs), *check_deadlines(sheet, go_lives or {})])),
    )
