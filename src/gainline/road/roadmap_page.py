"""The roadmap's page as files: HTML for people, PDF for the board's folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from gainline.engine.reports.roadmap import roadmap_html, roadmap_pdf
from gainline.road.plan_files import Dated, saved_dates


def write_page(plan: Dated, path: Path, *, as_of: date, before: Path | None = None) -> Path:
    """Write the one-page report of a dated roadmap, as a PDF where the file is named so, else as HTML.

    Parameters
    ----------
    as_of
        The day that the page carries.
    before
        Saved dates of the last review, to say what changed since.

    Raises
    ------
    Missing
        When the saved dates are not there.
    UserFixable
        When they hold no dates.
    """
    earlier = saved_dates(before) if before else None
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".pdf":
        path.write_bytes(roadmap_pdf(plan.roadmap, plan.dates, earlier, as_of=as_of))
    else:
        path.write_text(roadmap_html(plan.roadmap, plan.dates, earlier, as_of=as_of), encoding="utf-8")
    return path
