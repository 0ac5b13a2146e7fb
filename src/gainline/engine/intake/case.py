"""CASE: a framework's document, items and associations to canonical rows, each accounted for.

Source: 1EdTech Competencies and Academic Standards Exchange 1.0 and 1.1, CFPackage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import pyarrow as pa
from pydantic_core import from_json

from gainline.engine.intake.account import Tally
from gainline.engine.intake.case_csv import item_of, links_of, records_of_csv
from gainline.engine.intake.containers import LINE_LIMIT
from gainline.engine.intake.encoding import utf8_chunks
from gainline.engine.intake.reading import Batch, Task, canonical
from gainline.engine.records import arrow_schema

KINDS = frozenset(
    {"isChildOf", "isPeerOf", "isPartOf", "exactMatchOf", "precedes", "isRelatedTo", "replacedBy", "exemplar",
     "hasSkillLevel", "isTranslationOf"}
)  # fmt: skip
MOST_BYTES = 4 * LINE_LIMIT  # a state's standards of all subjects have a few MB
Row = dict[str, Any]


class _Odd(Exception):
    """A record from which no row can be made."""

    def __init__(self, code: str, column: str) -> None:
        super().__init__(code)
        self.code, self.column = code, column


def read_case(task: Task, tally: Tally) -> Iterator[Batch]:
    """Read one package: its document, every item, every association and every part of a rubric count as one row.

    Of an editor's table, its rows do.
    """
    file = task.source.files[0]
    if file.part.head(64).lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] not in (b"{", b"["):
        yield from _read_table(task, tally)
        return
    package = _package(task, tally)
    if package is None:
        return
    framework = _text(package.get("CFDocument"), "identifier")
    tables: dict[str, dict[str, Row]] = {"frameworks": {}, "framework_items": {}, "framework_links": {}}
    parts: tuple[tuple[str, object, Callable[[Mapping[str, Any], str], Row]], ...] = (
        ("frameworks", [package.get("CFDocument")], _document),
        ("framework_items", package.get("CFItems", []), _item),
        ("framework_links", package.get("CFAssociations", []), _link),
    )
    for name, records, make in parts:
        if type(records) is not list:
            _keep_out(tally, "IN143", 1, column=name, detail=": a list is expected")
            continue
        for number, record in enumerate(records, start=1):
            _take(tally, tables[name], record, lambda one, made=make: made(one, framework), number)  # type: ignore[misc]
    _count_rubrics(tally, package.get("CFRubrics") or [])
    _check_links(tally, tables)
    for name, rows in tables.items():
        yield _batch(task, name, list(rows.values()))


def _count_rubrics(tally: Tally, rubrics: object) -> None:
    """Count rubrics, their criteria and levels, of which no table here holds anything, and say so."""
    if type(rubrics) is not list:
        _keep_out(tally, "IN143", 1, column="CFRubrics", detail=": a list is expected")
        return
    for number, rubric in enumerate(rubrics, start=1):
        for kind, many in _parts_of(rubric):
            if not many:
                continue
            tally.read += many
            tally.book.add("IN354", [number] * many, column="CFRubrics", detail=f": {kind}")


def _parts_of(rubric: object) -> Iterator[tuple[str, int]]:
    criteria = _listed(rubric, "CFRubricCriteria")
    levels = sum(len(_listed(one, "CFRubricCriterionLevels")) for one in criteria)
    yield from (("rubrics", 1), ("criteria of rubrics", len(criteria)), ("levels of criteria", levels))


def _listed(record: object, name: str) -> list[Any]:
    found = record.get(name) if type(record) is dict else None
    return found if type(found) is list else []


def _read_table(task: Task, tally: Tally) -> Iterator[Batch]:
    """Read the table of an editor: statements with their links."""
    framework = task.source.files[0].part.stem
    tables: dict[str, dict[str, Row]] = {"frameworks": {}, "framework_items": {}, "framework_links": {}}
    rows = list(records_of_csv(task, tally))
    for line, row in rows:
        _take(tally, tables["framework_items"], item_of(row), lambda one: _item(one, framework), line)
    items = tables["framework_items"]
    known = {one["code"].casefold(): one["item_id"] for one in items.values() if one["code"]}
    known |= {key: one["item_id"] for key, one in items.items()}
    for line, row in rows:
        if items.get(row.get("identifier", "").strip().casefold(), {}).get("source_line") == line:
            links = links_of(row, framework, known)
            tables["framework_links"] |= {one["link_id"]: {**one, "source_line": line} for one in links}
    if items:
        tables["frameworks"][framework] = {"framework_id": framework, "title": framework, "source_line": None}
    _check_links(tally, tables)
    for name, made in tables.items():
        yield _batch(task, name, list(made.values()))


def _package(task: Task, tally: Tally) -> dict[str, Any] | None:
    """The whole document; None, and said, where it is none."""
    file, body = task.source.files[0], b""
    for chunk in utf8_chunks(file.part.chunks(), file.encoding):
        body += chunk
        if len(body) > MOST_BYTES:
            _keep_out(tally, "IN110", 1)
            return None
    try:
        found = from_json(body.removeprefix(b"\xef\xbb\xbf"), allow_inf_nan=False)
    except ValueError:
        _keep_out(tally, "IN140", 1)
        return None
    if type(found) is not dict or type(found.get("CFDocument")) is not dict:
        _keep_out(tally, "IN141", 1, column="CFDocument")
        return None
    return found


def _keep_out(tally: Tally, code: str, line: int, *, column: str | None = None, detail: str = "") -> None:
    tally.read += 1
    tally.rejected += 1
    tally.book.add(code, [line], column=column, detail=detail)


def _take(
    tally: Tally, rows: dict[str, Row], record: object, make: Callable[[Mapping[str, Any]], Row], number: int
) -> None:
    """Make a row of one record; the first of an identifier stands."""
    if type(record) is not dict:
        _keep_out(tally, "IN117", number)
        return
    try:
        row = {**make(record), "source_line": number}
    except _Odd as odd:
        _keep_out(tally, odd.code, number, column=odd.column)
        return
    key = _text(record, "identifier").casefold()
    if key in rows:
        same = {**rows[key], "source_line": number} == row
        _keep_out(tally, "IN152" if same else "IN153", number, column="identifier")
        return
    rows[key] = row
    tally.read += 1
    if "lastChangeDateTime" in record and row["changed_on"] is None:
        tally.repaired += 1
        tally.book.add("IN356", [number], column="lastChangeDateTime")


def _document(said: Mapping[str, Any], _: str) -> Row:
    return {
        "framework_id": _need(said, "identifier"),
        "title": _need(said, "title"),
        "creator": _text(said, "creator") or None,
        "status": _text(said, "adoptionStatus") or None,
        "language": _text(said, "language") or None,
        "uri": _text(said, "uri") or None,
        "changed_on": _day(said),
    }


def _item(said: Mapping[str, Any], framework: str) -> Row:
    levels = said.get("educationLevel", said.get("educationalLevel"))
    grades = levels if type(levels) is list else [levels]
    kind = said.get("CFItemType")
    return {
        "item_id": _need(said, "identifier"),
        "framework_id": framework,
        "statement": _need(said, "fullStatement"),
        "short_statement": _text(said, "abbreviatedStatement") or None,
        "code": _text(said, "humanCodingScheme") or None,
        "kind": _text(said, "CFItemType") or _text(kind, "title") or None,
        "grades": ",".join(one.strip() for one in grades if type(one) is str and one.strip()) or None,
        "language": _text(said, "language") or None,
        "place": _text(said, "listEnumeration") or None,
        "notes": _text(said, "notes") or None,
        "uri": _text(said, "uri") or None,
        "changed_on": _day(said),
    }


def _link(said: Mapping[str, Any], framework: str) -> Row:
    position = said.get("sequenceNumber")
    return {
        "link_id": _need(said, "identifier"),
        "framework_id": framework,
        "kind": _need(said, "associationType"),
        "from_id": _node(said, "originNodeURI"),
        "to_id": _node(said, "destinationNodeURI"),
        "position": position if type(position) is int and abs(position) < 1 << 31 else None,
        "changed_on": _day(said),
    }


def _node(said: Mapping[str, Any], name: str) -> str:
    """The identifier of an end, else its address; older packages have the address alone."""
    end = said.get(name)
    found = end.strip() if type(end) is str else _text(end, "identifier") or _text(end, "uri")
    if not found:
        raise _Odd("IN141", name)
    return found


def _need(said: Mapping[str, Any], name: str) -> str:
    if name not in said:
        raise _Odd("IN141", name)
    text = _text(said, name)
    if not text:
        raise _Odd("IN143" if said[name] is not None else "IN141", name)
    return text


def _text(said: object, name: str) -> str:
    value = said.get(name) if isinstance(said, dict) else None
    return value.strip() if type(value) is str else ""


def _day(said: Mapping[str, Any]) -> date | None:
    """The day of the last change, as its own clock had it: many packages give no zone."""
    try:
        return date.fromisoformat(_text(said, "lastChangeDateTime")[:10])
    except ValueError:
        return None


def _check_links(tally: Tally, tables: Mapping[str, Mapping[str, Row]]) -> None:
    """Say what is odd about links that are kept all the same."""
    here = set(tables["framework_items"]) | set(tables["frameworks"])
    for row in tables["framework_links"].values():
        if row["kind"] not in KINDS and not row["kind"].startswith("ext:"):
            tally.book.add("IN357", [row["source_line"]], column="associationType")
        if row["kind"] == "isChildOf" and not {row["from_id"].casefold(), row["to_id"].casefold()} <= here:
            tally.book.add("IN358", [row["source_line"]])


def _batch(task: Task, name: str, rows: list[Row]) -> Batch:
    schema = pa.schema([one.with_nullable(True) for one in arrow_schema(name)])
    table = pa.Table.from_pylist(rows, schema=schema)
    columns = {column: table[column].combine_chunks() for column in table.column_names}
    return canonical(name, columns, rows=len(rows), import_id=task.import_id)
