"""Calibration worlds: the same seed gives the same world, the truth is what was asked for, and the parts are there."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from gainline.engine.indicators import load_catalogue
from gainline.engine.pilots import check_plan
from gainline.engine.worlds.calibration import CalibrationSpec, district, plan, to_frame
from gainline.engine.worlds.calibration.people import GROUPS
from gainline.engine.worlds.calibration.plans import plan_text
from gainline.engine.worlds.calibration.spec import CENTER, POINTS_PER_SD

LOT = CalibrationSpec()
CHOSEN = CalibrationSpec(arms="students", selection="S2")
SEEDS = range(30)


def test_the_same_seed_gives_the_same_world_and_another_seed_another():
    one, again, other = district(LOT, seed=4), district(LOT, seed=4), district(LOT, seed=5)
    np.testing.assert_array_equal(one.after, again.after)
    assert one.truth == again.truth
    assert len(one.people) != len(other.people) or not np.array_equal(one.before.attendance, other.before.attendance)


def test_worlds_of_one_seed_share_their_people_whatever_is_asked_of_them():
    lot, null, chosen = district(LOT, seed=9), district(replace(LOT, effect=0.0), seed=9), district(CHOSEN, seed=9)
    np.testing.assert_array_equal(lot.people.latent, chosen.people.latent)
    np.testing.assert_array_equal(lot.before.fall, null.before.fall)
    np.testing.assert_array_equal(lot.use.school_tool, null.use.school_tool)


def test_the_process_has_the_published_sizes_and_the_users_others_difference_of_half_an_sd():
    worlds = [district(replace(CHOSEN, selection="S1"), seed=seed) for seed in SEEDS]
    students = np.mean([len(world.people) for world in worlds])
    users = np.mean([world.use.tool.mean() for world in worlds])
    truth = np.mean([world.truth.effect / world.truth.sd for world in worlds])
    naive = np.mean(
        [np.nanmean(w.after[w.use.tool]) - np.nanmean(w.after[~w.use.tool]) - w.truth.effect for w in worlds]
    )
    sat = np.concatenate([world.before.fall for world in worlds])
    assert students == pytest.approx(2100, abs=60)  # 24 schools of 4 classes of 22
    assert 0.25 <= users <= 0.31  # published 28 to 30 %
    assert truth == pytest.approx(0.15, abs=0.015)  # published .16 to .17, before the ceiling and the spring's sag
    assert naive / POINTS_PER_SD == pytest.approx(0.49, abs=0.03)  # published .506 without ceiling
    assert np.nanmean(sat) == pytest.approx(CENTER, abs=4.0)  # low-income students lower it by two points
    assert np.nanstd(sat) == pytest.approx(POINTS_PER_SD, abs=1.0)


@pytest.mark.parametrize("wanted", [-0.10, 0.10, 0.25])
def test_an_effect_that_is_asked_for_in_sd_is_the_truth_on_the_scores_as_reported(wanted):
    found = district(CalibrationSpec(effect=wanted), seed=3).truth
    assert found.effect / found.sd == pytest.approx(wanted, abs=0.004)  # whole points


def test_without_an_effect_the_tool_changes_nobody():
    found = district(replace(LOT, effect=0.0), seed=3).truth
    assert found.effect == 0.0
    assert set(found.groups.values()) == {0.0}


def test_the_motivated_choose_the_tool_only_where_the_selection_says_so():
    def lead(selection):
        worlds = [district(replace(CHOSEN, selection=selection), seed=seed) for seed in SEEDS]
        return np.mean(
            [w.people.motivation[w.use.tool].mean() - w.people.motivation[~w.use.tool].mean() for w in worlds]
        )

    assert lead("S1") == pytest.approx(0.16, abs=0.08)  # through the score alone
    assert lead("S2") > 0.6


def test_differential_growth_shows_in_the_score_of_the_year_before_only_when_it_began_then():
    def head_start(spec):
        found = []
        for seed in SEEDS:
            world = district(spec, seed=seed)
            rows = ~np.isnan(world.before.fall) & ~np.isnan(world.before.prior)
            x = np.column_stack([np.ones(rows.sum()), world.before.fall[rows], world.people.motivation[rows]])
            found.append(np.linalg.lstsq(x, world.before.prior[rows], rcond=None)[0][2])
        return np.mean(found) / POINTS_PER_SD

    growing = replace(CHOSEN, selection="S3")
    assert head_start(growing) < -0.08  # at equal fall scores the motivated came from further behind
    assert abs(head_start(replace(growing, growth_before=False))) < 0.06


def test_pairs_hold_one_school_of_each_arm_and_a_sixth_is_rounded_up():
    paired, sixth = district(LOT, seed=8).use, district(replace(LOT, schools=8, share=1 / 6), seed=8).use
    assert all(paired.school_tool[paired.pair == pair].sum() == 1 for pair in range(12))
    assert sixth.school_tool.sum() == 2


def test_those_who_come_later_are_counted_but_are_not_in_the_frame():
    world = district(LOT, seed=2)
    frame = to_frame(world, plan(LOT))
    assert world.people.joiner.sum() > 20
    assert len(frame) == (~world.people.joiner).sum()
    assert np.isnan(world.before.fall[world.people.joiner]).all()
    assert (np.diff(frame.keys) > 0).all()


def test_who_changes_school_takes_the_tool_up_or_loses_it_at_mid_year():
    world = district(LOT, seed=2)
    moved = np.flatnonzero(world.people.moved_to >= 0)
    into = moved[world.use.school_tool[world.people.moved_to[moved]] & ~world.use.tool[moved]]
    out = moved[~world.use.school_tool[world.people.moved_to[moved]] & world.use.tool[moved]]
    assert (world.use.minutes[into, 0] == 0).all()
    assert (world.use.minutes[into, 1] > 0).any()
    assert (world.use.minutes[out, 1] == 0).all()


def test_the_ceiling_holds_some_scores_down_and_a_world_without_it_does_not():
    low, high = district(LOT, seed=6), district(replace(LOT, ceiling=False), seed=6)
    top = np.nanmax(low.after)
    assert (low.after == top).sum() > 20
    assert np.nanmax(high.after) > top


def test_teachers_who_do_not_take_the_tool_up_leave_whole_classes_without_it():
    world, eager = district(LOT, seed=6), district(replace(LOT, adoption=False, transfers=0.0), seed=6)
    used = np.bincount(world.people.room, world.use.minutes[:, 0] > 0)
    offered = world.use.school_tool[world.people.room_school]
    assert (used[offered] == 0).any()
    assert (eager.use.minutes[eager.use.tool & eager.there].min(axis=1) > 0).all()


def test_more_are_lost_in_the_tool_arm_where_that_is_asked_for():
    lost = [district(replace(LOT, lost_apart=0.10), seed=seed) for seed in SEEDS]
    apart = np.mean([np.isnan(w.after[w.use.tool]).mean() - np.isnan(w.after[~w.use.tool]).mean() for w in lost])
    assert apart == pytest.approx(0.11, abs=0.03)  # losing depends on the score, which makes it a little more


def test_a_class_of_users_lifts_those_who_do_not_use_the_tool_where_that_is_asked_for():
    plain, spilled = (district(replace(CHOSEN, spillover=s), seed=1) for s in (0.0, 0.15))
    others = ~plain.use.tool & ~np.isnan(plain.after) & ~np.isnan(spilled.after)
    assert (spilled.after[others] - plain.after[others]).mean() > 0.3


def test_eight_groups_overlap_and_differ_in_what_the_tool_does_to_them():
    world = district(CalibrationSpec(effect=0.15, spread=0.05), seed=1)
    belongs = np.sum([world.people.groups[key] for key in GROUPS], axis=0)
    assert len(world.people.groups) == 8
    assert (belongs >= 2).mean() > 0.3
    assert np.std(list(world.truth.groups.values())) / world.truth.sd > 0.01


@pytest.mark.parametrize("spec", [LOT, replace(LOT, share=1 / 6), CHOSEN, replace(CHOSEN, matching="entropy")])
def test_the_plan_of_a_world_may_be_registered(spec):
    text = plan_text(spec, groups=GROUPS[:2])
    catalogue, _ = load_catalogue()
    issues = check_plan(
        plan(spec, groups=GROUPS[:2]), file="p.toml", text=text, as_of=date(2025, 10, 1), indicators=catalogue
    )
    assert [issue for issue in issues if issue.level.value == "error"] == []


def test_a_plan_for_a_group_that_no_world_has_is_turned_down():
    with pytest.raises(ValueError, match="no world has the groups"):
        plan(LOT, groups=("left_handed",))


@pytest.mark.parametrize("change", [{"schools": 8, "share": 0.01}, {"schools": 9}])
def test_a_spec_that_cannot_be_drawn_is_turned_down(change):
    with pytest.raises(ValueError, match=r"two schools|even number"):
        replace(LOT, **change)
