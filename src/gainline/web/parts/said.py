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


def said_of(error: GainlineError) -> Said:
    """An error's reason without its code, the remedy, and the code."""
    code, _space, rest = error.says.partition(" ")
    has_code = code.rstrip(":")[2:].isdigit()
    return Said(rest if has_code else error.says, error.remedy or "", code.rstrip(":") if has_code else "")


def sentence(text: str) -> str:
    """Words as a sentence."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def in_sentences(error: GainlineError) -> str:
    """Reason and remedy as two sentences, for a form; the code for looking it up comes last."""
    said = said_of(error)
    code = f"({said.code})" if said.code else ""
    return " ".join(part for part in (sentence(said.because), sentence(said.remedy), code) if part)
