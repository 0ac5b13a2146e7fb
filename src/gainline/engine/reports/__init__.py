"""Reports: the decision brief and the page that lists them, in words and figures that claim no more than is known."""

from gainline.engine.reports.brief import brief_html
from gainline.engine.reports.index import index_html
from gainline.engine.reports.quality import SourceToday, quality_html
from gainline.engine.reports.readability import grade
from gainline.engine.reports.wording import Claim

__all__ = ["Claim", "SourceToday", "brief_html", "grade", "index_html", "quality_html"]
