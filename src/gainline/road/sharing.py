"""Share: an evaluation as tidy tables with a data dictionary, or in the shapes of Ed-Fi, for others' systems."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gainline.engine.core import spreadsheet
from gainline.engine.privacy import Audience
from gainline.engine.reports.intervention_study import intervention_study
from gainline.engine.reports.tidy import TidyTable, dictionary, tidy_tables
from gainline.road.briefing import read_evidence
from gainline.road.releases import enter_release, with_releases
from gainline.road.workspace import Workspace

EXPORTED = "exported"
TABLES, STUDY = "tidy tables", "Ed-Fi intervention study"
_ARROW = {"text": pa.string(), "number": pa.float64(), "count": pa.int64(), "flag": pa.bool_()}


@dataclass(frozen=True, slots=True)
class Shared:
    """What was written, and for whom."""

    files: tuple[Path, ...]
    audience: Audience


def share_tables(
    workspace: Workspace, key: str, folder: Path, *, audience: Audience, parquet: bool, on: date
) -> Shared:
    """Write an evaluated cycle as tidy tables with a data dictionary; the ledger has an entry of it.

    Raises
    ------
    Missing
        When the cycle has not been evaluated.
    Conflict
        When its evidence is not what was evaluated.
    """
    tables = tidy_tables(_told(workspace, key, audience, on), audience=audience)
    folder.mkdir(parents=True, exist_ok=True)
    write = _write_parquet if parquet else _write_csv
    files = [write(table, folder) for table in tables if table.rows]
    files.append(_write_csv(dictionary(tables), folder))
    _enter(workspace, key, f"{TABLES} for {audience}", on)
    return Shared(tuple(files), audience)


def share_study(workspace: Workspace, key: str, path: Path, *, audience: Audience, on: date, **ed_fi: Any) -> Shared:  # noqa: ANN401 - what `intervention_study` asks for
    """Write an evaluated cycle as the JSON of Ed-Fi's intervention study resources; the ledger has an entry of it.

    Raises
    ------
    Missing, Conflict
        As `share_tables`.
    Refused
        As `intervention_study`.
    """
    made = intervention_study(_told(workspace, key, audience, on), audience=audience, **ed_fi)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    _enter(workspace, key, f"{STUDY} for {audience}", on)
    return Shared((path,), audience)


def _told(workspace: Workspace, key: str, audience: Audience, on: date) -> dict[str, Any]:
    """The evidence as it goes beside what was released before; what the public gets is entered as released."""
    evidence = read_evidence(workspace, key)
    if audience is Audience.PUBLIC:
        enter_release(workspace, key, evidence, on=on)
    return with_releases(workspace, key, evidence)


def _enter(workspace: Workspace, key: str, what: str, on: date) -> None:
    workspace.ledger.append(EXPORTED, {"key": key, "students": 0, "what": what}, on=on)


def _write_csv(table: TidyTable, folder: Path) -> Path:
    path = folder / f"{table.name}.csv"
    path.write_text(csv_text(table), encoding="utf-8", newline="")
    return path


def csv_text(table: TidyTable) -> str:
    """A table as CSV; a cell that a spreadsheet would run as a formula gets an apostrophe."""
    head = [column.name for column in table.columns]
    return spreadsheet.csv_text([head, *([cell_text(cell) for cell in row] for row in table.rows)])


def cell_text(cell: object) -> str:
    """A cell as text, as every table of ours writes it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return repr(cell) if isinstance(cell, float) else str(cell)


def _write_parquet(table: TidyTable, folder: Path) -> Path:
    path = folder / f"{table.name}.parquet"
    fields = [
        pa.field(column.name, _ARROW[column.kind], metadata={"description": column.says}) for column in table.columns
    ]
    columns = [
        pa.array([row[place] for row in table.rows], field.type, from_pandas=False)
        for place, field in enumerate(fields)
    ]
    pq.write_table(pa.Table.from_arrays(columns, schema=pa.schema(fields)), path)
    return path
