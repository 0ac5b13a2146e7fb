"""Surveys: which may open on which day, and whose answers are taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gainline.engine.core.errors import Conflict
from gainline.engine.privacy.consent import Register
from gainline.engine.privacy.consent.surveys import Mode, Survey, Topic, may_open
from gainline.engine.privacy.purposes import Basis

DAY = date(2026, 9, 1)
WINDOW = Survey("mood", (Topic.MIND, None), False, False, told_on=DAY - timedelta(14), opens_on=DAY)


def test_what_a_surveys_answers_rest_on_follows_from_its_mode():
    assert replace(WINDOW, topics=(None,)).ground is None
    window = WINDOW.ground
    assert (window.key, window.basis, window.may_opt_out) == ("survey-mood", Basis.SCHOOL_OFFICIAL, True)
    assert window.where == {"instrument": ("mood",)}
    asked = replace(WINDOW, is_required=True, is_federal=True)
    assert asked.mode is Mode.CONSENT
    assert (asked.ground.basis, asked.ground.may_opt_out) == (Basis.CONSENT, False)


def test_nobodys_answers_are_taken_before_the_opening_day():
    assert WINDOW.waits(DAY - timedelta(1))
    assert not WINDOW.waits(DAY)
    assert not replace(WINDOW, opens_on=None).waits(DAY - timedelta(1))


@pytest.mark.parametrize(
    "changes", [{}, {"told_on": DAY - timedelta(13)}, {"told_on": None}, {"opens_on": None}], ids=str
)
def test_a_survey_opens_after_a_whole_window_only(changes):
    survey = replace(WINDOW, **changes)
    if not changes:
        may_open(survey, survey.ground, DAY)
        return
    with pytest.raises(Conflict, match="PR050"):
        may_open(survey, survey.ground, DAY)


@pytest.mark.parametrize("survey", [WINDOW, replace(WINDOW, told_on=None, opens_on=None)], ids=["dated", "undated"])
def test_a_survey_is_announced_and_comes_back_from_its_record(survey):
    register = Register()
    record = register.announce(survey)
    assert Survey.from_json_value(record[1]) == survey
    assert register.after(record).surveys == {"mood": survey}


def test_no_answer_of_the_days_to_opt_out_is_taken_later():
    told, before = WINDOW.told_on, DAY - timedelta(1)
    assert not WINDOW.takes(before, before), "it is not open"
    assert [WINDOW.takes(day, DAY) for day in (told, before, DAY)] == [False, False, True]
    assert WINDOW.takes(told - timedelta(1), DAY), "an earlier round"
    assert WINDOW.takes(None, DAY), "of the day it comes in"
    assert replace(WINDOW, told_on=None).takes(before, DAY)
    assert replace(WINDOW, told_on=None, opens_on=None).takes(before, DAY)
