"""Whatever the account: parts add up to the whole to the cent, more never costs less, and order does not matter."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from gainline.engine.roadmap.cost import Money
from gainline.engine.roadmap.cost.contracting import pay_out
from gainline.engine.roadmap.cost.discounting import level_year, present_value
from gainline.engine.roadmap.cost.effects import fieller
from gainline.engine.roadmap.cost.funding import balances
from gainline.engine.roadmap.cost.ingredients import cost
from gainline.engine.roadmap.cost.lines import Line
from gainline.engine.roadmap.cost.money import split, total
from gainline.engine.roadmap.cost.sheet import OutcomesContract, Sheet


def made_up(seed: int) -> dict:
    random = np.random.default_rng(seed)
    count = int(random.integers(2, 9))
    cents = [Decimal(int(random.integers(1, 500_000))).scaleb(-2) for _ in range(count)]
    return {
        "format": "gainline-cost/1", "name": "made up", "currency": "USD", "year": 2027, "place": "here",
        "start": date(2026, 7, 1), "years": 5,
        "students": {"enrolled": 100},
        "index": {"source": "index", "values": {"2025": Decimal("97.3"), "2027": Decimal("103.9")}},
        "prices": [
            {"item": f"i{n}", "unit": "each", "price": cents[n], "year": int(random.choice([2025, 2027])),
             "place": "here", "source": "list"}
            for n in range(count)
        ],
        "ingredients": [
            {
                "key": f"k{n}", "item": f"i{n}", "line": list(Line)[int(random.integers(0, len(Line)))].value,
                "quantity": Decimal(int(random.integers(1, 90_000))).scaleb(-2),
                "time": Decimal(int(random.integers(1, 101))).scaleb(-2),
                "on": date(2026, 9, 1),
                "until": date(2026 + int(random.integers(0, 5)), 9, 1),
                "bearers": {"district": Decimal("0.333"), "school": Decimal("0.333"), "families": Decimal("0.334")},
                "source": "fund",
            }
            for n in range(count)
        ],
        "funding": [{
            "key": "fund", "programme": "P", "award": Decimal(10) ** 9, "opens": date(2026, 7, 1),
            "closes": date(2031, 6, 30), "source": "letter", "as_of": date(2026, 1, 1),
        }],
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(25))
def test_lines_bearers_years_and_sources_each_add_up_to_the_whole(seed):
    sheet = Sheet.model_validate(made_up(seed))
    costs = cost(sheet)
    whole = costs.amount
    assert total(costs.by_line().values(), "USD") == whole
    assert total(costs.by_bearer().values(), "USD") == whole
    free = next(yearly for yearly in costs.yearly if yearly.rate == 0)
    assert total(free.by_year.values(), "USD") == whole == free.present
    fund = balances(sheet, costs)[0]
    assert fund.award - fund.left == whole == total(fund.by_year.values(), "USD")
    assert [yearly.present for yearly in costs.yearly] == sorted((y.present for y in costs.yearly), reverse=True)


@pytest.mark.parametrize("seed", range(10))
def test_more_of_anything_never_costs_less_and_order_does_not_matter(seed):
    plain = made_up(seed)
    whole = cost(Sheet.model_validate(plain)).amount
    assert cost(Sheet.model_validate({**plain, "ingredients": plain["ingredients"][::-1]})).amount == whole
    for change in ({"quantity": Decimal(1000)}, {"time": Decimal(1)}, {"until": date(2030, 9, 1)}):
        dearer = [{**plain["ingredients"][0], **change}, *plain["ingredients"][1:]]
        assert cost(Sheet.model_validate({**plain, "ingredients": dearer})).amount >= whole
    prices = [{**plain["prices"][0], "price": plain["prices"][0]["price"] + 1}, *plain["prices"][1:]]
    assert cost(Sheet.model_validate({**plain, "prices": prices})).amount >= whole


def test_money_does_not_drift():
    tenth = Money.of(Decimal("0.10"), "USD")
    assert total([tenth] * 1_000_000, "USD").amount == 100_000
    random = np.random.default_rng(1)
    for _ in range(300):
        parts = random.integers(1, 50, size=int(random.integers(1, 7)))
        shares = {str(n): Decimal(int(part)) / int(parts.sum()) for n, part in enumerate(parts)}
        amount = Money(int(random.integers(-10_000, 10**9)), "USD")
        dealt = split(amount, shares)
        assert total(dealt.values(), "USD") == amount
        assert all(abs(dealt[n].cents - amount.cents * shares[n]) < 1 for n in shares)


def test_what_is_the_same_every_year_is_worth_itself_a_year():
    for rate in ("0", "0.03", "0.11"):
        assert level_year([Decimal("123.45")] * 7, Decimal(rate)) == pytest.approx(Decimal("123.45"))
        assert present_value([Decimal(1)] * 7, Decimal(rate)) <= 7


def test_fieller_s_interval_holds_exactly_the_ratios_that_the_estimates_do_not_contradict():
    """The slow twin: try every ratio."""
    random = np.random.default_rng(2)
    half = 1.96
    for _ in range(20):
        top, bottom = random.uniform(1, 100), random.uniform(1, 10)
        top_error, bottom_error = random.uniform(0, top / 3), random.uniform(0.01, bottom / 3)
        low, high = fieller(top, top_error, bottom, bottom_error, half=half)
        tried = np.linspace(0.2 * low, 2 * high, 20_001)
        kept = tried[np.abs(top - tried * bottom) <= half * np.hypot(top_error, tried * bottom_error)]
        step = tried[1] - tried[0]
        assert kept.min() == pytest.approx(max(low, tried[0]), abs=2 * step)
        assert kept.max() == pytest.approx(high, abs=2 * step)
    sure = fieller(10.0, 0.0, 2.0, 0.5, half=half)
    assert sure == pytest.approx((10 / (2 + half * 0.5), 10 / (2 - half * 0.5)))


def test_a_contract_never_pays_more_than_its_worst_case_nor_less_for_better_shares():
    random = np.random.default_rng(3)
    for seed in range(15):
        tiers = [
            {"key": "a", "pays": Decimal(int(random.integers(0, 300))), "share": (0.2, 0.5, 0.7)},
            {"key": "b", "pays": Decimal(int(random.integers(-50, 300))), "share": (0.1, 0.3, 0.6), "of": "a"},
            {"key": "c", "pays": Decimal(int(random.integers(0, 300))), "share": (0.0, 0.2, 0.4)},
        ]
        terms = {"key": "x", "students": 120, "base": Decimal(100), "tiers": tiers}
        contract = OutcomesContract.model_validate(terms)
        paid = pay_out(contract, "USD", runs=1_000, seed=seed)
        assert paid.levels[90] <= paid.worst
        pays = [int(tier["pays"]) for tier in tiers]
        every = max(  # the slow twin: every combination of tiers that one student can reach
            sum(p for p, on in zip(pays, combo, strict=True) if on)
            for combo in np.ndindex(2, 2, 2)
            if not (combo[1] and not combo[0])
        )
        assert paid.worst.amount == 120 * (100 + every)
        better = [{**tiers[2], "share": (0.5, 0.7, 0.9)}]
        more = pay_out(
            OutcomesContract.model_validate({**terms, "tiers": [*tiers[:2], *better]}), "USD", runs=1_000, seed=seed
        )
        assert more.mean >= paid.mean
        assert math.isclose(paid.reached["a"], 120 * (0.2 + 4 * 0.5 + 0.7) / 6, rel_tol=0.03)
