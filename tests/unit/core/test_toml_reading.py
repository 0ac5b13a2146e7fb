"""Any text becomes values, or a sentence with its line; never an error."""

from decimal import Decimal

from gainline.engine.core.toml_reading import NotToml, dotted, read_toml


def test_a_fault_carries_its_line_and_no_parser_s_place() -> None:
    found = read_toml('name = "a"\nprice = \n', at_most=100, than="plan")
    assert isinstance(found, NotToml)
    assert found.line == 2
    assert "(at line" not in found.says


def test_a_text_that_ends_too_early_points_at_its_last_line() -> None:
    found = read_toml('name = "a"\nplaces = [', at_most=100, than="plan")
    assert isinstance(found, NotToml)
    assert found.line == 2


def test_a_text_of_another_kind_is_not_read_to_its_end() -> None:
    assert read_toml("x" * 11, at_most=10, than="plan") == NotToml(
        "the text has 11 characters, far more than any plan", None
    )


def test_values_nested_too_deeply_are_said_and_not_raised() -> None:
    deep = "a = " + "[" * 100_000
    found = read_toml(deep, at_most=1_000_000, than="plan")
    assert isinstance(found, NotToml)


def test_a_byte_order_mark_is_passed_over_and_prices_stay_as_written() -> None:
    assert read_toml("\ufeffprice = 0.10", at_most=100, than="account", parse_float=Decimal) == {
        "price": Decimal("0.10")
    }


def test_positions_are_counted_from_one() -> None:
    assert dotted(("outcomes", 0, "from", "forms")) == "outcomes[1].from.forms"
    assert dotted(()) == ""
