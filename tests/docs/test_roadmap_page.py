"""What the roadmap's pages show can be read: the pedagogy map, and the columns that are published."""

from __future__ import annotations

import re
from pathlib import Path

from gainline.engine.roadmap.exchange.table_out import COLUMNS
from gainline.engine.roadmap.pedagogy import Cell, read_pedagogy, served

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCKS = re.findall(
    r"```toml\n(.*?)```", (DOCS / "how-to" / "plan-a-roadmap.md").read_text(encoding="utf-8"), flags=re.DOTALL
)


def test_the_pedagogy_map_of_the_page_is_one():
    mapped, issues = read_pedagogy(BLOCKS[-1], file="pedagogy.toml")
    assert issues == []
    rows, _ = served(mapped, file="pedagogy.toml")
    assert [row.cell for row in rows] == [Cell.SHUT_OUT, Cell.GAP]


def test_the_published_columns_are_those_that_are_written_in_their_order():
    page = (DOCS / "reference" / "roadmap-files.md").read_text(encoding="utf-8")
    table = page[page.index("| column") : page.index("In `after`")]
    cells = [line.split("|")[1] for line in table.splitlines()[2:] if "|" in line]
    named = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    assert tuple(named) == COLUMNS
