"""Published factors, worked examples and intervals of cost accounting."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gainline.engine.roadmap.cost.contracting import pay_out
from gainline.engine.roadmap.cost.discounting import annual_factor, level_year, present_value
from gainline.engine.roadmap.cost.effects import fieller
from gainline.engine.roadmap.cost.sheet import OutcomesContract

# "Sample of annuity percentages", figure 3 of a paper on the cost of equipment, digitized by the TIB Hannover
# (document 1066537933, page 188); percent of the price per year, by years and rate.
RATES = ("0", "0.05", "0.06", "0.08", "0.10", "0.12", "0.15")
ANNUITIES = {
    3: (33.3, 36.7, 37.4, 38.8, 40.2, 41.6, 43.8),
    4: (25.0, 28.2, 28.9, 30.2, 31.5, 32.9, 35.0),
    5: (20.0, 23.1, 23.7, 25.0, 26.4, 27.7, 29.8),
    6: (16.7, 19.7, 20.3, 21.6, 23.0, 24.3, 26.4),
    8: (12.5, 15.5, 16.1, 17.4, 18.7, 20.1, 22.3),
    10: (10.0, 13.0, 13.6, 14.9, 16.3, 17.7, 19.9),
    12: (8.3, 11.3, 11.9, 13.3, 14.7, 16.1, 18.4),
    15: (6.7, 9.6, 10.3, 11.7, 13.1, 14.7, 17.1),
    20: (5.0, 8.0, 8.7, 10.2, 11.7, 13.4, 16.0),
}


@pytest.mark.parametrize("years", list(ANNUITIES))
def test_the_yearly_share_of_an_asset_is_the_printed_one(years):
    ours = [float(100 * annual_factor(Decimal(rate), years)) for rate in RATES]
    assert ours == pytest.approx(ANNUITIES[years], abs=0.0501)  # printed with one place


def test_worked_examples_of_yearly_values():
    """LEAP's reference, AnnualizedCost: 100 over five years at 5 %; study.com, two ovens at 11 %."""
    half_a_cent = Decimal("0.005")
    assert 100 * annual_factor(Decimal("0.05"), 5) == pytest.approx(Decimal("23.10"), abs=half_a_cent)
    assert 57_500 * annual_factor(Decimal("0.11"), 5) + 10_100 == pytest.approx(
        Decimal("25657.79"), abs=Decimal("0.005")
    )
    assert 90_500 * annual_factor(Decimal("0.11"), 7) + 8_100 == pytest.approx(
        Decimal("27305.48"), abs=Decimal("0.005")
    )


def test_a_worked_example_of_an_equal_sum_per_year():
    """Costs that rise over five years at 8.1 %, answer 9249846 of qammunity: worth 29,688.92, a year 7,455.39."""
    rising = [Decimal(amount) for amount in (5406, 6517, 7628, 8739, 9850)]
    rate = Decimal("0.081")
    assert present_value([Decimal(0), *rising], rate) == pytest.approx(Decimal("29688.92"), abs=Decimal("0.005"))
    assert level_year(rising, rate) == pytest.approx(Decimal("7455.39"), abs=Decimal("0.005"))


def test_fieller_s_interval_is_that_of_a_published_program():
    """DCSTATS, the example of its README: 14 ± 3 over 7 ± 2, t of 1.812461 on ten degrees of freedom."""
    low, high = fieller(14, 3, 7, 2, half=1.812461)
    assert (round(low, 6), round(high, 6)) == (1.051413, 4.414296)
    assert fieller(14, 3, 7, 2, half=3.6) is None  # g above 1


def test_the_most_that_a_published_outcomes_contract_could_pay():
    """Duval County's contract as The 74 reports it: 450 students, a base of 670, up to 750 more for progress."""
    terms = {
        "key": "duval",
        "students": 450,
        "base": Decimal(670),
        "tiers": [{"key": "progress", "pays": Decimal(750), "share": (0.2, 0.5, 0.8)}],
    }
    paid = pay_out(OutcomesContract.model_validate(terms), "USD", runs=1_000)
    assert (paid.sure.amount, paid.worst.amount) == (301_500, 639_000)
