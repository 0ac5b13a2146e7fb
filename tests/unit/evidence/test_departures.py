"""What ran against what was registered: nothing to say where it was the same, and each departure by its place."""

from __future__ import annotations

from datetime import date

import pytest

from gainline.engine.evidence.departures import departures, registered_seed
from gainline.engine.pilots import amend, register
from plans import plan_of

NAME = "randomized_cluster"
DAY = date(2025, 9, 1)


@pytest.fixture
def registration():
    return register(plan_of(NAME), snapshot="a" * 64, as_of=DAY)


def ran(registration, plan=None):
    """An evidence document that keeps to the plan, as far as departures look at it."""
    plan = plan or plan_of(NAME)
    return {
        "plan": plan.model_dump(mode="json", by_alias=True),
        "provenance": {
            "registration": registration.sha256,
            "amendments": [amendment.sha256 for amendment in registration.amendments],
            "seed": registered_seed(registration),
        },
        "estimates": [
            {"outcome": o.key, "label": o.label, "role": o.role, "unit": o.unit, "domain": o.domain}
            for o in plan.outcomes
        ],
        "groups": [],
        "gaps": [{"subgroup": split.key} for split in plan.subgroups],
    }


def paths(registration, evidence):
    return [change.path for change in departures(registration, evidence)]


def test_an_analysis_that_kept_to_its_registration_has_none(registration):
    assert paths(registration, ran(registration)) == []


def test_an_amended_plan_is_what_was_promised(registration):
    later = plan_of(NAME, ("smallest_effect = 3.0", "smallest_effect = 3.5"))
    amendment = amend(registration, later, reason="the board asked", as_of=DAY)
    amended = type(registration)(**{**_fields(registration), "amendments": (amendment,)})
    assert paths(amended, ran(amended, later)) == []
    assert paths(amended, ran(registration, later)) == ["amendments"]
    assert paths(registration, ran(registration, later)) == ["smallest_effect"]


def test_another_seed_is_a_departure_and_a_registered_one_is_not(registration):
    evidence = ran(registration)
    evidence["provenance"]["seed"] = 7
    assert paths(registration, evidence) == ["seed"]
    committed = type(registration)(**{**_fields(registration), "seed": 7})
    assert paths(committed, evidence) == []


def test_an_outcome_without_an_estimate_and_one_that_nobody_registered_are_departures(registration):
    evidence = ran(registration)
    lost = evidence["estimates"].pop()
    evidence["estimates"].append({**lost, "outcome": "another"})
    found = departures(registration, evidence)
    assert [(change.path, change.now == "absent") for change in found] == [
        (f"outcomes[{lost['outcome']}] (estimate)", True),
        ("outcomes[another] (estimate)", False),
    ]


@pytest.mark.parametrize("name", ["role", "unit", "domain"])
def test_an_outcome_that_changed_on_the_way_is_a_departure(registration, name):
    evidence = ran(registration)
    evidence["estimates"][0][name] = "otherwise"
    assert paths(registration, evidence) == [f"outcomes[{evidence['estimates'][0]['outcome']}].{name}"]


def test_a_split_without_a_result_and_one_that_nobody_registered_are_departures(registration):
    evidence = ran(registration)
    registered = [gap["subgroup"] for gap in evidence["gaps"]]
    evidence["gaps"] = []
    evidence["groups"] = [{"subgroup": "another"}]
    assert paths(registration, evidence) == [
        *(f"subgroups[{key}] (result)" for key in sorted(registered)),
        "subgroups[another] (result)",
    ]


def _fields(registration):
    return {name: getattr(registration, name) for name in registration.__dataclass_fields__}
