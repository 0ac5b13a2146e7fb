"""Templates of common initiatives: each stands for a roadmap that is whole and can be dated."""

from __future__ import annotations

import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap import Effort, check_plan, plan_dates, read_roadmap
from gainline.engine.roadmap.templating import new_roadmap, templates

KEYS = [template.key for template in templates()]


def test_the_common_initiatives_have_templates():
    assert set(KEYS) == {
        "one-to-one-devices", "lms-adoption", "adaptive-math", "data-dashboard",
        "assessment-platform", "single-sign-on",
    }  # fmt: skip
    assert {template.phase for template in templates()} == {"foundation", "apps", "analytics", "assessment"}


@pytest.mark.parametrize("key", KEYS)
def test_a_template_makes_a_roadmap_that_can_be_dated(key):
    text = new_roadmap([key], year=2026)
    roadmap, issues = read_roadmap(text, file="new.toml")
    assert roadmap is not None
    served = {outcome.capability for outcome in roadmap.aims.outcomes}
    unshown = [issue for issue in issues if not (issue.code == "RM083" and "no outcome shows" in issue.says)]
    assert unshown == []
    assert served
    plan = plan_dates(roadmap, Effort(work=0.05))
    assert not isinstance(plan, Refusal)
    assert check_plan(roadmap, plan.dates) == []


def test_templates_of_one_year_can_be_put_together_without_a_fault():
    roadmap, issues = read_roadmap(new_roadmap(KEYS, year=2027), file="new.toml")
    assert roadmap is not None
    assert issues == []


@pytest.mark.parametrize(("keys", "year"), [([], 2026), (["lms-adoption"] * 2, 2026), (["lms-adoption"], 1066)])
def test_what_makes_no_roadmap_is_refused(keys, year):
    with pytest.raises(ValueError, match=r"template|year"):
        new_roadmap(keys, year=year)


def test_an_unknown_template_is_no_template():
    with pytest.raises(KeyError):
        new_roadmap(["cold-fusion"], year=2026)
