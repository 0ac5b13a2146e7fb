"""A cost account: its file and faults, its sums, what funding rules it breaks, and what the command says."""

from __future__ import annotations

import json
import re
import textwrap
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.cost import Accounted, Money, read_account, settle
from gainline.engine.roadmap.cost.contracting import pay_out
from gainline.engine.roadmap.cost.deadlines import renewal
from gainline.engine.roadmap.cost.ingredients import days_of
from gainline.engine.roadmap.cost.lines import Line
from terminal import gainline

HOW_TO = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "price-a-roadmap.md"
FENCE = re.search(r"```toml\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), flags=re.DOTALL)
TEXT = textwrap.dedent("   " + FENCE[1].lstrip())


def account_of(text: str = TEXT):
    account, issues = read_account(text, file="cost.toml")
    assert issues == []
    return account


def settled(*changes: tuple[str, str]) -> Accounted:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    found = settle(account_of(text), runs=200)
    assert isinstance(found, Accounted), found
    return found


def refused(*changes: tuple[str, str]) -> set[str]:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    found = settle(account_of(text))
    return {refusal.code for refusal in found}


def codes(found: Accounted) -> set[str]:
    assert all(issue.line for issue in found.issues)
    return {issue.code for issue in found.issues}


def test_the_example_of_the_how_to_adds_up_by_hand():
    found = settled()
    costs = found.costs
    assert found.issues == ()
    amounts = {one.key: one.amount.amount for one in costs.ingredients}
    coach = Decimal("58.20") * Decimal("328.0") / Decimal("320.0") * 400
    assert amounts["coaching"] == 2 * coach.quantize(Decimal("0.01"))
    assert amounts["licenses"] == 3 * 1200 * Decimal("14.50")
    assert costs.amount.amount == Decimal("132954.00")
    assert costs.by_bearer()["school"].amount == Decimal("1980.00")
    assert Line.EXIT in costs.silent
    assert Line.ELECTRICITY not in costs.silent


def test_each_rate_is_shown_and_a_steady_cost_stays_as_it_is():
    rates = settled().costs.yearly
    assert [yearly.rate for yearly in rates] == [Decimal(0), Decimal("0.03"), Decimal("0.05")]
    free = rates[0]
    assert free.a_year.amount == (free.present.amount / 3).quantize(Decimal("0.01"))
    only = TEXT.replace("life_years = 4", "until = 2028-08-01").replace("until = 2027-09-01", "until = 2028-09-01")
    only = only.replace("on = 2026-10-01\n", "on = 2026-10-01\nuntil = 2028-10-01\n").replace(
        "on = 2026-08-18", "on = 2026-08-18\nuntil = 2028-08-18"
    )
    steady = settle(account_of(only.replace("award = 60000", "award = 90000")), runs=200)
    assert len({yearly.a_year for yearly in steady.costs.yearly}) == 1


def test_cost_per_student_depends_on_who_is_counted():
    each = {one.base: one.cost for one in settled().per_student}
    assert each["licensed"] < each["enrolled"] < each["used"] < each["dosed"]
    nobody = settled(("dosed = 420", "dosed = 0"))
    assert {one.base: one.cost for one in nobody.per_student}["dosed"] is None


def test_cost_per_outcome_follows_the_interval_of_the_effect():
    found = settled().per_outcome
    a_student = Decimal("43349.53") / 1100
    assert found.value == pytest.approx(float(a_student) * 0.1 / 0.12)
    assert found.low == pytest.approx(float(a_student) * 0.1 / 0.21)
    assert found.high == pytest.approx(float(a_student) * 0.1 / 0.03)


def test_without_a_clear_effect_there_is_no_ratio():
    assert settled(("low = 0.03", "low = -0.03")).per_outcome.code == "CO014"
    assert settled(("low = 0.03", "low = 0.0")).per_outcome.code == "CO014"
    assert settled(("enrolled = 1100\n", "")).per_outcome.code == "CO015"
    unbounded = ("step = 0.1", "cost_error = 5.0\nlevel = 0.999")
    assert settled(unbounded, ("high = 0.21", "high = 0.31"), ("low = 0.03", "low = 0.001")).per_outcome.code in {
        "CO016"
    }


def test_an_uncertain_cost_widens_the_interval():
    sure, unsure = settled().per_outcome, settled(("step = 0.1", "step = 0.1\ncost_error = 6.0")).per_outcome
    assert unsure.value == sure.value
    assert unsure.high > sure.high


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('item = "headset"\nunit', 'item = "headphone"\nunit', "CO010"),
        ("values = { 2026 = 320.0, 2027", "values = { 2025 = 320.0, 2027", "CO011"),
        ('price = 165\nyear = 2027\nplace = "Our county"', 'price = 165\nyear = 2027\nplace = "Elsewhere"', "CO012"),
        ("price = 22.90", 'price = 22.90\ncurrency = "CAD"', "CO013"),
    ],
)
def test_a_price_that_is_not_local_is_refused_and_nothing_is_added_up(old, new, code):
    assert refused((old, new)) == {code}


def test_every_missing_price_is_named_at_once():
    assert (
        len(
            settle(
                account_of(
                    TEXT.replace('item = "headset"\nunit', 'item = "h"\nunit').replace(
                        'item = "family-hour"\nunit', 'item = "f"\nunit'
                    )
                )
            )
        )
        == 2
    )


def test_an_index_of_places_moves_a_price():
    moved = (
        'price = 165\nyear = 2027\nplace = "Our county"',
        'price = 165\nyear = 2027\nplace = "State"',
    )
    places = (
        '[[prices]]\nitem = "license"',
        '[[places]]\nplace = "State"\nvalue = 1.0\nsource = "index"\n\n[[places]]\nplace = "Our county"\nvalue = 1.1\n'
        'source = "index"\n\n[[prices]]\nitem = "license"',
    )
    amounts = {one.key: one.amount.amount for one in settled(places, moved).costs.ingredients}
    assert amounts["release"] == Decimal("8712.00")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([("closes = 2028-09-30\ncaps", "closes = 2028-06-30\ncaps")], "CO020"),
        ([("opens = 2026-07-01\ncloses = 2028-09-30\nliq", "opens = 2026-10-01\ncloses = 2028-09-30\nliq")], "CO021"),
        ([('source = "title-ii"\n', 'source = "title-ii"\npay_days = 1000\n')], "CO021"),
        ([("share = 0.75 }]", "share = 0.65 }]")], "CO022"),
        ([("delivery_days = 30", "delivery_days = 90")], "CO023"),
        ([('lines = ["training", "coaching", "release_time"]', 'lines = ["training"]')], "CO024"),
        ([("award = 60000", "award = 40000")], "CO025"),
        ([("share = 0.60 }", "share = 0.15 }")], "CO026"),
        ([("known_on = 2029-03-20", "known_on = 2029-04-02")], "CO027"),
        ([("board_days = [2029-02-13, 2029-04-10, 2029-05-08]", "board_days = [2029-05-08]")], "CO027"),
    ],
)
def test_each_broken_rule_has_its_code_and_line(changes, code):
    assert codes(settled(*changes)) == {code}


def test_a_purchase_can_wait_for_the_roadmap_s_own_go_live(tmp_path):
    by_plan = TEXT.replace("go_live_on = 2026-08-31", 'initiative = "reading"')
    account = account_of(by_plan)
    assert {issue.code for issue in settle(account, runs=200).issues} == {"CO028"}
    assert settle(account, runs=200, go_lives={"reading": date(2026, 8, 31)}).issues == ()
    assert {i.code for i in settle(account, runs=200, go_lives={"reading": date(2026, 7, 1)}).issues} == {"CO023"}
    plan = HOW_TO.with_name("plan-a-roadmap.md").read_text(encoding="utf-8")
    fence = re.search(r"```toml\n(.*?)```", plan, flags=re.DOTALL)
    (tmp_path / "roadmap.toml").write_text(textwrap.dedent("   " + fence[1].lstrip()), encoding="utf-8")
    (tmp_path / "cost.toml").write_text(by_plan.replace("delivery_days = 30", "delivery_days = 90"), encoding="utf-8")
    ran = gainline("cost", tmp_path / "cost.toml", "--roadmap", tmp_path / "roadmap.toml", "--runs", 200)
    assert ran.code == 10
    assert "CO023" in ran.err


def test_a_cap_can_be_a_share_of_what_is_spent_on_some_lines():
    cap = (
        'caps = [{ lines = ["licenses", "hardware"], share = 0.75 }]',
        'caps = [{ lines = ["licenses"], share = 0.15, of_lines = ["licenses", "training"] }]',
    )
    assert codes(settled(cap)) == {"CO022"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('name = "Reading tool', "name = Reading tool", "CO001"),
        ("quantity = 900", "quantity = 900\nquality = 3", "CO002"),
        ('source = "Purchase order of the library"\n', "", "CO003"),
        ("quantity = 900", 'quantity = "many"', "CO004"),
        ("quantity = 900", "quantity = inf", "CO005"),
        ("estimate = 0.12", "estimate = nan", "CO005"),
        ("share = [0.5, 0.7, 0.9]", "share = [nan, 0.7, 0.9]", "CO005"),
        ("price = 22.90", "price = -22.90", "CO005"),
        ("school = 0.25", "school = 0.35", "CO006"),
        ("until = 2028-08-01", "until = 2029-08-01", "CO006"),
        ('electricity = "devices', 'coaching = "devices', "CO006"),
        ('key = "evenings"', 'key = "headsets"', "CO007"),
        ('source = "title-iv"\n', 'source = "title-v"\n', "CO008"),
    ],
)
def test_each_fault_of_a_file_has_its_code_and_line(old, new, code):
    assert old in TEXT
    account, issues = read_account(TEXT.replace(old, new, 1), file="cost.toml")
    assert account is None
    assert code in {issue.code for issue in issues}
    assert all(issue.line for issue in issues)


def test_idle_licenses_are_never_less_than_none():
    use = settled().licenses[0]
    assert (use.idle.amount, use.utilization) == (Decimal("11310.00"), 0.35)
    assert settled(("active = 420", "active = 1300")).licenses[0].idle.cents == 0


def test_licenses_counted_in_the_lake_need_the_lake():
    by_dose = (
        'active = 420\ncounted = "30 minutes in at least 20 weeks, vendor\'s report of June"',
        "minutes_per_week = 30\nstart = 2026-09-01\nend = 2027-05-31",
    )
    assert settled(by_dose).licenses[0].code == "CO017"
    account = account_of(TEXT.replace(*by_dose))
    assert settle(account, active={"reading": 500}).licenses[0].active == 500
    assert isinstance(settle(account, active={"reading": None}).licenses[0], Refusal)


def test_renewal_is_counted_backwards_from_the_end():
    found = renewal(account_of().sheet.contracts[0])
    assert found.notice_by == date(2029, 5, 1)
    assert found.vote_by == date(2029, 4, 10)
    assert found.papers_by == date(2029, 3, 31)
    assert found.data_by == date(2029, 3, 10)
    assert found.spare_days == 11


def test_yearly_days_go_on_over_a_leap_day():
    assert days_of(date(2028, 2, 29), date(2031, 3, 1)) == [
        date(2028, 2, 29), date(2029, 3, 1), date(2030, 3, 1), date(2031, 3, 1),
    ]  # fmt: skip


def test_an_outcomes_contract_says_what_is_sure_and_the_most_it_can_be():
    contract = account_of().sheet.outcomes[0]
    paid = pay_out(contract, "USD", runs=2_000, seed=3)
    assert paid == pay_out(contract, "USD", runs=2_000, seed=3)
    assert paid.sure.amount == 450 * 670
    assert paid.worst.amount == 600_000  # the ceiling, below 450 * (670 + 150 + 350 + 250)
    free = contract.model_copy(update={"ceiling": None})
    assert pay_out(free, "USD", runs=200).worst.amount == 450 * 1420
    amounts = [paid.sure, *paid.levels.values(), paid.worst]
    assert amounts == sorted(amounts)
    # means of PERT shares: 0.7; 0.7 * 0.4; 0.7 * 0.4 * 0.3
    assert paid.reached["attended"] == pytest.approx(450 * 0.7, rel=0.01)
    assert paid.reached["grew-much"] == pytest.approx(450 * 0.7 * 0.4 * 0.3, rel=0.03)
    expected = 450 * (670 + 0.7 * 150 + 0.28 * 350 + 0.084 * 250)
    assert float(paid.mean.amount) == pytest.approx(expected, rel=0.005)
    assert float(paid.likely.amount) == pytest.approx(expected, rel=0.005)


def test_too_few_runs_of_a_contract_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="100 at least"):
        pay_out(account_of().sheet.outcomes[0], "USD", runs=10)


def test_the_largest_amounts_that_are_allowed_are_still_exact():
    huge = settled(
        ("price = 58.20", "price = 999999999999.99"),
        ("quantity = 400", "quantity = 999999999"),
        ("values = { 2026 = 320.0, 2027 = 328.0 }", "values = { 2026 = 0.001, 2027 = 999999 }"),
    )
    one = next(one for one in huge.costs.ingredients if one.key == "coaching")
    assert one.each.cents == 99999999999999 * 999999999 * 999999000
    assert one.amount.cents == 2 * one.each.cents
    assert sum(part.cents for part in huge.costs.by_bearer().values()) == huge.costs.amount.cents


def test_currencies_never_mix():
    with pytest.raises(ValueError, match="exchange rate"):
        Money(1, "USD") + Money(1, "CAD")


def test_the_command_prints_the_account_and_names_broken_rules(tmp_path):
    path = tmp_path / "cost.toml"
    path.write_text(TEXT, encoding="utf-8")
    ran = gainline("cost", path, "--runs", 200)
    assert ran.code == 0
    assert "132954.00" in ran.out
    assert "32.84" in ran.err
    found = json.loads(gainline("cost", path, "--runs", 200, "--format", "json").out)
    assert found["per_outcome"]["unit"] == "standard deviations"
    assert found["sums"][-1]["amount"] == "132954.00"
    path.write_text(TEXT.replace("award = 60000", "award = 40000"), encoding="utf-8")
    broken = gainline("cost", path, "--runs", 200)
    assert broken.code == 10
    assert "CO025" in broken.err


def test_the_command_refuses_without_a_price_and_without_a_file(tmp_path):
    path = tmp_path / "cost.toml"
    path.write_text(TEXT.replace('item = "headset"\nunit', 'item = "headphone"\nunit'), encoding="utf-8")
    ran = gainline("cost", path)
    assert ran.code == 11
    assert "CO010" in ran.err
    assert gainline("cost", tmp_path / "none.toml").code == 13
    path.write_text("format = 1", encoding="utf-8")
    assert gainline("cost", path).code == 10
    path.write_bytes(b"\xff\xfe")
    assert gainline("cost", path).code == 2
