"""A letter as a tagged PDF, made without a browser and readable aloud: PDF/UA-1 (ISO 14289-1)."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Any, Literal

import typst

from gainline.engine.reports.charts.theme import on_paper
from gainline.engine.reports.readers.letter import Letter, Part

STANDARD: Literal["ua-1"] = "ua-1"


def letter_pdf(letter: Letter) -> bytes:
    """The sheet, the same bytes on every machine: only fonts that come along are used, and it carries no date."""
    template = files("gainline.engine.reports").joinpath("templates", "letter.typ").read_bytes()
    return typst.compile(
        template,
        format="pdf",
        sys_inputs={"letter": json.dumps(asdict(letter) | {"parts": [_part(one) for one in letter.parts]})},
        pdf_standards=STANDARD,
        ignore_system_fonts=True,
    )


def _part(part: Part) -> dict[str, Any]:
    """A part with its chart in fixed colors: the wide drawing, or the panels that stand side by side."""
    figure = part.figure
    drawn = [svg for kind, svg in figure.drawings if kind != "narrow"] if figure else []
    return asdict(part) | {
        "figure": None,
        "drawings": [on_paper(svg) for svg in drawn],
        "alt": figure.alt if figure else "",
    }
