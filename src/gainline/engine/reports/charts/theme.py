"""The one theme of every chart, and the way from a Vega-Lite specification to an SVG that lives inside a page.

Colors are drawn as fixed hex values that stand for a page's CSS variables; on the way out they become ``var(--name)``,
so that dark mode and print need no second drawing.
"""

from __future__ import annotations

import re
from typing import Any

import vl_convert as vlc

VEGA_LITE = "6.4"
INK = "#1d2129"
MUTED = "#5a606b"
HAIRLINE = "#d9d5cc"
PAPER = "#fbfaf7"
ACCENT = "#0b6e6e"
TINT = "#e1eeec"  # of the accent: where an effect is worth having
USUAL = "#767b85"  # the comparison
WATCH = "#b25d00"
FAINT = "#efece5"
HATCH = "#fefe01"  # never seen: replaced by a hatched pattern
VARIABLES = {
    INK: "ink",
    MUTED: "muted",
    HAIRLINE: "hairline",
    PAPER: "paper",
    ACCENT: "accent",
    TINT: "tint",
    USUAL: "usual",
    WATCH: "watch",
    FAINT: "faint",
}
_FIXED = {f"var(--{variable})": color for color, variable in VARIABLES.items()}
FONT = "ui-sans-serif, system-ui, sans-serif"
SIZE = 13  # px, at the size that the chart is drawn

_PATTERN = (
    '<defs><pattern id="{id}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" fill="var(--faint)"/><line x1="0" y1="0" x2="0" y2="6" stroke="var(--usual)" '
    'stroke-width="1.5"/></pattern></defs>'
)


def config() -> dict[str, Any]:
    """The Vega-Lite configuration that every chart shares."""
    axis = {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": SIZE,
        "titleFontSize": SIZE,
        "titleFontWeight": "normal",
        "labelFont": FONT,
        "titleFont": FONT,
        "domainColor": INK,
        "tickColor": USUAL,
        "grid": False,
        "tickSize": 4,
        "labelFlush": False,
    }
    return {
        "background": "transparent",
        "font": FONT,
        "view": {"stroke": None},
        "axis": axis,
        "text": {"fontSize": SIZE, "color": INK, "font": FONT},
        "autosize": {"type": "none"},
    }


def specification(layers: list[dict[str, Any]], *, width: int, height: int, padding: dict[str, int]) -> dict[str, Any]:
    """The layers as one Vega-Lite specification under our theme; layers keep axes of their own."""
    return {
        "$schema": f"https://vega.github.io/schema/vega-lite/v{VEGA_LITE.split('.')[0]}.json",
        "width": width,
        "height": height,
        "padding": padding,
        "layer": layers,
        "resolve": {"axis": {"x": "independent"}},
        "config": config(),
    }


def svg(layers: list[dict[str, Any]], *, width: int, height: int, padding: dict[str, int], name: str) -> str:
    """The chart as an SVG element for a page; its text alternative belongs to the element around it.

    Parameters
    ----------
    width, height
        Of the plotting area, px; the padding around it holds axes and labels.
    name
        Unique on the page: the hatched pattern takes its id from it.
    """
    made = specification(layers, width=width, height=height, padding=padding)
    return _as_page_part(vlc.vegalite_to_svg(made, vl_version=VEGA_LITE), name)


def on_paper(drawn: str) -> str:
    """A drawing by itself, with the page's colors fixed: without its style sheet a variable is no color at all."""
    return re.sub(r"var\(--[a-z]+\)", lambda found: _FIXED[found[0]], drawn)


def _as_page_part(drawn: str, name: str) -> str:
    """Colors to variables, noise away, hatching in."""
    for color, variable in VARIABLES.items():
        drawn = drawn.replace(f'"{color}"', f'"var(--{variable})"')
    pattern = f"hatch-{name}"
    if HATCH in drawn:
        drawn = drawn.replace(f'"{HATCH}"', f'"url(#{pattern})"')
        drawn = drawn.replace(">", f">{_PATTERN.format(id=pattern)}", 1)
    drawn = re.sub(r' (?:aria-[a-z]+|role|class|pointer-events|xmlns:xlink)="[^"]*"', "", drawn)
    return drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
