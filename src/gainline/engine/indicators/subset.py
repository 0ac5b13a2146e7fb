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

    Looks for operations outside `ALLOWED`, decimals, quotients of integers, and denominators that may be zero.

    Source: the equality test of about 100 operations on DuckDB 1.5 and Spark 4.0 that the engine choice rests on.
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
