"""The roadmap on one page: by phase and by school, what drives its end, who carries it, and what it costs."""

from gainline.engine.reports.roadmap.page import roadmap_html, roadmap_parts, roadmap_pdf

__all__ = ["roadmap_html", "roadmap_parts", "roadmap_pdf"]
