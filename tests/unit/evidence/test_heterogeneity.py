"""How far effects differ from site to site: found where it is there, silent where nobody can know."""

from dataclasses import replace

import numpy as np
import pytest

from evidence_frames import carried, cluster_frame, make_plan, texts
from gainline.engine.evidence import Evidence, evaluate
from gainline.engine.evidence.heterogeneity import heterogeneity, site_effects
from gainline.engine.evidence.inference.linear import Columns
from gainline.engine.evidence.sample import Sample

STUDENTS = {"kind": "randomized", "unit": "student", "cluster": "school", "draws": 199}


def within(seed, *, schools=12, size=60, tau=0.0, sections=0):
    """Students, or whole sections, assigned within schools; true effects spread with SD ``tau`` around 1."""
    rng = np.random.default_rng(seed)
    site = np.repeat(np.arange(schools), size)
    n = len(site)
    unit = np.arange(n) if not sections else site * sections + np.tile(np.arange(size) % sections, schools)
    tool = (unit % 2).astype(bool)
    before = rng.normal(size=n)
    shock = 0.4 * rng.normal(size=unit.max() + 1)[unit] if sections else 0.0
    effect = (1.0 + tau * rng.normal(size=schools))[site]
    y = before + effect * tool + 0.5 * rng.normal(size=schools)[site] + shock + rng.normal(size=n)
    others = Columns(("intercept", "before"), np.column_stack([np.ones(n), before]))
    return Sample(make_plan().primary, np.arange(n), y, tool, site, unit, np.ones(n), others), site


def test_site_effects_are_those_of_the_interacted_regression():
    sample, site = within(1, schools=5, tau=0.5)
    found = site_effects(sample, site, grouped=False)
    dummies = (site[:, None] == np.arange(5)).astype(float)
    x = np.column_stack([dummies, dummies * sample.tool[:, None], sample.others.matrix[:, 1]])
    assert found.effects == pytest.approx(np.linalg.lstsq(x, sample.y, rcond=None)[0][5:10])


@pytest.mark.parametrize("sections", [0, 4])
def test_without_a_difference_the_test_finds_one_about_one_time_in_twenty(sections):
    """400 pilots; the share's own standard error is 0.011."""
    frame, plan = cluster_frame(schools=12, size=60), make_plan()
    design = plan.design.model_copy(update={"unit": "section" if sections else "student"})
    plan = plan.model_copy(update={"design": design})
    found = []
    for seed in range(400):
        sample, site = within(seed, sections=sections)
        found.append(heterogeneity(plan, replace(frame, school=texts([f"{code}" for code in site])), sample).p)
    assert np.mean(np.array(found) <= 0.05) == pytest.approx(0.05, abs=0.033)


def test_a_difference_is_found_and_its_size_is_right_on_the_average():
    frame = cluster_frame(schools=12, size=60)
    plan = make_plan(design=STUDENTS)
    taus, flagged = [], []
    for seed in range(100):
        sample, site = within(seed, tau=0.8)
        found = heterogeneity(plan, replace(frame, school=texts([f"{code}" for code in site])), sample)
        taus.append(found.tau)
        flagged.append(found.p <= 0.05)
        assert found.low < 1.0 < found.high
    assert np.mean(taus) == pytest.approx(0.8, abs=0.08)
    assert np.mean(flagged) > 0.9


def test_schools_in_one_arm_only_say_nothing_about_differences():
    found = evaluate(make_plan(), cluster_frame(), **carried())
    assert isinstance(found, Evidence)
    assert found.heterogeneity is None


def test_a_pilot_within_schools_says_how_far_effects_differ_and_names_no_school():
    frame = cluster_frame(schools=8)
    rng = np.random.default_rng(2)
    tool = rng.random(len(frame)) < 0.5
    alone = texts([str(key) for key in frame.keys])
    score = frame.outcomes["score"] + 3.0 * tool
    mixed = replace(frame, tool=tool, unit=alone, outcomes={**frame.outcomes, "score": score})
    found = evaluate(make_plan(design=STUDENTS), mixed, **carried())
    assert (found.heterogeneity.level, found.heterogeneity.clusters) == ("school", 8)
    assert not any(name in found.heterogeneity.says for name in set(frame.school))
