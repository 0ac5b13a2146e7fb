"""The figure over time says what its design can say, and does not take one interval in twenty for a finding."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sample_evidence as sample

from gainline.engine.evidence.document import EventPoint
from gainline.engine.privacy import Audience, Policy
from gainline.engine.reports.facts import facts
from gainline.engine.reports.family import family_paragraph
from gainline.engine.reports.figures.events import events_figure
from gainline.engine.reports.words import words

AFTER = (EventPoint(0, 4.0, 2.0, 6.0, 9), EventPoint(1, 5.0, 3.0, 7.0, 9))


def told(kind, points, lang="en"):
    found = sample.cannot_tell()
    plan = {**found.plan, "design": {**found.plan["design"], "kind": kind}}
    evidence = replace(found, plan=plan, events=points).to_json_value()
    return facts(evidence, audience=Audience.ANALYST, policy=Policy(), words=words(lang))


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("differences", "events.title_after"),
        ("stepped_wedge", "events.title_after"),
        ("interrupted_series", "events.series_title_after"),
        ("synthetic_control", "events.mixture_title_after"),
    ],
)
def test_each_design_has_words_of_its_own(kind, key, lang):
    figure = events_figure(told(kind, AFTER, lang))
    assert figure.title == words(lang)(key)
    assert figure.notes[0] == words(lang)(key.replace("title_after", "how"))


def test_one_interval_of_ten_that_just_misses_zero_is_no_finding():
    before = tuple(EventPoint(place - 10, 0.1, -1.0, 1.2, 9) for place in range(9))
    just = EventPoint(-1, 1.2, 0.1, 2.3, 9)
    assert events_figure(told("differences", (*before, just, *AFTER))).title.startswith("The effect shows")
    far = EventPoint(-1, 4.0, 2.5, 5.5, 9)
    assert events_figure(told("differences", (*before, far, *AFTER))).title.startswith("The groups already")


def test_one_period_before_is_held_against_its_own_interval():
    lone = EventPoint(-1, 1.2, 0.1, 2.3, 9)
    assert events_figure(told("differences", (lone, *AFTER))).title.startswith("The groups already")


def test_families_of_a_series_are_not_told_of_two_groups():
    assert "both groups" not in family_paragraph(told("interrupted_series", AFTER))
    assert "both groups" in family_paragraph(told("stepped_wedge", AFTER))
