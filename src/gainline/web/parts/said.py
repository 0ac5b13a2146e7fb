"""What an error says, in sentences for a page."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gainline.engine.core.errors import GainlineError

_NAME = re.compile(r"[_./=\d]\w|^--")


@dataclass(frozen=True, slots=True)
class Said:
    """A refusal as a page shows it beside what it is about."""

    because: str
    remedy: str
    code: str

    @property
    def sentences(self) -> str:
        """Reason and remedy as two sentences; the code for looking it up comes last."""
        code = f"({self.code})" if self.code else ""
        return " ".join(part for part in (sentence(self.because), sentence(self.remedy), code) if part)


def said_of(error: GainlineError) -> Said:
    """An error's reason without its code, the remedy, and the code."""
    return Said(error.because, error.remedy, error.code)


def sentence(text: str) -> str:
    """Words as a sentence; a name of a file, field or program that comes first stays as it is written.

    Examples
    --------
    >>> sentence("a row has no date"), sentence("usage.csv has no date")
    ('A row has no date.', 'usage.csv has no date.')
    """
    if not text:
        return ""
    first, whole = text.split(maxsplit=1)[0], text.rstrip(".")
    begun = whole if _NAME.search(first) else f"{whole[:1].upper()}{whole[1:]}"
    return begun if begun.endswith(("?", "!", "…")) else f"{begun}."


def in_sentences(error: GainlineError) -> str:
    """What an error says as `Said.sentences`, for a form or a message."""
    return said_of(error).sentences
