from dataclasses import replace

import pytest

from gainline.engine.evidence.attrition import attrition
from gainline.engine.evidence.balance import band
from gainline.engine.evidence.document import Balance
from gainline.engine.evidence.rating import CHOSEN, DOES_NOT, WITH, WITHOUT, StudyFacts, rate

LOW = attrition("student", (200, 200), (198, 198), "cautious")
HIGH = attrition("student", (200, 200), (190, 120), "cautious")


def baseline(after):
    return Balance("fall", "Fall score", after, after, band(after), True)


LOTTERY = StudyFacts(
    randomized=True,
    units=(200, 200),
    sole_school=False,
    grouped=False,
    joined_later=None,
    attrition=(LOW,),
    baselines=(),
    in_product=False,
    students=396,
    sites=4,
    favorable=True,
    p=0.01,
    contrary=False,
)
CHOICE = replace(LOTTERY, randomized=False, attrition=(), baselines=(baseline(0.1),))


def test_a_low_attrition_lottery_meets_without_reservations_and_needs_no_baseline():
    rating = rate(LOTTERY)
    assert rating.label == WITHOUT
    assert rating.essa.startswith("Tier 1")


def test_a_high_attrition_lottery_must_show_baseline_equivalence():
    assert rate(replace(LOTTERY, attrition=(HIGH,))).label == DOES_NOT
    assert rate(replace(LOTTERY, attrition=(HIGH,), baselines=(baseline(0.2),))).label == WITH


def test_cluster_and_student_attrition_must_both_be_low():
    clusters = attrition("cluster", (10, 10), (10, 5), "cautious")
    assert (
        rate(replace(LOTTERY, attrition=(clusters, LOW), grouped=True, joined_later=None, units=(10, 5))).label
        == DOES_NOT
    )


@pytest.mark.parametrize(("after", "label"), [(0.05, WITH), (0.25, WITH), (-0.251, DOES_NOT)])
def test_a_matched_comparison_stands_or_falls_with_its_baseline(after, label):
    assert rate(replace(CHOICE, baselines=(baseline(after),))).label == label


def test_a_failing_measure_of_the_same_domain_fails_the_study():
    assert rate(replace(CHOICE, baselines=(baseline(0.0), baseline(0.3)))).label == DOES_NOT


def test_without_the_outcomes_own_measure_equivalence_cannot_be_shown():
    rating = rate(replace(CHOICE, baselines=()))
    assert rating.label == DOES_NOT
    assert rating.steps[-2].result == "does not meet: baseline equivalence cannot be shown"


@pytest.mark.parametrize("facts", [replace(LOTTERY, units=(1, 9)), replace(LOTTERY, sole_school=True)])
def test_one_unit_carrying_an_arm_is_confounded_whatever_the_design(facts):
    rating = rate(facts)
    assert rating.label == DOES_NOT
    assert [step.step for step in rating.steps] == ["Outcome measure", "Confounding factor", "ESSA tier"]


def test_a_measure_inside_the_tool_is_over_aligned():
    assert rate(replace(LOTTERY, in_product=True)).label == DOES_NOT


@pytest.mark.parametrize(
    ("change", "tier"),
    [
        ({}, "Tier 1"),
        ({"students": 350, "sites": 2}, "Tier 1"),
        ({"students": 349}, "Tier 3"),
        ({"sites": 1}, "Tier 3"),
        ({"p": 0.051}, "No tier above 4"),
        ({"favorable": False}, "No tier above 4"),
        ({"contrary": True}, "No tier above 4"),
    ],
)
def test_the_tier_needs_significance_size_and_sites(change, tier):
    assert rate(replace(LOTTERY, **change)).essa.startswith(tier)


def test_a_matched_study_is_tier_two_at_best_and_both_readings_are_given():
    essa = rate(CHOICE).essa
    assert essa.startswith("Tier 2")
    assert "34 CFR 77.1" in essa


def test_a_raised_placebo_holds_the_tier_down_unless_chance_assigned():
    raised = {"flags": ("Placebo: last year's reading",)}
    assert rate(replace(CHOICE, flags=())).essa.startswith("Tier 2")
    assert rate(replace(CHOICE, **raised)).essa.startswith("Tier 3")
    assert rate(replace(LOTTERY, **raised)).essa.startswith("Tier 1")


def test_users_against_others_are_never_above_promising_whatever_the_checks_say():
    rating = rate(replace(CHOICE, flags=(), by_use=True))
    assert rating.label == WITH
    assert rating.essa.startswith("Tier 3")
    (step,) = [step for step in rating.steps if step.step == CHOSEN]
    assert step.grade == "own"
    assert "correlational" in step.rule


def test_every_step_names_its_rule_its_place_and_how_sure_we_are_of_it():
    for facts in (LOTTERY, CHOICE, replace(LOTTERY, grouped=True)):
        for step in rate(facts).steps:
            assert all((step.given, step.rule, step.section, step.result))
            assert step.grade in {"checked", "recall"}
