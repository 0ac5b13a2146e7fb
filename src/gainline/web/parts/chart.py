"""A chart with everything that must stand around it, out of the same figures as the briefs."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from gainline.engine.reports.figures import Figure
from gainline.web.parts.table import Table, plain_table

PANEL = "panel"


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG of ours, and where it shows: ``wide``, ``narrow``, ``panel`` (beside others) or empty (everywhere)."""

    kind: str
    svg: str

    @property
    def markup(self) -> SafeString:
        """The SVG as it goes into the page; its texts were escaped when it was drawn.

        The content security policy of the site refuses ``style`` attributes, so none may be in it.
        """
        return mark_safe(self.svg)  # noqa: S308 - drawn by our own charts, never by a visitor


@dataclass(frozen=True, slots=True)
class Chart:
    """The finding as a title, who and when beneath, drawings with their text, the sentence, the table and the source.

    ``csv`` is the address of the same table as a file; empty where there is none.
    """

    name: str
    title: str
    subtitle: str
    drawings: tuple[Drawing, ...]
    alt: str
    sentence: str
    table: Table
    source: str = ""
    notes: tuple[str, ...] = ()
    csv: str = ""

    @property
    def has_panels(self) -> bool:
        """Whether the drawings stand side by side as one picture."""
        return bool(self.drawings) and self.drawings[0].kind == PANEL


def chart_of(figure: Figure, *, csv: str = "") -> Chart:
    """A brief's figure as a chart of the site."""
    table = plain_table(figure.table.caption or figure.title, figure.table.head, figure.table.rows)
    return Chart(
        name=figure.name,
        title=figure.title,
        subtitle=figure.subtitle,
        drawings=tuple(Drawing(kind, svg) for kind, svg in figure.drawings),
        alt=figure.alt,
        sentence=figure.sentence,
        table=table,
        source=figure.source,
        notes=figure.notes,
        csv=csv,
    )
