"""A letter as one page of HTML: no script, no request to anywhere, ready to print."""

from __future__ import annotations

from gainline.engine.reports.readers.letter import Letter
from gainline.engine.reports.render import page
from gainline.engine.reports.words import words


def letter_html(letter: Letter) -> str:
    """The page."""
    return page("letter.html", letter=letter, t=words(letter.lang))
