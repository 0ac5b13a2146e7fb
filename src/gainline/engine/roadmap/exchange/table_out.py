"""A plan as a table: one row per step, in columns that are published, as CSV or as a workbook."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from xml.sax.saxutils import escape

from gainline.engine.core.spreadsheet import csv_text, harmless
from gainline.engine.roadmap.exchange.links_text import links_said
from gainline.engine.roadmap.exchange.outline import Outline, Step

COLUMNS = (
    "key", "title", "initiative", "kind", "school", "wave", "weeks", "weeks_low", "weeks_high", "start", "finish",
    "owner", "needs", "cost", "source", "load", "assessment", "not_before", "finish_by", "after",
)  # fmt: skip
"""The contract: these columns, in this order; docs/reference/roadmap-files.md says what stands in each."""

Cell = str | int | date | None
EPOCH = date(1899, 12, 30)  # day 0 of a workbook
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2
STAMP = (1980, 1, 1, 0, 0, 0)  # the same bytes whenever they are written


def table_rows(outline: Outline) -> list[dict[str, Cell]]:
    """The rows of the contract, in the outline's order."""
    return [dict(zip(COLUMNS, _cells(step), strict=True)) for step in outline.steps]


def table_csv(outline: Outline) -> str:
    """The plan as CSV with a header; a text that a spreadsheet would take for a formula gets an apostrophe."""
    return csv_text([COLUMNS, *map(_cells, outline.steps)])


def table_xlsx(outline: Outline) -> bytes:
    """The plan as a workbook with one sheet, dates as dates; the same plan gives the same bytes.

    Source: ECMA-376, SpreadsheetML; the least parts that a workbook has.
    """
    rows: list[list[Cell]] = [list(COLUMNS), *([*_cells(step)] for step in outline.steps)]
    sheet = "".join(f'<row r="{number}">{_row(row, number)}</row>' for number, row in enumerate(rows, start=1))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in (*_PARTS.items(), ("xl/worksheets/sheet1.xml", _SHEET.format(rows=sheet))):
            archive.writestr(zipfile.ZipInfo(name, STAMP), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _cells(step: Step) -> tuple[Cell, ...]:
    return (
        step.key, step.title, step.initiative, step.kind, step.school, step.wave, step.weeks, step.low, step.high,
        step.start, step.finish, step.owner, "; ".join(f"{key}:{amount}" for key, amount in step.needs), step.cost,
        step.source, step.load, "yes" if step.assessment else "", step.not_before, step.finish_by,
        links_said(step.after),
    )  # fmt: skip


def _row(cells: list[Cell], number: int) -> str:
    return "".join(_cell(cell, f"{_letters(place)}{number}") for place, cell in enumerate(cells))


def _letters(place: int) -> str:
    return chr(ord("A") + place)  # twenty columns


def _cell(cell: Cell, at: str) -> str:
    if cell is None or cell == "":
        return ""
    if isinstance(cell, date):
        return f'<c r="{at}" s="1"><v>{(cell - EPOCH).days}</v></c>'
    if isinstance(cell, int):
        return f'<c r="{at}"><v>{cell}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(_printable(harmless(cell)))}</t></is></c>'


def _printable(text: str) -> str:
    return _NOT_XML.sub("", text)


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<cols><col min="1" max="2" width="36" customWidth="1"/><col min="3" max="20" width="13" customWidth="1"/></cols>'
    "<sheetData>{rows}</sheetData></worksheet>"
)
_PARTS = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Roadmap" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="1">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts><fonts count="1"><font/></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2">'
    '<xf numFmtId="0" xfId="0"/><xf numFmtId="164" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
