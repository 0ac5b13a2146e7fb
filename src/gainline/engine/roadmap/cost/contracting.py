"""Outcomes-based contracts: what a vendor would be paid, when dosage and outcomes are not yet known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gainline.engine.roadmap.cost.money import Money
from gainline.engine.roadmap.cost.sheet import OutcomesContract
from gainline.engine.roadmap.simulation.shapes import Shape, spread

Counts = NDArray[np.int64]
LEVELS = (10, 50, 80, 90)
LEAST_RUNS = 100


@dataclass(frozen=True, slots=True)
class PaidOut:
    """The distribution of a payment.

    Parameters
    ----------
    sure
        What is paid when nobody reaches anything.
    mean, levels
        Over the runs: the mean, and by percentage what so many runs stay below or reach.
    worst
        The most that can be paid at all: everybody reaches every tier that pays, within the ceiling.
    likely
        What the most likely shares would come to, without chance.
    reached
        By tier, the mean count of students.
    capped
        The share of runs in which the ceiling holds the payment down.
    """

    contract: str
    sure: Money
    likely: Money
    mean: Money
    levels: dict[int, Money]
    worst: Money
    reached: dict[str, float]
    capped: float
    runs: int
    seed: int


def pay_out(contract: OutcomesContract, currency: str, *, runs: int = 10_000, seed: int = 1) -> PaidOut:
    """What a contract pays over many years that might be: shares from three points (PERT), students by the binomial.

    A tier of another one counts only students who reached that one, so tiers of growth build up, and outcomes may
    presuppose dosage. Payments never fall below nil.

    Source: the structure, a base rate and rates that hang on dosage and on outcomes, is that of the Southern Education
    Foundation's outcomes-based contracting.
    """
    if runs < LEAST_RUNS:
        raise ValueError(f"{runs} runs say nothing about one in ten; ask for {LEAST_RUNS} at least")
    random = np.random.Generator(np.random.PCG64(seed))
    reached: dict[str, Counts] = {}
    for tier in contract.tiers:
        shares = spread(Shape.PERT, tier.share, random.standard_normal(runs))
        of = reached[tier.of] if tier.of else np.full(runs, contract.students, dtype=np.int64)
        reached[tier.key] = random.binomial(of, np.clip(shares, 0.0, 1.0))
    free = _cents(contract, currency, reached)
    paid = np.clip(free, 0, _ceiling(contract, currency))
    ordered = np.sort(paid)
    return PaidOut(
        contract=contract.key,
        sure=Money(_within(contract, currency, _exact(contract, currency, {})), currency),
        likely=Money(_within(contract, currency, _likely(contract, currency)), currency),
        mean=Money(round(float(paid.mean())), currency),
        levels={level: Money(int(ordered[-(-level * runs // 100) - 1]), currency) for level in LEVELS},
        worst=Money(_within(contract, currency, _most(contract, currency)), currency),
        reached={key: float(counts.mean()) for key, counts in reached.items()},
        capped=float(np.mean(free > _ceiling(contract, currency))),
        runs=runs,
        seed=seed,
    )


def _cents(contract: OutcomesContract, currency: str, reached: dict[str, Counts]) -> Counts:
    """Whole cents, shape (runs,)."""
    base = Money.of(contract.base * contract.students, currency).cents
    runs = len(next(iter(reached.values())))
    total: Counts = np.full(runs, base, dtype=np.int64)
    for tier in contract.tiers:
        total = total + Money.of(tier.pays, currency).cents * reached[tier.key]
    return total


def _exact(contract: OutcomesContract, currency: str, counts: dict[str, int]) -> int:
    base = Money.of(contract.base * contract.students, currency).cents
    return base + sum(Money.of(t.pays, currency).cents * counts.get(t.key, 0) for t in contract.tiers)


def _likely(contract: OutcomesContract, currency: str) -> int:
    counts: dict[str, float] = {}
    for tier in contract.tiers:
        counts[tier.key] = tier.share[1] * (counts[tier.of] if tier.of else contract.students)
    return _exact(contract, currency, {key: round(count) for key, count in counts.items()})


def _most(contract: OutcomesContract, currency: str) -> int:
    """Each student brings the best sum of tiers that hang together; a tier without the one it builds on is not had."""
    worth: dict[str, int] = {}
    for tier in reversed(contract.tiers):
        above = sum(max(0, worth[other.key]) for other in contract.tiers if other.of == tier.key)
        worth[tier.key] = Money.of(tier.pays, currency).cents + above
    each = sum(max(0, worth[tier.key]) for tier in contract.tiers if tier.of is None)
    return _exact(contract, currency, {}) + each * contract.students


def _ceiling(contract: OutcomesContract, currency: str) -> int:
    most = int(np.iinfo(np.int64).max)
    return most if contract.ceiling is None else Money.of(contract.ceiling, currency).cents


def _within(contract: OutcomesContract, currency: str, cents: int) -> int:
    return max(0, min(cents, _ceiling(contract, currency)))
