"""One chart by itself, for a notebook or a slide: the same drawing as in the brief, with its words around it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from gainline.engine.core.errors import Missing
from gainline.engine.privacy import Audience, Policy
from gainline.engine.reports.charts.theme import on_paper
from gainline.engine.reports.facts import facts
from gainline.engine.reports.figures import Figure, figures
from gainline.engine.reports.words import words


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart that stands alone: the finding as its title, the drawing, the sentence and the table."""

    name: str
    title: str
    svg: str
    alt: str
    sentence: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return (
            f"<figure><figcaption><strong>{escape(self.title)}</strong></figcaption>"
            f'<div role="img" aria-label="{escape(self.alt, quote=True)}">{self.svg}</div>'
            f"<p>{escape(self.sentence)}</p></figure>"
        )


def picture(evidence: dict[str, Any], name: str, *, audience: Audience = Audience.PUBLIC, lang: str = "en") -> Picture:
    """The chart of that name out of an evidence document, drawn for a wide page in fixed colors.

    Raises
    ------
    Missing
        RP004 when the evidence has no such chart; the message names those that it has.
    """
    told = figures(facts(evidence, audience=audience, policy=Policy(), words=words(lang)))
    found = next((figure for figure in told if figure.name == name), None)
    if found is None:
        known = ", ".join(figure.name for figure in told)
        raise Missing(f"RP004: this evidence has no chart named {name}", f"use one of: {known}")
    return _alone(found)


def _alone(figure: Figure) -> Picture:
    table = figure.table
    svg = on_paper(figure.drawings[0][1])
    return Picture(figure.name, figure.title, svg, figure.alt, figure.sentence, table.head, table.rows)
