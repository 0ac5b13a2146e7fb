"""Every indicator, computed by hand in a text table, and compared with what the definition compiles to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from canonical_rows import canonical
from gainline.engine.core.calendar import Window
from gainline.engine.indicators import compile_indicator, load_catalogue, outside_subset
from gainline.engine.records import TABLES, arrow_schema

HERE = Path(__file__).parent
EXAMPLES = sorted(HERE.glob("[!_]*.md"))
CATALOGUE, _ = load_catalogue()
_ASKED = re.compile(
    r"measure (?P<key>\w+)(?: by (?P<by>[\w, ]+?))?(?: in (?P<start>\S+) to (?P<end>\S+))?"
    r"(?: where (?P<where>.+?))?(?: with (?P<params>.+))?$"
)


@dataclass(frozen=True)
class Block:
    """A line of the file that asks for something, and the table under it."""

    line: str
    rows: list[dict[str, str]]


def blocks(path: Path) -> Iterator[Block]:
    """The `given` and `measure` lines of an example file with their tables."""
    asked, header, rows = "", [], []
    for line in [*path.read_text(encoding="utf-8").splitlines(), "measure the end"]:
        if line.startswith(("given ", "measure ")):
            if asked:
                yield Block(asked, rows)
            asked, header, rows = line, [], []
        elif line.startswith("|") and not line.startswith("|-"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if header:
                rows.append(dict(zip(header, cells, strict=True)))
            header = header or cells


def value_of(text: str, type_: pa.DataType) -> Any:
    if text == "-":
        return None
    if pa.types.is_boolean(type_):
        return text == "yes"
    if pa.types.is_date(type_):
        return date.fromisoformat(text)
    if pa.types.is_integer(type_):
        return int(text)
    return float(text) if pa.types.is_floating(type_) else text


def given_row(table: str, cells: Mapping[str, str]) -> dict[str, Any]:
    """A canonical row; `day` stands for both ends of a span and `at` for a moment."""
    schema, row = arrow_schema(table), {}
    for name, text in cells.items():
        if name == "day":
            row |= {"first_day": date.fromisoformat(text), "last_day": date.fromisoformat(text)}
        elif name == "at":
            at = datetime.fromisoformat(text).replace(tzinfo=UTC)
            row |= {"epoch_s": int(at.timestamp()), "local_date": at.date(), "action": cells.get("action", "open")}
        else:
            row[name] = value_of(text, schema.field(name).type)
    return row


def given_tables(path: Path) -> dict[str, ibis.Table]:
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for source in (HERE / "_roster.md", path):
        for block in blocks(source):
            kind, _, table = block.line.partition(" ")
            if kind == "given":
                rows[table] = [given_row(table, cells) for cells in block.rows]
    rows["declarations"] = rows["declarations"] or declared_zero(rows)
    return {name: ibis.memtable(canonical(name, list(found))) for name, found in rows.items()}


def declared_zero(rows: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Where an example declares nothing, its sources leave out nobody who did anything."""
    amounts = {("usage", row.get("tool", "algebra"), row.get("metric", "minutes_active")) for row in rows["usage"]}
    moments = {("events", row.get("tool", "algebra"), None) for row in rows["events"]}
    names = ("facts", "tool", "metric")
    return [dict(zip(names, one, strict=True)) | {"absent_row": "zero"} for one in sorted(amounts | moments, key=str)]


def pairs(text: str | None) -> dict[str, str]:
    parts = (part.strip().partition("=") for part in (text or "").split(";") if part.strip())
    return {name: value for name, _, value in parts}


def measured(line: str, tables: Mapping[str, ibis.Table]) -> ibis.Table:
    """The query that a `measure` line asks for."""
    asked = _ASKED.match(line)
    assert asked, f"not understood: {line}"
    window = None
    if asked["start"]:
        window = Window(date.fromisoformat(asked["start"]), date.fromisoformat(asked["end"]))
    return compile_indicator(
        CATALOGUE[asked["key"]],
        tables,
        grain=[name.strip() for name in (asked["by"] or "").split(",") if name],
        window=window,
        where={name: value.split("|") for name, value in pairs(asked["where"]).items()},
        params={name: float(value) for name, value in pairs(asked["params"]).items()},
    )


def expected(block: Block, schema: pa.Schema) -> set[tuple[Any, ...]]:
    return {tuple(value_of(row[field.name], field.type) for field in schema) for row in block.rows}


def rounded(rows: pa.Table) -> set[tuple[Any, ...]]:
    return {tuple(round(v, 6) if isinstance(v, float) else v for v in row.values()) for row in rows.to_pylist()}


def asked_of(path: Path) -> list[Block]:
    return [block for block in blocks(path) if block.line.startswith("measure ")]


@pytest.mark.parametrize(
    ("path", "number"),
    [pytest.param(p, n, id=f"{p.stem}-{n + 1}") for p in EXAMPLES for n in range(len(asked_of(p)))],
)
def test_an_example_comes_out_as_computed_by_hand(path: Path, number: int) -> None:
    block = asked_of(path)[number]
    query = measured(block.line, given_tables(path))
    answer = query.to_pyarrow()
    assert answer.schema.names == list(block.rows[0])
    assert (answer.schema.field("value").type, answer.schema.field("n").type) == (pa.float64(), pa.int64())
    assert answer.num_rows == len(block.rows)
    assert rounded(answer) == expected(block, answer.schema)
    assert outside_subset(query) == []


def test_every_shipped_indicator_has_an_example_of_its_own() -> None:
    assert {path.stem for path in EXAMPLES} == CATALOGUE.keys()
    assert all(f"measure {path.stem}" in path.read_text(encoding="utf-8") for path in EXAMPLES)
