"""Notes that travel: what people pinned to a day or a figure, carried into the figure itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gainline.engine.reports import numbers
from gainline.engine.reports.figures import Figure
from gainline.engine.reports.words import Words


@dataclass(frozen=True, slots=True)
class Pinned:
    """A note that travels with what it explains; its day (ISO) and the figure it hangs on may be empty."""

    says: str
    on: str = ""
    figure: str = ""


def with_notes(figures: Iterable[Figure], notes: Sequence[Pinned], words: Words) -> list[Figure]:
    """The figures, each with the notes that hang on it in its margin."""
    return [replace(one, notes=(*one.notes, *notes_on(one.name, notes, words))) for one in figures]


def notes_on(figure: str, notes: Sequence[Pinned], words: Words) -> tuple[str, ...]:
    """The notes that hang on a figure, as they stand in its margin."""
    return tuple(sentence(note, words) for note in notes if note.figure == figure)


def elsewhere(figures: Iterable[Figure], notes: Sequence[Pinned], words: Words) -> tuple[str, ...]:
    """The notes that hang on none of these figures: on a day, or on a figure that is not shown here."""
    shown = {one.name for one in figures}
    return tuple(sentence(note, words) for note in notes if note.figure not in shown)


def sentence(note: Pinned, words: Words) -> str:
    """A note in one line, its day first."""
    if not note.on:
        return note.says
    return f"{numbers.day(note.on, words.lang)}: {note.says}"
