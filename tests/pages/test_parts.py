"""What the parts think, without a browser."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from django.http import QueryDict
from django.template import engines
from django.utils import translation

from gainline.engine.core.refusals import Refusal
from gainline.web.parts import Branch, Cell, Column, FunnelStep, Pages, Stage, State, Table, Tree
from gainline.web.parts.days import day_words, in_days
from gainline.web.parts.frame import destinations
from gainline.web.parts.stages import done_of

TODAY = date(2025, 10, 14)


def rendered(markup, **values):
    return engines["django"].from_string(compiled(markup)).render(values)


def compiled(markup):
    from django_cotton.compiler_regex import CottonCompiler

    return CottonCompiler().process(markup)


@pytest.mark.parametrize(
    ("day", "english", "spanish"),
    [
        (date(2025, 10, 14), "today", "hoy"),
        (date(2025, 10, 15), "tomorrow", "mañana"),
        (date(2025, 10, 13), "yesterday", "ayer"),
        (date(2025, 10, 26), "in 12 days", "en 12 días"),
        (date(2025, 10, 11), "3 days ago", "hace 3 días"),
    ],
)
def test_a_day_says_how_far_it_is(day, english, spanish):
    assert in_days(day, TODAY) == english
    with translation.override("es"):
        assert in_days(day, TODAY) == spanish


def test_a_day_speaks_the_pages_language():
    assert day_words(TODAY) == "Oct. 14, 2025"
    with translation.override("es"):
        assert day_words(TODAY) == "14 de octubre de 2025"


def test_a_table_refuses_a_row_that_does_not_fit():
    with pytest.raises(ValueError, match="do not fit"):
        Table("Use", (Column("School"), Column("Minutes")), (("Oak Hill",),))


def test_a_table_names_its_columns_rows_and_cells():
    table = Table("Use", (Column("School"), Column("Minutes", is_number=True)), ((Cell("<Oak>", href="/s/1"), "38"),))
    shown = rendered('<c-table :table="table" />', table=table)
    assert '<th scope="col" role="columnheader">School</th>' in shown
    assert '<a href="/s/1">&lt;Oak&gt;</a>' in shown
    assert 'data-label="Minutes" class="is-number"' in shown


def test_a_blocked_stage_says_why_and_what_helps():
    with pytest.raises(ValueError, match="blocked"):
        Stage("evidence", "Evidence", State.BLOCKED)


def test_progress_is_counted_from_the_stages():
    stages = [Stage("a", "A", State.DONE), Stage("b", "B", State.NOW), Stage("c", "C", State.LATER)]
    assert done_of(stages) == (1, 3)


def test_a_count_that_is_not_shown_has_no_bar():
    shown = rendered('<c-funnel :steps="steps" label="x" />', steps=[FunnelStep("Dosed", "too few")])
    assert "hidden-count" in shown
    assert "s-1" not in shown
    assert FunnelStep("Dosed", "1", share=0.0).percent == "1.0"


def test_pages_keep_the_rest_of_the_address_and_stay_inside_the_list():
    pages = Pages(7, total=1243, size=50, query="school=oak&page=7")
    assert (pages.start, pages.first_shown, pages.last_shown, pages.last) == (300, 301, 350, 25)
    assert QueryDict(pages.next[1:]).dict() == {"school": "oak", "page": "8"}
    assert [stop.number for stop in pages.stops if not stop.is_gap] == [1, 6, 7, 8, 25]
    assert Pages(99, total=10).current == 1
    assert (Pages(1, total=0).first_shown, Pages(1, total=0).last_shown) == (0, 0)


def test_a_driver_diagram_escapes_its_titles_and_lists_every_branch():
    root = Branch("<b>Aim</b>", "aim", (Branch("Driver", "driver", (Branch("Idea", "change", word="tried"),)),))
    tree = Tree("t", "T", root)
    assert "<b>" not in tree.drawing
    assert "&lt;b&gt;" in tree.drawing
    assert [row[0][1].says for row in tree.table.lines] == ["<b>Aim</b>", "Driver", "Idea"]
    assert "1 drivers and 1 change ideas" in tree.alt


def test_boxes_of_a_driver_diagram_do_not_overlap():
    children = tuple(Branch(f"A driver with a rather long title number {i}" * 2, "driver") for i in range(9))
    placed = [one for one in Tree("t", "T", Branch("Aim", "aim", children))._placed() if one.column == 1]
    edges = [(one.middle - one.branch.tall / 2, one.middle + one.branch.tall / 2) for one in placed]
    assert all(first[1] < second[0] for first, second in pairwise(edges))


def test_a_refusal_shows_reason_remedy_and_code():
    shown = rendered('<c-refusal :refusal="it" />', it=Refusal("EV012", "one <school>", "two schools"))
    assert "One &lt;school&gt;" in shown
    assert "Two schools." in shown
    assert "EV012" in shown


def test_a_status_is_never_color_alone():
    shown = rendered('<c-status kind="risk">At risk</c-status>')
    assert "<svg" in shown
    assert "At risk" in shown


def test_the_navigation_leads_only_where_a_page_stands():
    assert destinations("/")[0].is_current
    assert not any(one.is_current for one in destinations("/parts/"))
    assert len(destinations("/", whole=True)) == 10


def test_a_field_ties_its_hint_and_error_to_the_control():
    shown = rendered('<c-field name="size" label="Size" hint="In points" error="Say it" required="yes" />')
    assert 'aria-describedby="id_size_hint id_size-error" aria-invalid="true"' in shown
    assert 'for="id_size"' in shown


def test_the_style_guide_stands_in_the_demo_only(client, settings):
    settings.GAINLINE_IS_DEMO = False
    assert client.get("/parts/").status_code == 404
    settings.GAINLINE_IS_DEMO = True
    assert client.get("/parts/").status_code == 200


def test_a_choice_of_colors_never_leads_to_another_site(client):
    answer = client.post("/look/", {"look": "dark", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert answer.cookies["gainline-look"].value == "dark"
    assert client.post("/look/", {"look": "<script>"}).cookies["gainline-look"].value == "auto"
    assert client.post("/language/", {"language": "xx"}).cookies["gainline-language"].value == "en"
    assert client.get("/look/").status_code == 405
