"""Papers of the engine on a page: their sections with our own tables."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import get_language

from gainline.engine.reports.accountability import Paper
from gainline.engine.reports.words import LANGUAGES
from gainline.web.parts.table import Table, plain_table

FORMS = {"html": "text/html", "csv": "text/csv", "markdown": "text/markdown"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One section: its key and title, its sentences, and its table where it has rows."""

    key: str
    title: str
    says: tuple[str, ...]
    table: Table | None


def language() -> str:
    """The language of the page, where the engine speaks it, too; else English."""
    own = (get_language() or "en").split("-")[0]
    return own if own in LANGUAGES else "en"


def shown(paper: Paper) -> list[Shown]:
    """The sections of a paper as a page shows them."""
    return [
        Shown(part.key, part.title, part.says, plain_table(part.title, part.head, part.rows) if part.rows else None)
        for part in paper.sections
    ]


def as_file(paper: Paper, form: str, *, name: str) -> HttpResponse | None:
    """A paper as a file of a form; None where the form is none that we write."""
    if form not in FORMS:
        return None
    texts = {"html": paper.html, "csv": paper.csv, "markdown": paper.markdown}
    answer = HttpResponse(texts[form](), content_type=f"{FORMS[form]}; charset=utf-8")
    ending = "md" if form == "markdown" else form
    answer["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return answer
