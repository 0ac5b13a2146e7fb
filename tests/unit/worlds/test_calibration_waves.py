"""Districts that take a tool up in waves, judged beside their truth."""

import pytest

from gainline.engine.worlds.calibration import cells
from gainline.engine.worlds.calibration.waves import judged_waves, wave_frame
from gainline.engine.worlds.over_time import OverTimeSpec, build_over_time


def test_without_an_effect_the_truth_is_zero_and_the_interval_mostly_holds_it():
    rows = [judged_waves(cells()["waves-12-null"].spec, seed=seed) for seed in range(6)]
    assert {row["truth"] for row in rows} == {0.0}
    assert sum(row["low"] <= 0.0 <= row["high"] for row in rows) >= 4  # fewer would be a chance of 2 in 1,000


def test_an_effect_that_grows_is_found_in_points():
    row = judged_waves(OverTimeSpec(effect=0.3), seed=3)
    assert row["refused"] is None
    assert row["truth"] > 5.0
    assert row["low"] > 0.0


def test_the_frame_follows_schools_and_forgets_who_was_never_there():
    world = build_over_time(OverTimeSpec(), seed=4)
    frame = wave_frame(world)
    assert frame.panels["reading"].values.shape == (12, 8)
    assert len(frame) == (world.place[:, 0] >= 0).sum()
    assert frame.panels["reading"].sizes.sum() == pytest.approx(
        ((world.place >= 0) & (world.scores == world.scores)).sum()
    )
