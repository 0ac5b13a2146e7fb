import pytest

from gainline.engine.evidence.robustness.sensitivity import e_value, sensitivity


def test_no_effect_needs_no_hidden_cause():
    assert e_value(0.0) == 1.0


def test_the_e_value_of_half_a_standard_deviation():
    # RR = exp(0.455) = 1.5762; E = 1.5762 + sqrt(1.5762 * 0.5762) = 2.529
    assert e_value(0.5) == pytest.approx(2.5292, abs=5e-4)
    assert e_value(-0.5) == e_value(0.5)


def test_an_interval_that_covers_zero_has_limit_one():
    assert sensitivity(0.2, -0.1, 0.5).e_value_limit == 1.0


def test_otherwise_the_limit_is_that_of_the_nearer_end():
    assert sensitivity(0.3, 0.1, 0.5).e_value_limit == e_value(0.1)
    assert sensitivity(-0.3, -0.5, -0.1).e_value_limit == e_value(0.1)
