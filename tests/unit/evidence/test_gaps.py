from dataclasses import replace

import numpy as np
import pytest

from evidence_frames import cluster_frame, make_plan, plan_value, texts
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.designs import randomized
from gainline.engine.evidence.estimate import outcome_sd
from gainline.engine.evidence.gaps import MIN_STUDENTS_PER_ARM, gap_changes, group_effects, too_few


def analyzed(frame, plan):
    lottery = randomized.prepare(plan, frame)
    assert not isinstance(lottery, Refusal)
    sample = randomized.sample(frame, plan.primary, lottery)
    assert not isinstance(sample, Refusal)
    return sample


def findings(frame, plan=None):
    plan = plan or make_plan()
    sample = analyzed(frame, plan)
    return group_effects(sample, frame, plan, outcome_sd(sample))


def gap_of(frame, plan=None):
    plan = plan or make_plan()
    sample = analyzed(frame, plan)
    return gap_changes(sample, frame, plan, outcome_sd(sample))[0]


def test_a_tool_that_helps_those_ahead_widens_the_gap():
    gap = gap_of(cluster_frame(effect=5.0, gap=-5.0))
    assert gap.says == "widened"
    assert gap.low < -5.0 < gap.high
    assert gap.widen_probability > 0.95
    assert gap.gap_tool - gap.gap_usual == pytest.approx(gap.change)


def test_a_tool_that_helps_those_behind_narrows_the_gap():
    gap = gap_of(cluster_frame(effect=2.0, gap=5.0))
    assert gap.says == "narrowed"
    assert gap.widen_probability < 0.05


def test_when_less_is_better_the_same_change_is_a_narrowing():
    value = plan_value()
    value["outcomes"][0]["direction"] = "lower"
    gap = gap_of(cluster_frame(effect=5.0, gap=-5.0), make_plan(outcomes=value["outcomes"]))
    assert gap.says == "narrowed"


def test_an_interval_over_zero_cannot_tell():
    assert gap_of(cluster_frame(gap=0.0)).says == "cannot tell"


def test_group_effects_come_in_the_order_of_their_labels_with_their_own_intervals():
    no, yes = findings(cluster_frame(effect=5.0, gap=-5.0, seed=3))
    assert [no.shown.group, yes.shown.group] == ["no", "yes"]
    assert no.shown.low < 5.0 < no.shown.high
    assert yes.shown.low < 0.0 < yes.shown.high
    assert yes.shown.effect < yes.shown.shrunken < no.shown.shrunken < no.shown.effect


def test_a_group_with_too_few_students_says_so_and_gives_no_number():
    frame = cluster_frame()
    labels = frame.subgroups["frl"].copy()
    labels[: MIN_STUDENTS_PER_ARM - 5] = "rare"
    found = {f.shown.group: f for f in findings(replace(frame, subgroups={"frl": labels}))}
    assert found["rare"].shown.effect is None
    assert found["rare"].posterior is None
    assert "fewer than 20 students" in found["rare"].shown.too_few
    assert found["no"].shown.effect is not None


def test_a_group_in_few_clusters_says_so():
    frame = cluster_frame(size=60)
    labels = frame.subgroups["frl"].copy()
    labels[:120] = "one pair"  # the first pair of schools
    found = {f.shown.group: f for f in findings(replace(frame, subgroups={"frl": labels}))}
    assert "one cluster" in found["one pair"].shown.too_few


def test_too_few_degrees_of_freedom_are_too_few_to_say():
    frame = cluster_frame(schools=4, size=100)
    assert all("degrees of freedom" in f.shown.too_few for f in findings(frame))
    gap = gap_of(frame)
    assert gap.says == "too few to say"
    assert gap.change is None


def test_students_without_a_label_belong_to_no_group_and_are_still_used():
    frame = cluster_frame()
    labels = texts([None if place % 10 == 0 else label for place, label in enumerate(frame.subgroups["frl"])])
    found = findings(replace(frame, subgroups={"frl": labels}))
    assert [f.shown.group for f in found] == ["no", "yes"]
    assert gap_of(replace(frame, subgroups={"frl": labels})).change is not None


def test_the_gap_before_is_on_the_baseline_and_absent_without_one():
    frame = cluster_frame()
    assert gap_of(frame).gap_before == pytest.approx(-3.5, abs=1.5)
    value = plan_value()
    del value["outcomes"][0]["baseline"]
    assert gap_of(frame, make_plan(outcomes=value["outcomes"])).gap_before is None


def test_the_reason_names_the_arm_that_is_thin():
    frame, plan = cluster_frame(), make_plan()
    sample = analyzed(frame, plan)
    assert "usual arm" in too_few(sample, sample.tool)
    assert "tool arm" in too_few(sample, np.zeros(len(sample.y), dtype=bool))
