"""A dated roadmap looked at: what drives its end, what moved, who carries it, what it costs."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from gainline.engine.reports.roadmap import roadmap_html, roadmap_pdf
from gainline.engine.roadmap import Dates, Effort, check_plan, plan_dates, read_roadmap
from gainline.engine.roadmap.reviewing import bookings, changes, driving_chain, owner_loads, slack, spending

HOW_TO = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "plan-a-roadmap.md"
FENCE = re.search(r"```toml\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), flags=re.DOTALL)
TEXT = textwrap.dedent("   " + FENCE[1].lstrip())
CODES_OF_PLACE = {"RM031", "RM032", "RM033", "RM037", "RM038"}


@pytest.fixture(scope="module")
def planned():
    roadmap, _ = read_roadmap(TEXT, file="roadmap.toml")
    return roadmap, dict(plan_dates(roadmap, Effort(work=0.1)).dates)


def later(roadmap, dates: Dates, weeks: int, length: int) -> Dates:
    mondays = roadmap.calendar.mondays
    start = mondays.index(dates.start) + weeks
    return Dates(mondays[start], mondays[start + length - 1] + timedelta(days=4))


def test_the_chain_leads_to_the_step_that_ends_last_and_cannot_slip(planned):
    roadmap, dates = planned
    chain = driving_chain(roadmap, dates)
    assert chain[-1].activity.key == "reading.decide"
    assert chain[-1].slack == 0
    assert chain[-1].dates.finish == max(one.finish for one in dates.values())
    assert all(one.dates.start <= other.dates.start for one, other in pairwise(chain))
    assert chain[0].activity.key.startswith(("reading.train", "reading.agreement"))


def test_a_step_may_slip_as_far_as_it_is_told_and_no_further(planned):
    """The independent checker agrees: with its slack used up all rules of place hold, one week more breaks one."""
    roadmap, dates = planned
    room = slack(roadmap, dates)
    assert min(room.values()) == 0
    end = max(one.finish for one in dates.values())
    window = next(one for one in roadmap.activities if one.key == "reading.evaluate@ash")
    for weeks, holds in ((room[window.key], True), (room[window.key] + 1, False)):
        moved = later(roadmap, dates[window.key], weeks, window.weeks)
        broken = {issue.code for issue in check_plan(roadmap, dates | {window.key: moved})}
        assert (not broken & CODES_OF_PLACE and moved.finish <= end) is holds


def test_only_what_moved_is_told_and_what_faces_people_comes_first(planned):
    roadmap, dates = planned
    week = timedelta(weeks=1)
    before = {
        key: Dates(one.start - week, one.finish - week) if key in {"reading.live@ash", "reading.agreement"} else one
        for key, one in dates.items()
    }
    before["reading.gone"] = dates["reading.decide"]
    del before["reading.decide"]
    found = changes(roadmap, before, dates)
    assert [one.key for one in found] == ["reading.live@ash", "reading.decide", "reading.agreement", "reading.gone"]
    assert [one.faces_people for one in found] == [True, True, False, False]
    assert [one.weeks for one in found] == [1, 0, 1, 0]
    assert changes(roadmap, dates, dates) == []


def test_bookings_add_up_to_the_weeks_that_the_steps_need(planned):
    roadmap, dates = planned
    (coaches,) = bookings(roadmap, dates)
    assert sum(coaches.booked) == sum(one.weeks * amount for one in roadmap.activities for _, amount in one.needs)
    assert all(booked <= there for booked, there in zip(coaches.booked, coaches.at_hand, strict=True))
    full = [booked == there for booked, there in zip(coaches.booked, coaches.at_hand, strict=True)]
    assert coaches.full_weeks == sum(full) > 0


def test_owners_carry_all_steps_together(planned):
    roadmap, dates = planned
    named = replace(roadmap, activities=tuple(replace(one, owner=one.kind.value) for one in roadmap.activities))
    loads = owner_loads(named, dates)
    assert sum(one.steps for one in loads) == len(roadmap.activities)
    assert next(one for one in loads if one.owner == "evaluation").at_once == 4
    assert next(one for one in loads if one.owner == "decision").weeks == 1


def test_spending_is_planned_beside_the_budget_of_its_year(planned):
    roadmap, dates = planned
    (one,) = spending(roadmap, dates)
    assert (one.source, one.fiscal_year, one.planned, one.budget) == ("title-iv", 2027, 32_000, 40_000)


def test_a_roadmap_without_aims_money_or_go_lives_still_has_a_page():
    text = """format = "gainline-roadmap/1"
name = "Office <only> & quiet"
start = 2026-07-06
end = 2026-12-18
calendar = { terms = [{ start = 2026-08-24, end = 2026-12-18 }] }
schools = [{ key = "oak" }]
initiatives = [{ key = "office", title = "Office" }]
activities = [{ key = "tell", initiative = "office", kind = "communication" }]
"""
    roadmap, _ = read_roadmap(text, file="roadmap.toml")
    page = roadmap_html(roadmap, plan_dates(roadmap, Effort(work=0.05)).dates, as_of=date(2026, 7, 1))
    assert "Office &lt;only&gt; &amp; quiet" in page
    assert "1 steps, done on" in page
    assert "What changed is not known" in page
    assert "$0 is planned, and no budget limits it" in page
    assert "<script" not in page


def test_the_sheet_is_a_tagged_pdf_of_one_page_and_the_same_again(planned):
    roadmap, dates = planned
    sheet = roadmap_pdf(roadmap, dates, dates, as_of=date(2026, 7, 1))
    assert sheet.startswith(b"%PDF-1.7")
    assert len(re.findall(rb"/Type\s*/Page[^s]", sheet)) == 1
    assert b"pdfuaid" in sheet  # says of itself that it is PDF/UA; the compiler refuses drawings without words
    assert roadmap_pdf(roadmap, dates, dates, as_of=date(2026, 7, 1)) == sheet


def test_the_page_says_what_is_found_and_shows_every_step_in_its_table(planned):
    roadmap, dates = planned
    page = roadmap_html(roadmap, dates, dates, as_of=date(2026, 7, 1))
    assert "A reading tool in every elementary school is in 4 schools by" in page
    assert "Nothing moved since the last review" in page
    assert "4 of 4 evaluation windows hold a test" in page
    assert "Coaches are fully booked in" in page
    assert "$32,000 of $40,000 is planned" in page
    for step in ("agreement", "train", "live", "coach", "evaluate", "decide"):
        assert f'<th scope="row">{step}' in page
    assert page.count('role="img"') == page.count("</desc>") == 7
    assert roadmap_html(roadmap, dates, dates, as_of=date(2026, 7, 1)) == page
