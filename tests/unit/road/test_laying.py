"""From a plan's design to the layout that is sized."""

from __future__ import annotations

from datetime import date

from gainline.engine.core.refusals import Refusal
from gainline.engine.pilots.plan import Days, Period
from gainline.engine.pilots.power.layout import Spread
from gainline.engine.pilots.power.past import Components, published
from gainline.engine.pilots.power.sizing import Reach, reach
from gainline.road.piloting.counting import Counted, Past
from gainline.road.piloting.laying import Given, lay_out
from plans import FOLDER, plan_of

NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))
ROSTER = Counted(schools=12, sections=4.0, students=20.0, share=None, blocks=None, on=date(2025, 9, 1))
SPREAD = Spread(0.15, 0.05, r2_school=0.64, r2_section=0.6, r2_student=0.49)
OWN = Past(Components(SPREAD, 15.0, (0.1, 0.25), (0.02, 0.1), 12, 48, 960, "own"), "fall", "spring")


def with_design(plan, **changes):
    return plan.model_copy(update={"design": plan.design.model_copy(update=changes)})


def randomized():
    return next(plan for plan in map(plan_of, NAMES) if plan.design.kind == "randomized")


def matched():
    return next(plan for plan in map(plan_of, NAMES) if plan.design.kind == "matched")


def test_every_model_plan_can_be_laid_out_and_sized():
    for name in NAMES:
        laid = lay_out(plan_of(name), ROSTER, OWN, Given())
        assert isinstance(reach(laid.layout, laid.spread), Reach), name
        assert laid.notes


def test_blocks_are_those_of_the_draw_until_other_schools_are_sized():
    plan = with_design(randomized(), unit="school", cluster="school", blocked=True)
    drawn = Counted(12, 4.0, 20.0, share=0.5, blocks=4, on=ROSTER.on)
    assert lay_out(plan, drawn, OWN, Given()).layout.groups == 4
    assert lay_out(plan, drawn, OWN, Given(schools=20)).layout.groups == 5
    assert lay_out(plan, drawn, OWN, Given(groups=6)).layout.groups == 6
    sections = with_design(plan, unit="section", cluster="section")
    assert lay_out(sections, drawn, OWN, Given()).layout.blocked == "school"


def test_inference_that_counts_schools_has_the_degrees_of_freedom_of_schools():
    plan = with_design(matched(), unit="student", cluster="school", blocked=False)
    laid = lay_out(plan, ROSTER, OWN, Given(share=0.25, kept=0.8))
    assert laid.layout.blocked == "school"
    assert laid.layout.effects == "random"
    assert reach(laid.layout, laid.spread).df <= 11
    assert laid.layout.n_students == 960 * 0.25 * 0.8 * 2


def test_without_a_baseline_in_the_plan_nothing_is_explained_but_the_gain_is_known():
    plan = randomized()
    bare = tuple(outcome.model_copy(update={"baseline": None}) for outcome in plan.outcomes)
    laid = lay_out(plan.model_copy(update={"outcomes": bare}), ROSTER, OWN, Given())
    assert laid.spread.r2_student == 0.0
    assert laid.known == SPREAD


def test_waves_follow_the_plans_periods_and_the_pasts_resemblance():
    periods = tuple(Period(key=f"p{m}", days=Days(start=date(2025, m, 1), end=date(2025, m, 28))) for m in range(1, 7))
    waves = {"first": date(2025, 3, 1), "second": date(2025, 4, 1), "third": date(2025, 5, 1)}
    plan = with_design(randomized(), kind="stepped_wedge", unit="school", cluster="school", blocked=False)
    plan = with_design(plan, periods=periods, waves=waves)
    rollout = lay_out(plan, ROSTER, OWN, Given()).layout.rollout
    assert (rollout.waves, rollout.before, rollout.after, rollout.never) == (3, 2, 1, 0.0)
    assert (round(rollout.unit_again, 2), round(rollout.student_again, 2)) == (0.8, 0.7)
    taken_up = with_design(plan, kind="differences")
    laid = lay_out(taken_up, ROSTER, OWN, Given())
    assert laid.layout.rollout.never == 0.25
    assert any("never to begin" in note for note in laid.notes)


def test_past_scores_that_cannot_say_leave_a_default_that_says_so():
    few = Past(Refusal("PL104", "past scores of 3 schools cannot say how schools differ", "import more"), "fall", None)
    laid = lay_out(randomized(), ROSTER, few, Given())
    assert laid.components == published("achievement")
    assert laid.notes[0].startswith("past scores of 3 schools cannot say")
    assert not laid.known
