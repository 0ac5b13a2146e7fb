"""The subset: which Ibis operations a definition may compile to, so that every engine gives the same digits."""

from __future__ import annotations

from collections.abc import Iterator

import ibis

ALLOWED = frozenset(
    {
        # tables
        "Aggregate", "DatabaseTable", "Distinct", "DropColumns", "Filter", "InMemoryTable", "JoinChain", "JoinLink",
        "JoinReference", "JoinTable", "Project", "ScalarSubquery", "SelfReference", "UnboundTable", "Union",
        # columns
        "Add", "Alias", "And", "Cast", "Coalesce", "DateDelta", "DateFromYMD", "Divide", "Equals", "Field", "Floor",
        "Greater", "GreaterEqual", "Greatest", "IfElse", "InValues", "IsNull", "Least", "Less", "LessEqual", "Literal",
        "Multiply", "NotEquals", "NotNull", "NullIf", "Or", "Subtract",
        # aggregates and windows
        "Any", "Count", "CountDistinct", "CountStar", "Lag", "Max", "Mean", "MinRank", "RowNumber", "StandardDev",
        "Sum", "WindowFunction", "SortKey",
    }
)  # fmt: skip
"""Operations that mean the same on DuckDB and Spark: no approximation, no decimals, no session clock."""


def outside_subset(expression: ibis.Table) -> list[str]:
    """Why the expression would not give the same digits on every engine; empty when it does.

    Looks for operations outside `ALLOWED`, decimals, quotients of integers, denominators that may be zero, and sums,
    means and quotients of numbers that are made of written fractions alone: Spark reads 1.0 as a decimal with one
    digit, and a mean of such decimals as one with five.

    Source: the equality test of about 100 operations on DuckDB 1.5 and Spark 4.0 that the engine choice rests on, and
    ``benchmarks/engines.py``, which runs every shipped definition on both.
    """
    faults = {fault for node in _nodes(expression.op()) for fault in _faults(node)}
    return sorted(faults)


def _faults(node: ibis.expr.operations.Node) -> Iterator[str]:
    name = type(node).__name__
    if name not in ALLOWED:
        yield f"operation {name} is outside the subset"
    if getattr(node, "dtype", None) is not None and node.dtype.is_decimal():
        yield f"{name} gives a decimal; cast to float64 first"
    if name == "Divide":
        yield from _division_faults(node)
    if name in _SPREADING and all(_is_written(part) for part in _numbers(node)):
        yield f"{name} of numbers written as fractions, which Spark takes for decimals; write 1 and cast to float64"


_SPREADING = frozenset({"Divide", "Multiply", "Mean", "StandardDev", "Sum"})
"""Operations that give a decimal's few digits to whatever is computed from them."""

_CHOOSING = frozenset({"Coalesce", "Greatest", "IfElse", "Least", "Max", "NullIf"})
"""Operations whose value is one of their operands, so that a fraction that goes in comes out."""


def _numbers(node: ibis.expr.operations.Node) -> list[ibis.expr.operations.Node]:
    """The operands that the value is made of, without those that only decide."""
    parts = [node.true_expr, node.false_null_expr] if type(node).__name__ == "IfElse" else _operands(node)
    return [part for part in parts if not _is_null(part)]


def _operands(node: ibis.expr.operations.Node) -> list[ibis.expr.operations.Node]:
    found = node.args[0] if isinstance(node.args[0], tuple) else [part for part in node.args if part is not None]
    return [part for part in found if getattr(part, "dtype", None) is not None and part.dtype.is_numeric()]


def _is_null(node: ibis.expr.operations.Node) -> bool:
    return type(node).__name__ == "Literal" and node.value is None


def _is_written(node: ibis.expr.operations.Node) -> bool:
    """Tell whether a number is made of written fractions alone, with no column or cast behind it."""
    name = type(node).__name__
    if name == "Field":
        values = getattr(node.rel, "values", {})
        return node.name in values and _is_written(values[node.name])
    if name == "Literal":
        return node.dtype.is_floating() and node.value is not None
    if name in _CHOOSING or name in _SPREADING:
        parts = _numbers(node)
        return bool(parts) and all(_is_written(part) for part in parts)
    return False


def _division_faults(node: ibis.expr.operations.Node) -> Iterator[str]:
    if not node.left.dtype.is_floating():
        yield "a quotient's numerator is not float64"
    denominator = type(node.right).__name__
    is_safe = denominator == "NullIf" or (denominator == "Literal" and node.right.value != 0)
    if not is_safe:
        yield "a quotient's denominator may be zero; use nullif(0)"


def _nodes(root: ibis.expr.operations.Node) -> Iterator[ibis.expr.operations.Node]:
    seen, waiting = set(), [root]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend(node.__children__)
            yield node
