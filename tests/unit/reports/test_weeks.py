"""Use over the weeks: what is not shown leaves the line open, and notes stand on their days."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import sample_evidence

from gainline.engine.reports.brief import brief_html
from gainline.engine.reports.over_weeks import Week, weeks_figure
from gainline.engine.reports.pinned import Pinned
from gainline.engine.reports.readers import Reader, Sending, letter, letter_html, letter_pdf
from gainline.engine.reports.words import words

START = date(2026, 1, 5)
VALUES = (120.0, 150.0, None, 90.0, 140.0)
WEEKS = [Week(START + timedelta(7 * n), v, "students", "120" if v else "") for n, v in enumerate(VALUES)]


def figure(notes=(), lang="en", weeks=WEEKS):
    return weeks_figure(weeks, label="Students who used it", subtitle="Lumen", notes=notes, words=words(lang))


def lines(svg: str) -> int:
    return len(re.findall(r'<path [^>]*stroke="var\(--accent\)"[^>]*stroke-width="2.5"', svg))


def test_the_title_says_where_it_began_and_where_it_stands():
    assert figure().title == "120 students in the first week with a number, 140 students in the last of 4"
    assert "semana" in figure(lang="es").title


def test_a_week_that_is_not_shown_is_a_dash_in_the_table_and_a_gap_in_the_line():
    assert figure().table.rows[2][1] == "–"
    whole = [Week(week.starts, week.value or 130.0) for week in WEEKS]
    broken = [lines(svg) for _, svg in figure().drawings]
    assert broken == [lines(svg) + 1 for _, svg in figure(weeks=whole).drawings] == [2, 2]


def test_notes_on_days_are_numbered_in_order_and_drawn():
    notes = (Pinned("Snow", "2026-01-26"), Pinned("Outage", "2026-01-14"), Pinned("Before it began", "2025-10-01"))
    made = figure(notes)
    assert made.notes == ("1 · January 14, 2026: Outage", "2 · January 26, 2026: Snow")
    assert all(f">{number}</text>" in svg for number in (1, 2) for _, svg in made.drawings)


def test_a_note_on_the_last_day_of_the_last_week_still_counts():
    assert len(figure((Pinned("Last", "2026-02-08"), Pinned("Too late", "2026-02-09"))).notes) == 1


def test_without_two_weeks_nothing_is_compared():
    assert figure(weeks=WEEKS[2:3]).title == "There is no week to compare with another yet"
    with pytest.raises(ValueError, match="week"):
        figure(weeks=[])


def test_a_note_on_a_figure_travels_into_its_margin_in_brief_letter_and_sheet():
    made = sample_evidence.adapt()
    document = made if isinstance(made, dict) else made.to_json_value()
    notes = (Pinned("Two classes shared <tablets>", "2026-01-26", "effect"), Pinned("Ice", "2026-01-27"))
    brief = brief_html(document, notes=notes)
    at = brief.index('id="effect"')
    assert "January 26, 2026: Two classes shared &lt;tablets&gt;" in brief[at : brief.index("</figure>", at)]
    assert "January 27, 2026: Ice" in brief
    told = letter(document, Reader.BOARD, sending=Sending(notes=notes))
    assert next(part for part in told.parts if part.figure and part.figure.name == "effect").notes
    page = letter_html(told)
    assert page.count("Two classes shared") == 1
    assert "<svg" in page
    assert letter_pdf(told).startswith(b"%PDF")
    families = letter(document, Reader.FAMILIES, sending=Sending(notes=notes))
    assert all(part.figure is None for part in families.parts)
    assert "Two classes shared" in families.text
