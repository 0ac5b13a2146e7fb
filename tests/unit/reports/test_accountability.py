"""Papers that print themselves: whole, the same bytes each time, and readable by families."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import pytest

from builders import data_agreements
from gainline.engine.privacy import Policy
from gainline.engine.privacy.catalog import Catalogue, catalogue
from gainline.engine.reports.accountability import Breach, Told, dpia, exhibit_b, is_stale, transparency
from gainline.engine.reports.readability import grade

AGREED = replace(data_agreements.AGREED, recipients=("Cloud | Co.",))
DAY = date(2026, 6, 9)
TOLD = Told(
    "Riverbend Unified",
    (AGREED,),
    (Breach(date(2026, 1, 9), None, "A list of names was sent to a wrong address. We asked for it back."),),
    date(2026, 3, 1),
)


def told(lang: str = "en", **change: object) -> str:
    return transparency(replace(TOLD, **change), catalogue(), on=DAY, lang=lang).html()


def test_exhibit_b_has_every_element_and_checks_what_the_agreement_allows() -> None:
    paper = exhibit_b(AGREED, catalogue(), district="Riverbend Unified")
    schedule = next(part for part in paper.sections if part.key == "schedule")
    checked = {row[1] for row in schedule.rows if row[3] == "Yes"}
    names = {one.name for one in catalogue().elements.values() if one.key in AGREED.elements}
    assert len(schedule.rows) == len(catalogue().elements) - 1
    assert checked == names


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_paper_gives_the_same_bytes_from_the_same_words(lang: str) -> None:
    first, again = (exhibit_b(AGREED, catalogue(), district="Riverbend Unified", lang=lang) for _ in range(2))
    assert (first.html(), first.markdown(), first.csv()) == (again.html(), again.markdown(), again.csv())


def test_a_dpia_is_byte_identical_whatever_the_order_of_agreements() -> None:
    other = replace(AGREED, holder="Questable", tool="Math Quest")
    drafts = [
        dpia(catalogue(), given, district="Riverbend Unified", policy=Policy())
        for given in ((AGREED, other), (other, AGREED))
    ]
    for form in ("html", "markdown", "csv"):
        assert getattr(drafts[0], form)().encode() == getattr(drafts[1], form)().encode()


def test_a_dpia_names_every_field_about_people_once() -> None:
    paper = dpia(catalogue(), (), district="Riverbend Unified", policy=Policy(minimum_n=12))
    fields = next(part for part in paper.sections if part.key == "fields")
    personal = [one for one in catalogue().records() if one.kind.is_personal]
    assert [row[0] for row in fields.rows] == [f"{one.place}.{one.name}" for one in personal]
    assert "Counts of 1 to 11 are hidden" in paper.markdown()


def test_an_element_stands_on_the_page_for_families_when_a_field_holds_it() -> None:
    everything = catalogue()
    lay = {one.lay["en"] for one in everything.held()}
    paper = transparency(TOLD, everything, on=DAY)
    held = next(part for part in paper.sections if part.key == "held")
    assert {row[0] for row in held.rows} == lay
    without = {place: records for place, records in everything.lake.items() if place != "attendance"}
    fewer = Catalogue(everything.categories, everything.elements, everything.kinds, without, everything.store)
    left = next(part for part in transparency(TOLD, fewer, on=DAY).sections if part.key == "held")
    assert lay - {row[0] for row in left.rows} == {"Days at school and days missed"}


def test_the_page_names_who_gets_what_who_helps_them_and_what_went_wrong() -> None:
    page = told()
    for words in ("Lumen Learning", "Cloud | Co.", "A list of names was sent", "not yet", "Last checked: 2026-03-01"):
        assert words in page
    assert "Nobody has checked this page" not in page


def test_a_page_that_nobody_checked_for_half_a_year_says_so() -> None:
    assert "Nobody has checked this page" in told(refreshed_on=date(2025, 12, 1))
    assert "Nadie ha revisado esta página" in told("es", refreshed_on=None)
    assert not is_stale(date(2025, 12, 8), DAY)
    assert is_stale(date(2025, 12, 7), DAY)


def test_an_agreement_that_is_over_and_destroyed_is_not_on_the_page() -> None:
    past = replace(AGREED, destroy_by=date(2026, 6, 8), ends=date(2026, 5, 1))
    page = told(agreements=(past,), breaches=())
    assert "Lumen Learning" not in page
    assert "No one outside the district" in page
    assert "We have no such case" in page


def test_no_breach_is_claimed_where_nobody_knows() -> None:
    assert "Ask the district for the list" in told(breaches=None)


def test_families_can_read_the_page() -> None:
    paper = transparency(TOLD, catalogue(), on=DAY)
    sentences = " ".join((paper.lead, *(sentence for part in paper.sections for sentence in part.says)))
    assert grade(sentences) <= 8.0
    cells = " ".join(f"{cell}." for part in paper.sections[:2] for row in part.rows for cell in row)
    assert grade(cells) <= 8.0


def test_tables_survive_csv_and_markdown() -> None:
    paper = transparency(TOLD, catalogue(), on=DAY)
    rows = list(csv.reader(io.StringIO(paper.csv())))
    assert ["others", "Cloud | Co.", "Lumen Learning"] in rows
    assert "Cloud \\| Co." in paper.markdown()
