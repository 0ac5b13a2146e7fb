"""Every pair of colors that touch has the contrast that WCAG 2.2 asks for, in both lights; the briefs share them."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

CSS = files("gainline.web").joinpath("static/gainline/gainline.css").read_text("utf-8")
BRIEF = files("gainline.engine.reports").joinpath("templates/page.css").read_text("utf-8")
PAIRS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", CSS)
}
GROUNDS = ("paper", "raised")
TEXT = [
    *((front, ground) for ground in GROUNDS for front in ("ink", "muted", "accent", "deep", "watch", "risk")),
    *((front, "faint") for front in ("ink", "muted", "accent")),
    *((front, "tint") for front in ("ink", "muted", "accent")),
    ("watch", "watch-tint"),
    ("risk", "risk-tint"),
    ("on-accent", "accent"),
    ("on-accent", "deep"),
]
MARKS = [
    *((mark, ground) for ground in GROUNDS for mark in ("usual", "focus", "group-1", "group-2", "group-3", "group-4")),
    ("accent", "hairline"),  # a bar of progress on its track
    ("usual", "faint"),
]


def luminance(color):
    """WCAG relative luminance."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """WCAG contrast ratio."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_the_ratio_is_the_one_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the known near miss of WCAG's examples


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground"), TEXT)
def test_text_has_four_and_a_half_to_one(front, ground, mode):
    assert contrast(PAIRS[front][mode], PAIRS[ground][mode]) >= 4.5


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground"), MARKS)
def test_marks_have_three_to_one(front, ground, mode):
    assert contrast(PAIRS[front][mode], PAIRS[ground][mode]) >= 3.0


def test_every_color_is_in_a_pair_that_is_checked_or_only_separates():
    checked = {name for pair in (*TEXT, *MARKS) for name in pair}
    assert set(PAIRS) - checked == set()


def test_no_color_stands_outside_the_tokens():
    rules = CSS[CSS.index("*, *::before") :]
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", rules)) <= {"#fff"}  # paper in print


def test_the_briefs_and_the_site_are_one_family():
    light, dark = BRIEF.split("@media screen", 2)[:2]
    theirs = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in (light, dark)]
    for name in theirs[0]:
        assert (theirs[0][name], theirs[1].get(name, theirs[0][name])) == PAIRS[name], name
    for token in ("--sans", "--serif", "--small", "--lead", "--large", "--huge"):
        ours, brief = (re.search(rf"{token}: ([^;]+);", sheet)[1] for sheet in (CSS, BRIEF))
        assert ours == brief, token
