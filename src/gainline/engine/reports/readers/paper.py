"""A letter as a tagged PDF, made without a browser and readable aloud: PDF/UA-1 (ISO 14289-1)."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Literal

import typst

from gainline.engine.reports.readers.letter import Letter

STANDARD: Literal["ua-1"] = "ua-1"


def letter_pdf(letter: Letter) -> bytes:
    """The sheet, the same bytes on every machine: only fonts that come along are used, and it carries no date."""
    template = files("gainline.engine.reports").joinpath("templates", "letter.typ").read_bytes()
    return typst.compile(
        template,
        format="pdf",
        sys_inputs={"letter": json.dumps(asdict(letter))},
        pdf_standards=STANDARD,
        ignore_system_fonts=True,
    )
