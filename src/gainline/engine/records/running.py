"""What is counted day by day or kept running: school attendance, and counters that a vendor never sets back."""

from __future__ import annotations

from gainline.engine.records.fields import Field, Retention, Sensitivity
from gainline.engine.records.table import Table

_STAFF, _STUDENT = Sensitivity.STAFF, Sensitivity.STUDENT
_CONTRACT, _ROSTER = Retention.CONTRACT, Retention.ROSTER


def _day(name: str, type_: str, means: str, ndpa: str, null: str | None = None) -> Field:
    return Field(name, type_, means, _STUDENT, _ROSTER, ndpa, null)


def _counted(name: str, type_: str, means: str, null: str | None = None) -> Field:
    return Field(name, type_, means, _STUDENT, _CONTRACT, "application use statistics", null)


_MATCHED = Field("matched", "flag", "True when the person was found in the roster", _STAFF, _ROSTER, "not student data")

RUNNING = (
    Table(
        "attendance",
        "Whether a student was at school, or in a section, on a day",
        ("person_key", "day", "section_id"),
        (
            _day("person_key", "integer", "Pseudonym of the person", "student identifiers"),
            _day("school_id", "text", "School", "enrollment", "school not known"),
            _day("section_id", "text", "Section", "schedule", "the school day as a whole"),
            _day("day", "date", "Day", "attendance"),
            _day("status", "text", "present, absent, late, excused, or the school's own word", "attendance"),
            _MATCHED,
        ),
    ),
    Table(
        "usage_totals",
        "What a vendor's year-to-date counter said on a day; `usage` holds what was added since the report before",
        ("person_key", "tool", "metric", "section_id", "resource", "day"),
        (
            _counted("person_key", "integer", "Pseudonym of the person"),
            _counted("tool", "text", "Tool key"),
            _counted("metric", "text", "What is counted, as in `usage`"),
            _counted("total", "number", "The counter, in the metric's unit"),
            _counted("day", "date", "Day of the report"),
            _counted("section_id", "text", "Section (OneRoster class)", "not tied to a section"),
            _counted("resource", "text", "What was used inside the tool", "the tool as a whole"),
            _MATCHED,
        ),
    ),
)
"""Their canonical tables."""
