"""A stepped wedge deals its waves again as they were recorded, within the record's blocks, or refuses."""

from dataclasses import replace

import numpy as np
import pytest

from evidence_frames import CTX, texts
from gainline.engine.core.progress import silent
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.designs.over_time import stepped_wedge
from gainline.engine.evidence.panel_gaps import deal_of
from gainline.engine.pilots.assignment import Assignment, redraw
from over_time_frames import district

PLAN, FRAME, WORLD = district(kind="stepped_wedge", schools=12, per_grade=12)
WAVES = tuple(WORLD.spec.waves)
M = WORLD.spec.schools


def recorded(**changes) -> Assignment:
    found = Assignment(
        kind="waves",
        seed=3,
        labels=WAVES,
        units=tuple(str(one) for one in WORLD.schools.ids[:M]),
        blocks=tuple("small" if place % 2 else "large" for place in range(M)),
        arms=np.array([WAVES.index(arm) for arm in WORLD.arm], dtype=np.intp),
        balance=np.empty((M, 0)),
    )
    return replace(found, **changes)


def analyzed(record):
    frame = replace(FRAME, assignment=record)
    return stepped_wedge(PLAN, frame, PLAN.primary, ctx=CTX, progress=silent)


def test_waves_are_dealt_within_the_blocks_of_the_record():
    free, within = analyzed(None), analyzed(recorded())
    assert within.estimate.effect == pytest.approx(free.estimate.effect)
    possible = [dict(found.estimate.diagnostics)["randomization inference"] for found in (free, within)]
    assert possible[0] != possible[1]  # fewer deals are possible within blocks
    assert dict(within.estimate.diagnostics)["deals"].endswith("recorded draw: waves")


def test_dealing_within_the_record_is_the_redraw_of_the_record():
    record = recorded()
    deal = deal_of(FRAME.panels["reading"], replace(FRAME, assignment=record))
    blocks = np.array(record.blocks)
    again = redraw(record, 200, seed=4)
    for block in set(blocks):
        inside = blocks == block
        assert len(set(deal.block[inside])) == 1
        dealt = np.sort(deal.first[inside])
        for row in again[:, inside]:
            firsts = np.sort([sorted(set(deal.first))[arm] for arm in row])
            np.testing.assert_array_equal(firsts, dealt)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "rerandomized"}, "EV104"),
        ({"units": tuple(f"other {place}" for place in range(M))}, "EV101"),
        ({"arms": np.roll(recorded().arms, 1)}, "EV102"),
    ],
)
def test_a_record_that_is_not_of_these_waves_is_refused(changes, code):
    found = analyzed(recorded(**changes))
    assert isinstance(found, Refusal)
    assert found.code == code


def test_units_that_moved_to_another_wave_are_told_by_count_only():
    moved = recorded().arms.copy()
    moved[0] = (moved[0] + 1) % len(WAVES)
    found = analyzed(recorded(arms=moved))
    assert found.because.startswith("1 units")
    assert not any(str(school) in found.because for school in texts(list(recorded().units)))
