"""Every simulated run of a made-up roadmap, gone over rule by rule without the simulation's own links."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from gainline.engine.roadmap import Effort, plan_dates
from gainline.engine.roadmap.model import Duration, Kind, Tie
from gainline.engine.roadmap.simulation import risk_network
from gainline.engine.roadmap.simulation.drawing import draw, plain_durations
from gainline.engine.roadmap.simulation.network import order_of
from gainline.engine.roadmap.simulation.passing import go_through
from gainline.engine.worlds.roadmaps import made_up_roadmap

RUNS = 12
NEAR = 1e-9
TAUGHT = {Kind.COACHING, Kind.GO_LIVE, Kind.EVALUATION}
UNTESTED = {Kind.TRAINING, Kind.COACHING, Kind.GO_LIVE}


@pytest.fixture(scope="module", params=[True, False], ids=["planned dates held", "as early as can be"])
def runs(request):
    made = made_up_roadmap(schools=6, tools=2, seed=4, waves=3)
    uncertain = tuple(
        replace(a, duration=Duration(max(1, a.weeks - 1), a.weeks, a.weeks + (a.kind is not Kind.EVALUATION)))
        for a in made.activities
    )
    roadmap = replace(made, activities=uncertain)
    network = risk_network(roadmap, plan_dates(roadmap, Effort(work=0.1)).dates, held=request.param)
    random = np.random.Generator(np.random.PCG64(3))
    passed = go_through(network, order_of(network), plain_durations(network, draw(network, RUNS, random)))
    assert np.isfinite(passed.ends).mean() > 0.8
    return roadmap, [(passed.starts[:, run], passed.ends[:, run]) for run in range(RUNS)]


def test_no_resource_is_used_twice_and_no_school_bears_too_much(runs):
    roadmap, found = runs
    for starts, ends in found:
        for resource in roadmap.resources:
            users = [(starts[p], ends[p], dict(a.needs).get(resource.key, 0)) for p, a in enumerate(roadmap.activities)]
            assert _most(users) <= resource.capacity
        for school in roadmap.schools:
            weeks = roadmap.rules.load_weeks
            loads = [
                (starts[p], starts[p] + weeks, a.load)
                for p, a in enumerate(roadmap.activities)
                if a.school == school.key
            ]
            assert _most(loads) <= school.load_cap


def _most(users):
    """The most that is asked for at once; looked at whenever somebody begins."""
    moments = [begin for begin, _, amount in users if amount and math.isfinite(begin)]
    return max((sum(a for b, e, a in users if a and b <= m + NEAR and e > m + NEAR) for m in moments), default=0)


def test_every_tie_keeps_its_least_distance(runs):
    roadmap, found = runs
    for starts, ends in found:
        for tie in roadmap.dependencies:
            before, after = roadmap.position[tie.before], roadmap.position[tie.after]
            one = (ends if tie.tie in {Tie.FINISH_START, Tie.FINISH_FINISH} else starts)[before]
            other = (ends if tie.tie in {Tie.FINISH_FINISH, Tie.START_FINISH} else starts)[after]
            assert other >= one + tie.at_least - NEAR or math.isinf(one)


def test_waves_keep_their_step(runs):
    roadmap, found = runs
    lives = [(p, a) for p, a in enumerate(roadmap.activities) if a.kind is Kind.GO_LIVE]
    for starts, _ in found:
        for place, live in lives:
            for other_place, other in lives:
                if other.initiative == live.initiative and other.wave == live.wave + 1:
                    later = starts[other_place]
                    assert later >= starts[place] + roadmap.rules.wave_step_weeks - NEAR or math.isinf(starts[place])


def test_nothing_takes_place_in_weeks_that_are_closed_to_it(runs):
    roadmap, found = runs
    calendar = roadmap.calendar
    for starts, ends in found:
        for place, activity in enumerate(roadmap.activities):
            if math.isinf(starts[place]) or activity.kind not in TAUGHT | UNTESTED | {Kind.DECISION}:
                continue
            weeks = range(math.floor(starts[place] + NEAR), math.ceil(ends[place] - NEAR))
            mondays = [calendar.mondays[week] for week in weeks]
            for monday in mondays:
                assert activity.kind not in UNTESTED or not calendar.tests(monday, activity.school)
                assert activity.kind not in TAUGHT or calendar.teaches(monday)
                assert activity.kind is not Kind.DECISION or calendar.decides(monday)
            if activity.assessment:
                assert any(calendar.tests(monday, activity.school) for monday in mondays)
            if activity.kind is Kind.GO_LIVE:
                quiet = [mondays[-1] + timedelta(weeks=n) for n in range(1, roadmap.rules.settle_weeks + 1)]
                assert all(calendar.teaches(m) and not calendar.tests(m, activity.school) for m in quiet)
