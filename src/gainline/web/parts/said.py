"""What an error says, in sentences for a page."""

from __future__ import annotations

from dataclasses import dataclass

from gainline.engine.core.errors import GainlineError


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
    """Words as a sentence."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def in_sentences(error: GainlineError) -> str:
    """What an error says as `Said.sentences`, for a form or a message."""
    return said_of(error).sentences
