"""Canonical records: each table and field declared once, with unit, sensitivity and retention."""

from gainline.engine.records.fields import Field, Retention, Sensitivity
from gainline.engine.records.table import Table
from gainline.engine.records.tables import TABLES, arrow_schema, empty_table

__all__ = ["TABLES", "Field", "Retention", "Sensitivity", "Table", "arrow_schema", "empty_table"]
