"""From values to a page: the one Jinja environment, autoescape on."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("gainline.engine.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["drawing"] = _drawing
    return made


def _drawing(svg: str) -> Markup:
    """An SVG of ours as markup; its texts were escaped when it was drawn."""
    return Markup(svg)  # noqa: S704


def page(template: str, **values: Any) -> str:  # noqa: ANN401 - whatever the template shows
    """The page that a template makes of the values."""
    return _environment().get_template(template).render(**values)
