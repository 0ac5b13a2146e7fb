"""Tidy tables of one evaluation for whoever works on: every count has passed the exit, every column is explained.

One row per estimate, group, gap, covariate or check; one value per cell; missing is what cannot or may not be said.
Counts are two columns, `..._low` and `..._high`: equal when exact, the ends of a range when not, missing when hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gainline.engine.privacy import Audience, Policy
from gainline.engine.reports import people
from gainline.engine.reports.facts import Facts, facts
from gainline.engine.reports.figures.gap import shown_gaps
from gainline.engine.reports.words import words

Cell = str | int | float | bool | None
Reads = Callable[[Facts, dict[str, Any]], Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it holds (text, number, count or flag), and what it means, with its unit."""

    name: str
    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class TidyTable:
    """One table: what a row is, its columns, and the rows."""

    name: str
    row_is: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def tidy_tables(evidence: dict[str, Any], *, audience: Audience) -> tuple[TidyTable, ...]:
    """The evaluation as tables, for one audience.

    Raises
    ------
    UserFixable
        RP003 when the document is not one of ours.

    Source: Wickham (2014), Tidy Data, Journal of Statistical Software 59.
    """
    told = facts(evidence, audience=audience, policy=Policy(), words=words("en"))
    return (
        _table(told, "cycle", "the evaluated cycle", _CYCLE, [evidence]),
        _table(told, "estimates", "one effect on one outcome: tool minus usual", _ESTIMATES, evidence["estimates"]),
        _table(told, "groups", "the effect inside one registered group", _GROUPS, evidence["groups"]),
        _table(told, "gaps", "how the tool changes one registered gap", _GAPS, shown_gaps(told)),
        _table(told, "balance", "how unlike the arms were before, by covariate", _BALANCE, evidence["balance"]),
        _table(told, "checks", "one check around the estimate", _CHECKS, evidence["checks"]),
    )


def dictionary(tables: Iterable[TidyTable]) -> TidyTable:
    """Every column of the tables, one row each: the data dictionary."""
    columns = (
        Column("table", "text", "Name of the table"),
        Column("row_is", "text", "What one row of the table is"),
        Column("column", "text", "Name of the column"),
        Column("kind", "text", "text, number, count or flag"),
        Column("meaning", "text", "What it means, with its unit; an empty cell cannot or may not be said"),
    )
    rows = [(t.name, t.row_is, column.name, column.kind, column.says) for t in tables for column in t.columns]
    return TidyTable("dictionary", "one column of one table", columns, tuple(rows))


def _table(
    told: Facts, name: str, row_is: str, parts: tuple[tuple[Column, Reads], ...], rows: Iterable[dict[str, Any]]
) -> TidyTable:
    made = tuple(tuple(reads(told, row) for _, reads in parts) for row in rows)
    return TidyTable(name, row_is, tuple(column for column, _ in parts), made)


def _own(name: str, kind: str, says: str) -> tuple[Column, Reads]:
    return Column(name, kind, says), lambda _, row: row.get(name)


def _of_plan(name: str, says: str, *path: str) -> tuple[Column, Reads]:
    def reads(told: Facts, _: dict[str, Any]) -> Cell:
        found: Any = told.evidence
        for step in path:
            found = found[step]
        return str(found)

    return Column(name, "text", says), reads


def _counted(
    name: str, says: str, key: Callable[[dict[str, Any]], tuple[str, ...]]
) -> tuple[tuple[Column, Reads], ...]:
    def low(told: Facts, row: dict[str, Any]) -> Cell:
        return told.released.count(*key(row)).low

    def high(told: Facts, row: dict[str, Any]) -> Cell:
        return told.released.count(*key(row)).high

    return (
        (Column(f"{name}_low", "count", f"{says}: the count, or the lower end of its range"), low),
        (Column(f"{name}_high", "count", f"{says}: the count, or the upper end of its range"), high),
    )


def _group_effect(name: str, says: str) -> tuple[Column, Reads]:
    """A figure of a group, said only where the counts of both arms are."""

    def reads(told: Facts, row: dict[str, Any]) -> Cell:
        keys = [people.group_key(row["subgroup"], row["group"], arm) for arm in people.ARMS]
        found: Cell = row[name] if told.released.may_show_effect(*keys) else None
        return found

    return Column(name, "number", says), reads


_IN_UNIT = "in the outcome's own unit"
_CYCLE = (
    _of_plan("cycle", "Key of the cycle", "plan", "key"),
    _of_plan("tool", "Name of the tool", "plan", "tool", "name"),
    _of_plan("design", "Kind of design that was registered", "plan", "design", "kind"),
    _of_plan("window_start", "First day of the period, YYYY-MM-DD", "plan", "window", "start"),
    _of_plan("window_end", "Last day of the period, YYYY-MM-DD", "plan", "window", "end"),
    *_counted("students", "Students analyzed for the primary outcome", lambda _: people.N),
    _of_plan("rating", "How well the study could know, in the What Works Clearinghouse's words", "rating", "label"),
    _of_plan("essa", "ESSA tier and what it rests on", "rating", "essa"),
    _of_plan("verdict", "What the registered rule says", "verdict", "word"),
    _of_plan("because", "Why, in one sentence", "verdict", "because"),
    _of_plan("registration", "SHA-256 of the registered plan", "provenance", "registration"),
    _of_plan("registered_on", "Day of the registration, YYYY-MM-DD", "provenance", "registered_on"),
    _of_plan("snapshot", "Snapshot of the records that was read", "provenance", "snapshot"),
    _of_plan("code_version", "Version of the engine", "provenance", "code_version"),
)
_ESTIMATES = (
    _own("outcome", "text", "Key of the outcome"),
    _own("label", "text", "The outcome in words"),
    _own("unit", "text", "Unit of effect, error, interval, SD and means"),
    _own("domain", "text", "Domain of outcomes to which it belongs"),
    _own("role", "text", "primary or secondary, as registered"),
    _own("estimand", "text", "What the effect is an effect of"),
    _own("method", "text", "How it was estimated"),
    _own("effect", "number", f"Tool minus usual, {_IN_UNIT}; positive is more of the outcome"),
    _own("std_error", "number", f"Standard error, {_IN_UNIT}"),
    _own("df", "number", "Degrees of freedom of the t interval"),
    _own("low", "number", f"Lower end of the 95% interval, {_IN_UNIT}"),
    _own("high", "number", f"Upper end of the 95% interval, {_IN_UNIT}"),
    _own("p", "number", "Two-sided p of no effect"),
    _own("p_adjusted", "number", "The same after Benjamini-Hochberg within the domain; empty in a family of one"),
    _own("g", "number", "Hedges' g, in student-level SDs"),
    _own("g_std_error", "number", "Standard error of g"),
    _own("sd", "number", f"Pooled student-level SD, {_IN_UNIT}"),
    _own("favorable", "flag", "Whether more of the outcome is good"),
    *_counted("n_tool", "Students analyzed in the tool arm", lambda row: people.arm_key(row, "tool")),
    *_counted("n_usual", "Students analyzed in the usual arm", lambda row: people.arm_key(row, "usual")),
    _own("source", "text", "Paper, equation or handbook section of the method"),
)
_GROUPS = (
    _own("subgroup", "text", "Key of the registered split"),
    _own("label", "text", "The group in words"),
    *_counted(
        "n_tool", "Students in the tool arm", lambda row: people.group_key(row["subgroup"], row["group"], "tool")
    ),
    *_counted(
        "n_usual", "Students in the usual arm", lambda row: people.group_key(row["subgroup"], row["group"], "usual")
    ),
    _group_effect("effect", "Effect on the primary outcome in the group, in its unit"),
    _group_effect("low", "Lower end of the 95% interval"),
    _group_effect("high", "Upper end of the 95% interval"),
    _group_effect("shrunken", "The effect when the other groups are believed too"),
    _group_effect("shrunken_low", "Lower end of its 95% interval"),
    _group_effect("shrunken_high", "Upper end of its 95% interval"),
)
_GAPS = (
    _own("subgroup", "text", "Key of the registered split"),
    _own("label", "text", "The split in words"),
    _own("disadvantaged", "text", "The group that is behind"),
    _own("others", "text", "Those it is compared with"),
    _own("gap_before", "number", "Distance before the tool, in the unit of the measure before"),
    _own("gap_usual", "number", "Distance afterwards in the usual arm, in the outcome's unit"),
    _own("gap_tool", "number", "Distance afterwards in the tool arm"),
    _own("change", "number", "Effect among those behind minus effect among the others; below zero it widens the gap"),
    _own("low", "number", "Lower end of the 95% interval of the change"),
    _own("high", "number", "Upper end of the 95% interval of the change"),
    _own("says", "text", "narrowed, widened, cannot tell, or too few to say"),
)
_BALANCE = (
    _own("covariate", "text", "Key of the covariate"),
    _own("label", "text", "The covariate in words"),
    _own("before", "number", "Standardized difference before matching, in SDs (Cox index for two-valued ones)"),
    _own("after", "number", "The same after matching"),
    _own("band", "text", "satisfied, needs adjustment or fails (WWC 5.0)"),
    _own("is_baseline", "flag", "Whether it is the outcome's own measure before the pilot"),
)
_CHECKS = (
    _own("key", "text", "Key of the check"),
    _own("title", "text", "The check in words"),
    _own("flag", "flag", "Whether it speaks against the estimate"),
    _own("rule", "text", "When it is raised"),
    _own("source", "text", "Where the check comes from"),
)
