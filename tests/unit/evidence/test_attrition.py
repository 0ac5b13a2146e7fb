import pytest

from gainline.engine.evidence.attrition import LARGEST_DIFFERENTIAL, attrition, tolerable


def test_the_table_has_its_length_and_spot_values():
    assert len(LARGEST_DIFFERENTIAL["cautious"]) == 58
    assert len(LARGEST_DIFFERENTIAL["optimistic"]) == 66
    assert [LARGEST_DIFFERENTIAL["cautious"][at] for at in (0, 13, 57)] == [5.7, 6.1, 0.0]
    assert [LARGEST_DIFFERENTIAL["optimistic"][at] for at in (0, 13, 65)] == [10.0, 10.8, 0.3]


def test_the_table_rises_to_about_ten_percent_and_then_falls():
    for limits in LARGEST_DIFFERENTIAL.values():
        assert list(limits[:8]) == sorted(limits[:8])
        assert list(limits[10:]) == sorted(limits[10:], reverse=True)


def test_past_the_end_of_the_boundary_nothing_is_tolerable():
    assert tolerable(0.58, "cautious") is None
    assert tolerable(0.65, "cautious") is None
    assert tolerable(0.66, "optimistic") is None
    assert not attrition("student", (100, 100), (40, 40), "cautious").is_low


@pytest.mark.parametrize(
    ("lost", "boundary", "is_low"),
    [((9.5, 6.5), "cautious", True), ((33, 27), "cautious", False), ((33, 27), "optimistic", True)],
)
def test_eight_and_three_is_low_and_thirty_and_six_depends_on_the_boundary(lost, boundary, is_low):
    kept = tuple(round(1000 - 10 * share) for share in lost)
    assert attrition("student", (1000, 1000), kept, boundary).is_low is is_low


def test_the_boundary_value_itself_is_low():
    found = attrition("student", (1000, 1000), (972, 915), "cautious")  # 5.65 % overall, 5.7 points apart; 6 % row: 6.1
    assert found.differential == pytest.approx(0.057)
    exact = attrition("student", (1000, 1000), (1000, 943), "cautious")  # 2.85 % overall -> 3 % row: 5.9
    assert exact.limit == pytest.approx(0.059)
    at = attrition("student", (1000, 1000), (1000, 941), "cautious")  # 2.95 % -> 3 % row; exactly 5.9 points
    assert at.is_low


def test_the_overall_rate_rounds_half_up():
    assert tolerable(0.005, "cautious") == pytest.approx(0.058)
    assert tolerable(0.0049, "cautious") == pytest.approx(0.057)
