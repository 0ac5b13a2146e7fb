"""An answer in a notebook: the verdict first, the figures as tables, the charts, and the way out of Gainline."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pyarrow as pa

from gainline.engine.core.errors import Missing
from gainline.engine.core.spreadsheet import csv_text
from gainline.engine.privacy import Audience
from gainline.engine.reports.picture import Picture, picture
from gainline.road.briefing import write_brief
from gainline.road.exporting import Redo, export_main_figure
from gainline.road.leaving import Leave
from gainline.road.workspace import Workspace

OFFICE = "the district's own analyst"  # who works in a notebook on the workspace itself
TABLES = (
    "estimates",
    "companions",
    "exploratory",
    "groups",
    "gaps",
    "checks",
    "balance",
    "attrition",
    "events",
    "specifications",
)
_SHOWN = ("label", "effect", "low", "high", "p", "g")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one evaluation found.

    Parameters
    ----------
    evidence
        The evidence document, as plain JSON values: everything, for a program.
    sha256
        Its digest, as the ledger holds it.
    workspace
        Where it was evaluated.
    """

    evidence: dict[str, Any]
    sha256: str
    workspace: Workspace

    @property
    def key(self) -> str:
        """The plan's key."""
        return str(self.evidence["plan"]["key"])

    @property
    def verdict(self) -> str:
        """What the registered rule says: adopt, adapt, stop, extend or not enough evidence."""
        return str(self.evidence["verdict"]["word"])

    @property
    def effect(self) -> tuple[float, float, float]:
        """The primary effect and its 95 % interval, in the outcome's unit."""
        primary = self.evidence["estimates"][0]
        return primary["effect"], primary["low"], primary["high"]

    def table(self, name: str = "estimates") -> pa.Table:
        """One part of the evidence as a tidy table: one row per estimate, group, gap or check.

        Raises
        ------
        Missing
            When the evidence has no such part.
        """
        if name not in TABLES:
            raise Missing(f"the evidence has no table {name}", f"use one of: {', '.join(TABLES)}")
        rows = [_flat(row) for row in self.evidence[name]]
        columns = list(dict.fromkeys(column for row in rows for column in row))
        return pa.table({column: [row.get(column) for row in rows] for column in columns})

    def chart(self, name: str = "effect", *, lang: str = "en") -> Picture:
        """One chart of the brief: effect, gap, groups or naive."""
        return picture(self.evidence, name, audience=Audience.ANALYST, lang=lang)

    def brief(self, *, audience: Audience = Audience.PUBLIC, language: str = "en") -> Path:
        """Write the brief and say where it lies."""
        return write_brief(self.workspace, self.key, audience=audience, language=language)

    def export(self, folder: str | Path) -> Redo:
        """Write tidy tables, the analyzed rows and a plain script that redoes the main figure without Gainline.

        Raises
        ------
        Refused
            When the design has no rows of students.
        """
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        for name in TABLES:
            if self.evidence[name]:
                table = self.table(name)
                text = csv_text([table.column_names, *(list(row.values()) for row in table.to_pylist())])
                (target / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        return export_main_figure(self.workspace, self.key, target, leave=Leave(within=OFFICE))

    def __str__(self) -> str:
        """The verdict and the primary effect, for a terminal."""
        primary, verdict = self.evidence["estimates"][0], self.evidence["verdict"]
        return (
            f"{verdict['word']}: {verdict['because']}\n"
            f"{primary['label']}: {_number(primary['effect'])} {primary['unit']} "
            f"(95% interval {_number(primary['low'])} to {_number(primary['high'])})\n"
            f"{self.evidence['rating']['label']}. {verdict['compared']}"
        )

    def _repr_html_(self) -> str:
        """What a notebook shows: verdict, registered outcomes, rating, flags raised, and what is not known."""
        verdict, rating = self.evidence["verdict"], self.evidence["rating"]
        flags = [check["says"] for check in self.evidence["checks"] if check["flag"]]
        parts = [
            f"<h3>{escape(self.evidence['plan']['title'])}: {escape(verdict['word'])}</h3>",
            f"<p>{escape(verdict['because'])} {escape(verdict['compared'])}</p>",
            _html_table(_SHOWN, [[_cell(row[name]) for name in _SHOWN] for row in self.evidence["estimates"]]),
            f"<p>{escape(rating['label'])}; {escape(rating['essa'])}</p>",
            _html_list("Speaks against it", flags),
            _html_list("What this does not show", self.evidence["limits"]),
        ]
        return "".join(parts)


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row without parts inside parts, so that any spreadsheet can hold it; formulas are kept from running."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name == "counts":
            for count in value:
                found |= {f"{count['arm']}_{part}": n for part, n in count.items() if part != "arm"}
        elif name == "choices":
            found |= {str(choice): _safe(str(chosen)) for choice, chosen in value}
        elif not isinstance(value, (list, dict)):
            found[name] = _safe(value) if isinstance(value, str) else value
    return found


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _number(value: float) -> str:
    return f"{value:+.2f}"


def _cell(value: object) -> str:
    return f"{value:+.3f}" if isinstance(value, float) else str(value)


def _html_table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _html_list(title: str, items: list[str]) -> str:
    if not items:
        return ""
    return f"<p>{escape(title)}:</p><ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"
