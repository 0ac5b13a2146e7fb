"""A program says what is wrong with it; coaching fades by what is seen; reviews fall on days of school."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gainline.engine.core.issues import Level
from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.training import (
    AdoptionRule,
    Award,
    Evidence,
    Stage,
    adoption_stage,
    coach,
    grant,
    intervals,
    read_program,
    review_days,
)
from gainline.engine.roadmap.training.coaching import fortnight_minutes
from gainline.engine.roadmap.training.practice import is_instructional
from gainline.engine.roadmap.training.sheet import Spacing
from unit.roadmap.test_risks import ROADMAP, first_block

TEXT = first_block("train-and-coach.md")
CALENDAR = ROADMAP.calendar


def read(text: str = TEXT):
    return read_program(text, file="training.toml", calendar=CALENDAR)


PROGRAM, ISSUES = read()


def test_the_program_of_the_page_is_sound():
    assert ISSUES == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('key = "see"', 'key = "see', "TR001"),
        ("exit_at = 75.0", "exit_att = 75.0", "TR002"),
        ('feature = "groups"\n', "\n", "TR003"),
        ("minutes = 15", 'minutes = "few"', "TR004"),
        ("minutes = 15", "minutes = 45", "TR005"),
        ('pedagogy = "assessment"', 'pedagogy = "fun"', "TR005"),
        ("observations = 2\nat_least", "observations = 0\nat_least", "TR005"),  # a credential without evidence
        ("minutes_per_fortnight = 45", "minutes_per_fortnight = 90", "TR006"),
        ("return_below = 50.0", "return_below = 80.0", "TR006"),
        ('[issuer]\nname = "Our district"\nurl = "https://district.example"\n', "", "TR006"),
        ('key = "group"', 'key = "see"', "TR010"),
        ('after = ["see"]', 'after = ["sea"]', "TR011"),
        ('modules = ["see", "group"]\nobservations', 'modules = ["see", "grope"]\nobservations', "TR011"),
        ('after = ["see"]', 'after = ["group"]', "TR012"),
        ("minutes = 60", "minutes = 30", "TR013"),
    ],
)
def test_a_fault_is_refused_with_its_code(old: str, new: str, code: str):
    program, issues = read(TEXT.replace(old, new))
    assert program is None
    assert code in {issue.code for issue in issues if issue.level is Level.ERROR}
    assert all(issue.line for issue in issues if code != "TR006")


def test_a_module_is_not_taught_before_the_one_that_it_needs():
    late = TEXT.replace('modules = ["see", "group"]\nleader', 'modules = ["group"]\nleader').replace(
        "[coaching]",
        '[[sessions]]\nkey = "late"\non = 2026-09-01\nmodules = ["see"]\nleader = "all"\nminutes = 30\n\n[coaching]',
    )
    codes = [issue.code for issue in read(late)[1]]
    assert codes == ["TR012", "TR014"]  # and September 1 is a day of school


def test_days_and_capacity_are_doubted():
    assert [issue.code for issue in read(TEXT.replace("2026-08-18 ", "2026-12-24 "))[1]] == ["TR015"]
    [issue] = read(TEXT.replace("teachers = 12", "teachers = 40"))[1]
    assert (issue.code, "begin with 13 teachers" in issue.remedy) == ("TR016", True)


@pytest.mark.parametrize(
    ("retention", "longest", "days"),
    [
        (0.95, 365, [1, 3, 8, 19, 43, 89]),
        (0.90, 365, [2, 11, 46, 163]),
        (0.85, 365, [4, 31, 173]),
        (0.90, 60, [2, 11, 46, 60, 60]),
    ],
)
def test_intervals_are_those_of_the_library_without_fuzz(retention: float, longest: int, days: list[int]):
    assert intervals(Spacing(retention=retention, longest_days=longest, reviews=len(days))) == days


def test_reviews_fall_on_days_of_school_and_the_next_interval_counts_from_there():
    days = review_days(date(2026, 8, 18), Spacing(), CALENDAR)
    assert days[0] == date(2026, 8, 24)  # due on the 20th, before the term; met on its first day
    assert all(is_instructional(CALENDAR, day) for day in days)
    over_the_break = review_days(date(2026, 12, 9), Spacing(reviews=2), CALENDAR)
    assert over_the_break == [date(2026, 12, 11), date(2027, 1, 4)]  # due on the 22nd, in the break


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2026, 8, 24), date(2027, 1, 31)), st.integers(1, 4))
def test_every_review_is_a_day_of_school_after_the_one_before(learned: date, reviews: int):
    days = review_days(learned, Spacing(reviews=reviews), CALENDAR)
    if isinstance(days, Refusal):
        assert days.code == "TR017"
        return
    assert [learned, *days] == sorted({learned, *days})
    assert all(is_instructional(CALENDAR, day) for day in days)


def test_a_calendar_that_ends_has_no_day_for_a_review():
    found = review_days(date(2027, 5, 28), Spacing(), CALENDAR)
    assert isinstance(found, Refusal)
    assert found.code == "TR017"


def phases(*fidelity: float) -> list[int]:
    start = date(2026, 9, 1)
    days = [(start + timedelta(weeks=week), one) for week, one in enumerate(fidelity)]
    return [turn.phase for turn in coach(PROGRAM.coaching, days)]


def test_coaching_fades_after_two_good_lessons_in_a_row_and_returns_after_a_poor_one():
    assert phases(80, 80, 75, 90) == [0, 1, 1, 2]
    assert phases(80, 74, 80, 80) == [0, 0, 0, 1]
    assert phases(80, 80, 49, 80, 80) == [0, 1, 0, 0, 1]
    assert phases(80, 80, 60, 60) == [0, 1, 1, 1]  # between the two marks nothing changes
    assert phases(20, 20) == [0, 0]
    assert phases(*[90] * 8)[-1] == 2
    assert fortnight_minutes(PROGRAM.coaching, [0, 1, 2, 2]) == 155


@pytest.mark.parametrize(
    ("used", "fidelity", "stage"),
    [
        ([False] * 12, [], Stage.NONE),
        ([True, *[False] * 11], [], Stage.TRIED),
        ([True, *[False] * 3] * 3, [], Stage.MONTHLY),
        ([True, *[False] * 3] * 2, [], Stage.TRIED),  # two months are no habit yet
        ([True] * 8, [], Stage.WEEKLY),
        ([True] * 7, [], Stage.TRIED),
        ([*[True] * 6, *[False] * 2], [], Stage.WEEKLY),
        ([True] * 8, [60.0], Stage.WEEKLY),
        ([True] * 8, [60.0, 75.0], Stage.EMBEDDED),
        ([True, *[False] * 3] * 3, [95.0], Stage.MONTHLY),  # one fine lesson embeds nothing
        ([*[True] * 8, *[False] * 4], [90.0], Stage.TRIED),  # it can go back
    ],
)
def test_the_stage_of_adoption_follows_from_logs_and_observed_lessons(used, fidelity, stage):
    assert adoption_stage(used, fidelity) is stage


@settings(max_examples=100, deadline=None)
@given(st.lists(st.booleans(), max_size=20))
def test_without_an_observed_lesson_nothing_is_embedded(used: list[bool]):
    assert adoption_stage(used, [], AdoptionRule(share=0.1)) is not Stage.EMBEDDED


ON = date(2026, 11, 2)
LESSONS = [Evidence("o1", date(2026, 10, 1), 80.0), Evidence("o2", date(2026, 10, 9), 75.0)]


def award(**parts: object) -> Award:
    whole = {
        "credential": PROGRAM.credentials[0],
        "recipient": "t@district.example",
        "reviewer": "lead@district.example",
        "passed": ("see", "group"),
        "on": ON,
    }
    return Award(**{**whole, **parts})


def test_a_credential_rests_on_checks_lessons_and_somebody_elses_review():
    granted = grant(award(), LESSONS)
    assert [one.observation for one in granted.evidence] == ["o1", "o2"]
    refused = {
        "TR020": grant(award(passed=("see",)), LESSONS),
        "TR021": grant(award(), [LESSONS[0], Evidence("o2", ON, 74.9)]),
        "TR022": grant(award(reviewer="T@district.example"), LESSONS),
    }
    assert {code: found.code for code, found in refused.items()} == {code: code for code in refused}
    assert grant(award(), [LESSONS[0], Evidence("o3", date(2026, 11, 3), 90.0)]).code == "TR021"  # not seen yet
    assert grant(award(reviewer=""), LESSONS).code == "TR022"
