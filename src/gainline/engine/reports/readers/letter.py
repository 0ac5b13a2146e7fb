"""A letter: what stands in a reader's brief, before it becomes a page or a sheet of paper."""

from __future__ import annotations

from dataclasses import dataclass

from gainline.engine.reports.figures import Figure, Table


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with paragraphs, points, at most one chart and one table; empty ones are left out.

    ``notes`` are what people pinned to the chart.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    table: Table | None = None
    figure: Figure | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole brief in words, every count of people through the exit already.

    Parameters
    ----------
    lang
        The language of its own sentences; what the plan says stays in the plan's.
    kicker, title, standfirst
        For whom, the finding, and the finding's sentence.
    parts
        In reading order.
    source
        Snapshot, registration and what was left out.
    warning
        For exact figures: that they are not for passing on.
    answer
        Title, sentence, link's words and address of the way back; the address may be empty.
    """

    lang: str
    district: str
    kicker: str
    title: str
    standfirst: str
    parts: tuple[Part, ...]
    source: str
    warning: str = ""
    answer: tuple[str, str, str, str] = ("", "", "", "")

    @property
    def text(self) -> str:
        """Its running text, for the count of how hard it is to read; tables are not running text."""
        told = [self.standfirst]
        for part in self.parts:
            told += [*part.paragraphs, *part.points, *part.notes]
        return " ".join(filter(None, told))
