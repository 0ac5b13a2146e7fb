"""What is to be learned: frameworks of standards and skills, their statements, and how those hang together (CASE)."""

from __future__ import annotations

from gainline.engine.records.fields import Field, Retention, Sensitivity
from gainline.engine.records.table import Table


def _said(name: str, type_: str, means: str, null: str | None = None) -> Field:
    return Field(name, type_, means, Sensitivity.PUBLIC, Retention.RECORD, "not student data", null)


FRAMEWORKS = (
    Table(
        "frameworks",
        "A framework of standards, skills or competencies: CASE document",
        ("framework_id",),
        (
            _said("framework_id", "text", "CASE identifier"),
            _said("title", "text", "Title"),
            _said("creator", "text", "Who publishes it", "not given"),
            _said("status", "text", "Draft, Adopted, Deprecated, Private Draft, ...", "not given"),
            _said("language", "text", "Language code", "not given"),
            _said("uri", "text", "Where it is published", "not given"),
            _said("changed_on", "date", "Day of the last change", "not given"),
        ),
    ),
    Table(
        "framework_items",
        "One statement of a framework: CASE item",
        ("item_id",),
        (
            _said("item_id", "text", "CASE identifier; OneRoster's learning objectives name it after urn:uuid:"),
            _said("framework_id", "text", "Framework that it belongs to"),
            _said("statement", "text", "The statement in full"),
            _said("short_statement", "text", "The statement in short", "not given"),
            _said("code", "text", "Code that people know it by", "not given"),
            _said("kind", "text", "Cluster, Standard, ...", "not given"),
            _said("grades", "text", "Grades, comma-separated CEDS codes", "not given"),
            _said("language", "text", "Language code", "not given"),
            _said("place", "text", "Number in its list, as printed", "not given"),
            _said("notes", "text", "Notes of its publisher", "not given"),
            _said("uri", "text", "Where it is published", "not given"),
            _said("changed_on", "date", "Day of the last change", "not given"),
        ),
    ),
    Table(
        "framework_links",
        "How two statements hang together: CASE association",
        ("link_id",),
        (
            _said("link_id", "text", "CASE identifier"),
            _said("framework_id", "text", "Framework that says so"),
            _said("kind", "text", "isChildOf, isPeerOf, isPartOf, exactMatchOf, precedes, isRelatedTo, ..."),
            _said("from_id", "text", "Statement or framework that it starts from"),
            _said("to_id", "text", "Statement or framework that it leads to, perhaps in another framework"),
            _said("position", "integer", "Place among those with the same target", "not given"),
            _said("changed_on", "date", "Day of the last change", "not given"),
        ),
    ),
)
