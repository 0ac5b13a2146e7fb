"""CASE as a table: the CSV in which frameworks are edited, one statement a row with its links in columns.

The file names no framework, so its own name stands for it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from gainline.engine.intake.account import Tally
from gainline.engine.intake.encoding import utf8_chunks
from gainline.engine.intake.reading import Task

Row = dict[str, Any]
_COLUMNS = {
    "humancodingscheme": "humanCodingScheme",
    "abbreviatedstatement": "abbreviatedStatement",
    "notes": "notes",
    "cfitemtype": "CFItemType",
    "language": "language",
    "educationlevel": "educationLevel",
    "sequencenumber": "listEnumeration",
}
_LINKS = ("isChildOf", "isPartOf", "replacedBy", "exemplar", "hasSkillLevel", "isRelatedTo", "exactMatchOf", "precedes")


def records_of_csv(task: Task, tally: Tally) -> Iterator[tuple[int, Row]]:
    """The statements as CASE items, each with its line; a row that is wider or narrower than the header is kept out."""
    file = task.source.files[0]
    text = b"".join(utf8_chunks(file.part.chunks(), file.encoding)).decode("utf-8-sig", errors="replace")
    reader = csv.reader(text.splitlines(keepends=True))
    head = [name.strip().casefold().replace(" ", "") for name in next(reader, [])]
    for cells in reader:
        if len(cells) == len(head):
            yield reader.line_num, dict(zip(head, cells, strict=True))
        elif cells:
            tally.read += 1
            tally.rejected += 1
            tally.book.add("IN020", [reader.line_num])


def item_of(row: Row) -> Row:
    """A row as an item of a package."""
    said = {name: row[column] for column, name in _COLUMNS.items() if row.get(column, "").strip()}
    return {"identifier": row.get("identifier", ""), "fullStatement": row.get("fullstatement", ""), **said}


def links_of(row: Row, framework: str, known: dict[str, str]) -> Iterator[Row]:
    """The links of a row; a target is named by identifier or code, and stays as it is where the file has neither."""
    own = row["identifier"].strip()
    for kind in _LINKS:
        for target in (one.strip() for one in row.get(kind.casefold(), "").split(",")):
            to = known.get(target.casefold(), target)
            if to and to != own:
                link = {"link_id": f"{own}/{kind}/{to}", "framework_id": framework, "kind": kind}
                yield {**link, "from_id": own, "to_id": to, "position": None, "changed_on": None}
