import numpy as np
import pytest

from evidence_frames import MATCHED, cluster_frame, make_plan, volunteer_frame
from gainline.engine.evidence.balance import Arms, balance, band, moments, number_difference, share_difference


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        (0.0, "satisfied"),
        (0.05, "satisfied"),
        (-0.05, "satisfied"),
        (0.0501, "needs adjustment"),
        (0.25, "needs adjustment"),
        (-0.2501, "fails"),
    ],
)
def test_boundary_values_belong_to_the_milder_band(difference, expected):
    assert band(difference) == expected


def test_equal_weights_are_plain_moments():
    values = np.array([1.0, 4.0, 4.0, 7.0])
    assert moments(values, np.ones(4)) == pytest.approx((4.0, values.std(ddof=1)))
    assert moments(values, np.full(4, 0.3)) == pytest.approx((4.0, values.std(ddof=1)))


def test_students_without_the_number_are_left_out_and_not_imputed():
    values = np.array([1.0, 2.0, np.nan, 3.0, 4.0, np.nan])
    tool = np.array([True, True, True, False, False, False])
    seen = ~np.isnan(values)
    assert number_difference(values, tool, np.ones(6)) == number_difference(values[seen], tool[seen], np.ones(4))


def test_a_number_that_never_differs_is_balanced_and_one_that_is_hardly_known_is_not_a_number():
    tool = np.arange(10) < 5
    assert number_difference(np.full(10, 3.0), tool, np.ones(10)) == 0.0
    hardly = np.where(np.arange(10) < 9, np.nan, 1.0)
    assert np.isnan(number_difference(hardly, tool, np.ones(10)))


def test_a_group_missing_from_one_arm_shows_as_a_large_difference():
    tool = np.arange(40) < 20
    member = np.arange(40) < 10
    assert share_difference(member, tool, np.ones(40)) > 1.0


def test_every_registered_covariate_has_one_row_and_the_baseline_is_marked():
    frame, plan = cluster_frame(), make_plan()
    arms = Arms(np.arange(len(frame)), frame.tool, np.ones(len(frame)))
    rows = balance(plan, frame, arms, arms, "fall")
    assert [row.covariate for row in rows] == ["fall", "lunch"]
    assert [row.is_baseline for row in rows] == [True, False]
    assert all(row.before == row.after for row in rows)


def test_volunteers_are_unlike_the_others_before_matching():
    frame, plan = volunteer_frame(), make_plan(**MATCHED)
    arms = Arms(np.arange(len(frame)), frame.tool, np.ones(len(frame)))
    assert balance(plan, frame, arms, arms, "fall")[0].band == "fails"
