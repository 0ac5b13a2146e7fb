"""Charts: valid Vega-Lite, colors that follow the page, nothing that leaves the picture."""

from __future__ import annotations

import re

import altair as alt
import pytest

from gainline.engine.reports.charts import (
    EffectDrawing,
    Landmark,
    Line,
    Row,
    RowsDrawing,
    SlopeDrawing,
    effect_svg,
    marks,
    rows_svg,
    slope_svg,
    theme,
)

EFFECT = EffectDrawing(
    effect=4.6,
    inner=(3.9, 5.3),
    outer=(2.6, 6.6),
    worth_from=3.0,
    landmarks=(
        Landmark(0.0, "no difference", "zero"),
        Landmark(3.0, "worth having", "worth"),
        Landmark(6.0, "predicted", "predicted"),
    ),
    headline="+4.6 points",
    detail="95%: +2.6 to +6.6",
    axis="points",
    axis_g="g",
    sd=21.9,
)
ROWS = RowsDrawing(
    (
        Row("Below level", "231 with", 0.9, -1.9, 3.7, heading="Start"),
        Row("English learners", "few", None, missing="too few to say"),
        Row("Fall score", "", 0.04, other=0.38),
    ),
    "points",
    (Line(0.0, "no difference"), Line(0.2, "everybody")),
)
SLOPE = SlopeDrawing(-24.1, -29.0, -22.8, "24.1 behind", "29.0 with", "22.8 without", "Before", "After", "no gap")
DRAWN = {"effect": lambda w: effect_svg(EFFECT, width=w, name="e"), "rows": lambda w: rows_svg(ROWS, width=w, name="r")}


@pytest.mark.parametrize("kind", DRAWN)
@pytest.mark.parametrize("width", [300, 660])
def test_a_chart_is_as_wide_as_asked_and_takes_its_colors_from_the_page(kind, width):
    drawn = DRAWN[kind](width)
    assert f'width="{width}"' in drawn
    assert "var(--accent)" in drawn
    assert not re.search(r'(?:fill|stroke)="#', drawn)


def test_a_row_without_an_effect_is_hatched_and_not_left_out():
    drawn = rows_svg(ROWS, width=660, name="r")
    assert 'fill="url(#hatch-r)"' in drawn
    assert "too few to say" in drawn


def test_rows_without_any_effect_have_no_axis():
    few = RowsDrawing((Row("English learners", "", None, missing="too few to say"),), "points")
    assert ">points<" not in rows_svg(few, width=300, name="r")


def test_a_slope_without_a_start_is_drawn_without_lines():
    ends = SlopeDrawing(None, -29.0, -22.8, "", "29.0 with", "22.8 without", "Before", "After", "no gap")
    assert len(slope_svg(ends, width=320, name="s")) < len(slope_svg(SLOPE, width=320, name="s"))


def test_text_of_a_label_is_escaped():
    drawn = rows_svg(RowsDrawing((Row("<b>&", "", 1.0, 0.0, 2.0),), "x"), width=300, name="r")
    assert "<b>" not in drawn
    assert "&lt;b&gt;&amp;" in drawn


def test_what_we_draw_is_valid_by_altairs_schema(monkeypatch):
    seen = []
    monkeypatch.setattr(theme.vlc, "vegalite_to_svg", lambda made, **_: seen.append(made) or "<svg ></svg>")
    effect_svg(EFFECT, width=660, name="e")
    rows_svg(ROWS, width=300, name="r")
    slope_svg(SLOPE, width=320, name="s")
    assert len(seen) == 3
    for made in seen:
        assert alt.LayerChart.from_dict(made, validate=True)


def test_labels_that_would_overlap_get_rows_of_their_own():
    assert marks.stagger([(0, 50), (40, 90), (60, 80)]) == [0, 1, 0]


def test_a_long_label_is_cut_at_two_lines():
    assert len(marks.wrap("a very long label that goes on and on and would never fit", 20)) == 2
