"""Sizes before a pilot: what a layout could see, what it cannot, and what would help."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.pilots.power.curves import curve, sentence, usual_counts, what_helps
from gainline.engine.pilots.power.layout import Layout, Rollout, Spread, after_loss, after_matching
from gainline.engine.pilots.power.past import components, published
from gainline.engine.pilots.power.precision import precision
from gainline.engine.pilots.power.sizing import Sureness, needed, power, reach

SCHOOLS = Layout("school", schools=12, sections=3, students=20)
SPREAD = Spread(school=0.15, section=0.05)


def code(answer: object) -> str:
    return answer.code if isinstance(answer, Refusal) else ""


@pytest.mark.parametrize(
    ("layout", "spread"),
    [
        (replace(SCHOOLS, share=1.2), SPREAD),
        (SCHOOLS, Spread(school=0.6, section=0.5)),
        (SCHOOLS, Spread(school=float("nan"))),
        (replace(SCHOOLS, students=0), SPREAD),
        (replace(SCHOOLS, blocked="section"), SPREAD),
        (replace(SCHOOLS, blocked="group"), SPREAD),
        (replace(SCHOOLS, rollout=Rollout(1)), SPREAD),
    ],
)
def test_sizes_that_cannot_be_are_refused(layout: Layout, spread: Spread) -> None:
    assert code(precision(layout, spread)) == "PL100"


def test_an_arm_of_a_single_school_is_refused():
    assert code(reach(replace(SCHOOLS, schools=2), SPREAD)) == "PL101"
    assert code(reach(replace(SCHOOLS, schools=8, share=0.125), SPREAD)) == "PL101"
    assert code(reach(replace(SCHOOLS, schools=2, rollout=Rollout(3)), SPREAD)) == "PL101"


def test_blocks_that_use_up_every_draw_are_refused():
    blocks = replace(SCHOOLS, schools=6, blocked="group", groups=3, effects="fixed")
    assert code(reach(blocks, SPREAD)) == "PL102"


def test_what_no_number_of_students_can_show_is_out_of_reach():
    assert code(needed(SCHOOLS, SPREAD, 0.2, vary="students")) == "PL103"
    assert code(needed(SCHOOLS, SPREAD, 0.0)) == "PL100"
    assert code(needed(replace(SCHOOLS, share=2.0), SPREAD, 0.2)) == "PL100"


def test_matching_compares_only_those_who_found_a_match():
    some = Layout("student", schools=10, sections=4, students=25, share=0.2)
    left = after_matching(some, kept=0.9)
    assert left.n_students == pytest.approx(360)
    assert left.share == 0.5
    assert after_matching(some, kept=1.0, ratio=4).n_students == pytest.approx(1000)
    assert after_matching(replace(SCHOOLS, share=0.25), kept=1.0).schools == 6
    assert after_matching(Layout("section", 10, 4, 25, share=0.25), kept=0.8).sections == pytest.approx(1.6)
    assert after_loss(SCHOOLS, 0.1).students == pytest.approx(18)


def test_more_power_and_less_alpha_ask_for_a_larger_effect():
    usual = reach(SCHOOLS, SPREAD).smallest_effect
    assert reach(SCHOOLS, SPREAD, Sureness(power=0.9)).smallest_effect > usual
    assert reach(SCHOOLS, SPREAD, Sureness(alpha=0.01)).smallest_effect > usual
    exact = precision(SCHOOLS, SPREAD)
    assert power(exact, 0.0) == pytest.approx(0.05, abs=1e-6)
    assert power(exact, -usual) == power(exact, usual)
    assert power(exact, 1e6) == 1.0


def test_waves_of_students_and_of_sections_have_a_standard_error():
    for unit in ("student", "section", "school"):
        found = reach(Layout(unit, 12, 3, 20, rollout=Rollout(3)), SPREAD)
        assert 0.0 < found.smallest_effect < 1.0


def test_a_curve_falls_and_says_where_nothing_could_be_seen():
    points = curve(SCHOOLS, SPREAD, (2, 4, 8, 16, 32)).points
    assert points[0].smallest_effect is None
    effects = [point.smallest_effect for point in points[1:]]
    assert effects == sorted(effects, reverse=True)
    assert usual_counts(SCHOOLS, "students") == tuple(sorted(set(usual_counts(SCHOOLS, "students"))))
    assert 12 in usual_counts(SCHOOLS)


def test_the_sentence_says_points_only_where_the_sd_is_known():
    found = reach(SCHOOLS, SPREAD)
    with_points = sentence(SCHOOLS, found, sd=10.0, unit="points")
    assert with_points == (
        "With these 12 schools you could see an effect of at least 7.6 points (0.76 SD) four times out of five."
    )
    assert "points" not in sentence(SCHOOLS, found, sd=None, unit="points")
    assert "36 sections of 12 schools" in sentence(replace(SCHOOLS, unit="section"), found, sd=None, unit="")


def test_what_helps_most_comes_first_and_says_what_it_supposes():
    levers = what_helps(SCHOOLS, SPREAD)
    assert [lever.gain for lever in levers] == sorted((lever.gain for lever in levers), reverse=True)
    assert levers[0].change == "assign sections within schools instead of schools"
    baseline = next(lever for lever in levers if "same measure before" in lever.change)
    assert "explains 50%" in baseline.supposes
    own = Spread(0.15, 0.05, r2_school=0.7, r2_section=0.5, r2_student=0.6)
    known = next(lever for lever in what_helps(SCHOOLS, SPREAD, own) if "same measure before" in lever.change)
    assert known.supposes == ""
    assert known.gain > baseline.gain
    assert not any("same measure before" in lever.change for lever in what_helps(SCHOOLS, own))


def test_students_add_little_where_schools_differ():
    gains = {lever.change: lever.gain for lever in what_helps(SCHOOLS, Spread(school=0.3))}
    assert gains["add 4 schools like these"] > 5 * gains["twice as many students per section"]


def test_every_kind_of_layout_has_something_that_helps():
    for layout in (
        replace(SCHOOLS, rollout=Rollout(3)),
        Layout("section", 6, 4, 20),
        Layout("student", 6, 4, 20, share=0.2),
    ):
        assert what_helps(layout, SPREAD)
    assert what_helps(replace(SCHOOLS, schools=2), SPREAD) == ()


def test_past_scores_of_few_schools_are_refused_with_the_default_named():
    few = components(np.arange(8.0), ["a", "b", "c", "d"] * 2, None)
    assert code(few) == "PL104"
    assert "0.20" in few.remedy
    assert code(components(np.zeros(20), [1, 2, 3, 4, 5] * 4, None)) == "PL105"
    assert code(components(np.arange(5.0), [1, 2, 3, 4, 5], None)) == "PL105"
    assert code(components(np.full(5, np.nan), [1, 2, 3, 4, 5], None)) == "PL104"


def test_a_published_default_is_never_taken_for_the_districts_own():
    default = published("achievement")
    assert (default.spread.school, default.is_own, default.sd) == (0.20, False, None)
    assert "not the district's own" in default.source
    assert published("other").spread.school == 0.10


def test_components_do_not_depend_on_the_order_of_rows():
    rng = np.random.Generator(np.random.PCG64(1))
    school = np.repeat(np.arange(8), 40)
    section = np.repeat(np.arange(16), 20)
    score = rng.normal(size=8)[school] + rng.normal(size=320)
    order = rng.permutation(320)
    one = components(score, school.tolist(), section.tolist(), score[:, None] + 1.0)
    two = components(score[order], school[order].tolist(), section[order].tolist(), score[order, None] + 1.0)
    assert one.spread.school == pytest.approx(two.spread.school, rel=1e-12)
    assert one.school_interval == pytest.approx(two.school_interval, rel=1e-9)
    assert one.spread.r2_student == 0.90  # a perfect baseline is not believed
