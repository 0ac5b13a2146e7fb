"""What sources declare about what they count: what a minute is, and whether no row says none."""

from __future__ import annotations

from gainline.engine.records.fields import Field, Retention, Sensitivity
from gainline.engine.records.table import Table


def _told(name: str, type_: str, means: str, null: str | None = None) -> Field:
    return Field(name, type_, means, Sensitivity.PUBLIC, Retention.RECORD, "not student data", null)


DECLARATIONS = Table(
    "declarations",
    "What a source declared, when its file was imported, about one amount or about the events of a tool",
    ("source", "tool", "facts", "metric"),
    (
        _told("source", "text", "Key of the profile that read the file"),
        _told("tool", "text", "Tool key"),
        _told("facts", "text", "usage or events: the table that its rows went to"),
        _told("metric", "text", "What is counted, as in `usage`", "the moments of events"),
        _told("absent_row", "text", "zero: who has no row has none of it; unknown: the source does not say"),
        _told("minute", "text", "What the vendor calls a minute of use", "not declared, or no minutes"),
    ),
)
"""One row per source, tool and amount; the latest import's word counts."""
