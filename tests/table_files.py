"""One table in every form in which districts send tables, made small for the tests of intake."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq

Cell = str | int | float | bool | None | tuple[float, int]
"""A pair is a number and its style: see STYLES."""

STYLES = ["General", "yyyy-mm-dd", "h:mm:ss", "[h]:mm:ss", "000000", "0%", 'm/d/yyyy "day"', "#,##0.00;[Red]-#,##0.00"]
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def letters(column: int) -> str:
    """The letters of a column by its position."""
    name = ""
    while column >= 0:
        name = chr(65 + column % 26) + name
        column = column // 26 - 1
    return name


def cell_xml(row: int, column: int, cell: Cell) -> str:
    """One cell of a sheet."""
    place = f'<c r="{letters(column)}{row}"'
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return f'{place} t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, tuple):
        return f'{place} s="{cell[1]}"><v>{cell[0]!r}</v></c>'
    if isinstance(cell, str):
        return cell if cell.startswith("<c ") else f'{place} t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
    return f"{place}><v>{cell!r}</v></c>"


def sheet_xml(rows: Sequence[Sequence[Cell]], *, hidden: Sequence[int] = ()) -> str:
    """A sheet; rows without a cell are left out, as spreadsheets do."""
    body = ""
    for number, row in enumerate(rows, start=1):
        cells = "".join(cell_xml(number, column, cell) for column, cell in enumerate(row))
        mark = ' hidden="1"' if number in hidden else ""
        body += f'<row r="{number}"{mark}>{cells}</row>' if cells else ""
    return f'<?xml version="1.0"?><worksheet {_MAIN}><sheetData>{body}</sheetData></worksheet>'


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Cell]] | str], *, hidden: Sequence[int] = (), since_1904: bool = False
) -> bytes:
    """A workbook; a sheet may also be given as its XML."""
    names = list(sheets)
    listed = "".join(f'<sheet name="{escape(n)}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(names, 1))
    formats = "".join(f'<numFmt numFmtId="{164 + i}" formatCode="{escape(c, {chr(34): "&quot;"})}"/>'
                      for i, c in enumerate(STYLES))  # fmt: skip
    styles = "".join(f'<xf numFmtId="{164 + i if i else 0}"/>' for i in range(len(STYLES)))
    rels = "".join(f'<Relationship Id="rId{i}" Target="worksheets/sheet{i}.xml"/>' for i in range(1, len(names) + 1))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {_MAIN} xmlns:r="{_REL}"><workbookPr date1904="{int(since_1904)}"/>'
            f"<sheets>{listed}</sheets></workbook>",
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}">{rels}</Relationships>')
        archive.writestr(
            "xl/styles.xml",
            f"<styleSheet {_MAIN}><numFmts>{formats}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>",
        )
        for number, rows in enumerate(sheets.values(), start=1):
            text = rows if isinstance(rows, str) else sheet_xml(rows, hidden=hidden)
            archive.writestr(f"xl/worksheets/sheet{number}.xml", text)
    return out.getvalue()


def parquet(header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """A Parquet file; every column in the type that pyarrow finds for it."""
    out = io.BytesIO()
    columns = {name: [row[at] for row in rows] for at, name in enumerate(header)}
    pq.write_table(pa.table({name: pa.array(column) for name, column in columns.items()}), out)
    return out.getvalue()


def objects(header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[dict[str, object]]:
    """The rows as objects."""
    return [dict(zip(header, row, strict=True)) for row in rows]


def in_every_form(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, bytes]:
    """A table of texts without line ends, quotation marks or delimiters, by file name."""
    records = objects(header, rows)
    lines = [header, *rows]
    return {
        "table.csv": "".join(",".join(row) + "\n" for row in lines).encode(),
        "table.tsv": "".join("\t".join(row) + "\r\n" for row in lines).encode(),
        "table.xlsx": workbook({"Use": [list(row) for row in lines]}),
        "table.ndjson": "".join(json.dumps(record) + "\n" for record in records).encode(),
        "table.json": json.dumps(records, indent=1).encode(),
        "value.json": json.dumps({"context": "x", "value": records}).encode(),
        "table.parquet": parquet(header, rows),
    }
