"""What has come in by arm: the same counts as a slow walk over the tables gives, and no arm where use decides."""

from __future__ import annotations

import pytest

from gainline.engine.core.errors import UserFixable
from gainline.engine.pilots import parse_plan
from gainline.engine.privacy import Audience
from gainline.road.framing.population import population
from gainline.road.piloting.arrived import arrived
from gainline.road.workspace import Workspace


@pytest.fixture(scope="module")
def home(_evaluated):
    return Workspace.open(_evaluated)


def plan_of(home, name):
    text = (home.folder("plans") / f"{name}.toml").read_text(encoding="utf-8")
    return parse_plan(text, file=f"{name}.toml")[0]


def rows(home, name):
    with home.lake.reading() as reading:
        return reading.arrow(reading.current(name)).to_pylist()


def by_hand(home, plan):
    """Arm -> students, those with a score in the plan's forms, those with minutes of the tool."""
    arm_of = {row["unit_id"]: row["arm"] for row in rows(home, "assignments") if row["pilot"] == plan.pilot}
    source = plan.primary.source
    scored = {
        row["person_key"]
        for row in rows(home, "results")
        if row["assessment"] == source.result and row["form"] in source.forms
        and row["matched"] and row["score"] is not None
    }  # fmt: skip
    used = {
        row["person_key"]
        for row in rows(home, "usage")
        if row["tool"] == plan.tool.key and row["metric"] == plan.tool.metric
        and plan.window.start <= row["last_day"] <= plan.window.end
    }  # fmt: skip
    with home.lake.reading() as reading:
        who = population(plan, reading)
    found = {}
    for key, unit in zip(who.keys.tolist(), who.unit, strict=True):
        one = found.setdefault(arm_of[unit], [0, 0, 0])
        found[arm_of[unit]] = [one[0] + 1, one[1] + (key in scored), one[2] + (key in used)]
    return found


def covers(count, truth):
    return count.is_hidden or count.low <= truth <= count.high


def test_each_arm_shows_how_many_have_a_result_and_how_many_a_row_of_use(home):
    plan = plan_of(home, "lumen-reading")
    result, use = arrived(home, plan, audience=Audience.STAFF)
    assert (result.kind, use.kind) == ("result", "use")
    truth = by_hand(home, plan)
    assert {arm for arm, _, _ in result.arms} == set(truth)
    for (arm, scored, whole), (_, used, _) in zip(result.arms, use.arms, strict=True):
        assert (whole.low, whole.high) == (truth[arm][0],) * 2
        assert covers(scored, truth[arm][1])
        assert covers(used, truth[arm][2])
    assert not all(scored.is_hidden for _, scored, _ in result.arms)


def test_where_use_decides_there_is_no_arm_to_count(home):
    plan = plan_of(home, "lumen-reading")
    use = plan.model_copy(update={"comparison": plan.comparison.model_copy(update={"assigned_by": "use"})})
    with pytest.raises(UserFixable, match="nobody was assigned"):
        arrived(home, use, audience=Audience.STAFF)
