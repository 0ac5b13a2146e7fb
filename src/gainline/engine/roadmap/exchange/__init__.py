"""Roadmaps in other people's formats: MS Project XML, tables, calendars, and plans that come from elsewhere."""

from gainline.engine.roadmap.exchange.adopting import roadmap_text
from gainline.engine.roadmap.exchange.calendar_in import calendar_text, read_calendar
from gainline.engine.roadmap.exchange.feeds import feeds
from gainline.engine.roadmap.exchange.outline import Outline, outline_of
from gainline.engine.roadmap.exchange.project_in import read_project
from gainline.engine.roadmap.exchange.project_out import project_xml
from gainline.engine.roadmap.exchange.table_in import read_table
from gainline.engine.roadmap.exchange.table_out import table_csv, table_xlsx

__all__ = [
    "Outline",
    "calendar_text",
    "feeds",
    "outline_of",
    "project_xml",
    "read_calendar",
    "read_project",
    "read_table",
    "roadmap_text",
    "table_csv",
    "table_xlsx",
]
