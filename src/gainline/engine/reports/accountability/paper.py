"""A paper: titled sections of sentences and tables, as a page, as Markdown and as CSV, always the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gainline.engine.core.spreadsheet import csv_text
from gainline.engine.reports.render import page


@dataclass(frozen=True, slots=True)
class Section:
    """One section: sentences, then a table where it has rows.

    Parameters
    ----------
    key, title
        What it is called in addresses and CSV, and for people.
    says
        Its sentences, one paragraph each.
    head, rows
        Its table; every row has as many cells as the head.
    """

    key: str
    title: str
    says: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper with its sections.

    Parameters
    ----------
    title, district, lead
        Heading, whose paper it is, and one sentence on what it is for.
    sections
        In the order in which they are read.
    lang
        The language of its words.
    dated
        What it says of its own day.
    warning
        What must be seen first; empty where nothing must.
    """

    title: str
    district: str
    lead: str
    sections: tuple[Section, ...]
    lang: str
    dated: str = ""
    warning: str = ""

    def html(self) -> str:
        """The paper as one page that asks for nothing else."""
        return page("paper.html", paper=self, lang=self.lang)

    def markdown(self) -> str:
        """The paper as Markdown, tables included."""
        return "\n".join(self._lines()).rstrip() + "\n"

    def csv(self) -> str:
        """Every table under one another: section, then its cells; the head of each table stands before its rows."""
        lines = [(part.key, *cells) for part in self.sections if part.head for cells in (part.head, *part.rows)]
        return csv_text(lines)

    def _lines(self) -> Iterator[str]:
        yield from (f"# {self.title}", "", self.district, "", self.lead, "")
        yield from (line for line in (self.dated, "", self.warning, "") if line or self.dated)
        for part in self.sections:
            yield from (f"## {part.title}", "")
            for sentence in part.says:
                yield from (sentence, "")
            if part.rows:
                yield from (_row(part.head), _row(("---",) * len(part.head)), *map(_row, part.rows), "")


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
