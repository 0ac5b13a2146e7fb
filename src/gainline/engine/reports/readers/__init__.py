"""Readers: one evaluation told to a board, to teachers, to families or to analysts; the same numbers, four voices."""

from gainline.engine.reports.pinned import Pinned
from gainline.engine.reports.readers.letter import Letter, Part
from gainline.engine.reports.readers.pages import letter_html
from gainline.engine.reports.readers.paper import letter_pdf
from gainline.engine.reports.readers.telling import Decided, Reader, Sending, letter

__all__ = ["Decided", "Letter", "Part", "Pinned", "Reader", "Sending", "letter", "letter_html", "letter_pdf"]
