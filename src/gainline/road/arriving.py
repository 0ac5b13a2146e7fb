"""Arriving: which kinds of records a file brought, so that a cycle can tell whether its own have come."""

from __future__ import annotations

import pyarrow as pa

OF_TOOLS = frozenset({"usage", "usage_totals", "events"})


def kinds_of(table: str, rows: pa.Table) -> set[str]:
    """The kinds of records among rows: `use_of` each tool, `result_of` each test's form, else the table's name.

    Empty where there are no rows.
    """
    if not rows.num_rows:
        return set()
    if table in OF_TOOLS:
        return {use_of(tool) for tool in rows["tool"].unique().to_pylist()}
    if table == "results":
        pairs = rows.group_by(["assessment", "form"]).aggregate([])
        return {result_of(one["assessment"], one["form"]) for one in pairs.to_pylist()}
    return {table}


def use_of(tool: str) -> str:
    """The kind of records that count the use of a tool."""
    return f"use:{tool}"


def result_of(assessment: str, form: str) -> str:
    """The kind of records that hold results of one form of a test."""
    return f"result:{assessment}:{form}"
