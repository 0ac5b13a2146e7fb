"""A document that people write as text: checked by line, and kept once they say so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from gainline.engine.core.errors import GainlineError
from gainline.engine.core.issues import Issue
from gainline.web.parts.said import in_sentences

MOST_ISSUES = 60


@dataclass(frozen=True, slots=True)
class Edited:
    """A text as its editor shows it.

    Parameters
    ----------
    issues
        What is wrong with it, by line.
    fault
        Why it was not kept, in sentences; empty where nobody asked, or it was.
    is_checked
        Whether somebody asked what is wrong.
    """

    text: str
    issues: Sequence[Issue] = ()
    fault: str = ""
    is_checked: bool = False

    @property
    def first(self) -> Sequence[Issue]:
        """As many issues as somebody can mend at a time."""
        return self.issues[:MOST_ISSUES]

    @property
    def more(self) -> int:
        """How many issues come after those."""
        return max(0, len(self.issues) - MOST_ISSUES)


def text_of(sent: str) -> str:
    """A text from a form, with the line ends that we keep."""
    return sent.replace("\r\n", "\n")


def edited(
    request: HttpRequest, *, check: Callable[[str], Sequence[Issue]], save: Callable[[str], None]
) -> Edited | None:
    """What the editor shows of the text that a form sent; None once it is kept."""
    text = text_of(request.POST.get("text", ""))
    if request.POST.get("do") == "check":
        return Edited(text, check(text), is_checked=True)
    try:
        save(text)
    except GainlineError as error:
        return Edited(text, check(text), in_sentences(error))
    return None
