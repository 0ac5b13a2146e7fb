"""Refusals: the engine's answer where no honest answer exists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """No honest answer exists; says so instead of giving a neutral number.

    Parameters
    ----------
    code
        Stable code such as ``EV012``; each has a heading in ``docs/reference/codes.md``.
    because
        The reason, in one plain sentence.
    remedy
        What would make an answer possible.
    """

    code: str
    because: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.code} refused: {self.because} -> {self.remedy}"
