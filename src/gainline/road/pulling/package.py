"""Package: what was pulled, as the zip of CSV files that the reader of rosters takes."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gainline.engine.intake.oneroster_spec import SPECS

FIRST = ("sourcedId", "status", "dateLastModified")
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # the same records give the same bytes, which the lake knows again
Row = dict[str, str]


@dataclass(slots=True)
class Pulled:
    """The rows of every file, and which of them hold changes only."""

    version: str
    rows: dict[str, list[Row]] = field(default_factory=dict)
    changes: set[str] = field(default_factory=set)

    def mode(self, name: str) -> str:
        """How the manifest declares a file."""
        if not self.rows.get(name):
            return "absent"
        return "delta" if name in self.changes else "bulk"


def write_package(pulled: Pulled, path: Path) -> None:
    """Write the zip, readable by its owner only; files without rows are declared absent, as the standard asks."""
    names = [name for name, spec in SPECS.items() if pulled.version in spec.versions]
    modes = [[f"file.{name}", pulled.mode(name)] for name in sorted(names, key=str.casefold)]
    head = [["propertyName", "value"], ["manifest.version", "1.0"], ["oneroster.version", pulled.version]]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out, zipfile.ZipFile(out, "w") as archive:
        _add(archive, "manifest", [*head, *modes])
        for name in names:
            if pulled.mode(name) != "absent":
                _add(archive, name, _table(pulled, name))


def _table(pulled: Pulled, name: str) -> list[list[str]]:
    rows = pulled.rows[name]
    further = sorted({key for row in rows for key in row if key.startswith("metadata.")})
    columns = [*FIRST, *(column.name for column in SPECS[name].of(pulled.version)), *further]
    is_delta = pulled.mode(name) == "delta"
    return [columns, *([_as_declared(row, is_delta=is_delta).get(key, "") for key in columns] for row in rows)]


def _as_declared(row: Row, *, is_delta: bool) -> Mapping[str, str]:
    """A full file leaves status and time blank, as long as the status is active; a file of changes has both."""
    if is_delta:
        return {"status": "active", **row}
    return {key: text for key, text in row.items() if key not in FIRST[1:] or (key == "status" and text != "active")}


def _add(archive: zipfile.ZipFile, name: str, rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    entry = zipfile.ZipInfo(f"{name}.csv", _ZIP_DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, text.getvalue().encode("utf-8", errors="replace"))
