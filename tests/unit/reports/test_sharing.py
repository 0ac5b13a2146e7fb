"""Tidy tables and Ed-Fi JSON: every count has passed the exit, every column is explained, nothing claims more."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sample_evidence as sample

from gainline.engine.core.errors import Refused
from gainline.engine.evidence.rating import DOES_NOT
from gainline.engine.privacy import Audience
from gainline.engine.reports.intervention_study import effectiveness, intervention_study
from gainline.engine.reports.tidy import dictionary, tidy_tables

ED_FI = {"organization": 255901, "delivery": "individual", "name_space": "uri://district.example"}


def rows(tables, name):
    (table,) = [table for table in tables if table.name == name]
    return [dict(zip((column.name for column in table.columns), row, strict=True)) for row in table.rows]


def with_small_group():
    made = sample.adapt()
    small = replace(made.groups[0], group="tiny", label="a tiny group", n_tool=3, n_usual=120, effect=9.9)
    return replace(made, groups=(*made.groups, small)).to_json_value()


def test_each_estimate_is_one_row_with_its_own_figures():
    made = sample.adapt()
    told = rows(tidy_tables(made.to_json_value(), audience=Audience.PUBLIC), "estimates")
    assert [row["outcome"] for row in told] == [estimate.outcome for estimate in made.estimates]
    assert [(row["effect"], row["low"], row["high"]) for row in told] == [
        (estimate.effect, estimate.low, estimate.high) for estimate in made.estimates
    ]


def test_a_small_group_and_its_effect_are_hidden_from_all_but_the_analyst():
    for audience in (Audience.PUBLIC, Audience.STAFF):
        (tiny,) = [
            row
            for row in rows(tidy_tables(with_small_group(), audience=audience), "groups")
            if row["label"] == "a tiny group"
        ]
        assert (tiny["n_tool_low"], tiny["n_tool_high"], tiny["effect"], tiny["shrunken"]) == (None, None, None, None)
    (tiny,) = [
        row
        for row in rows(tidy_tables(with_small_group(), audience=Audience.ANALYST), "groups")
        if row["label"] == "a tiny group"
    ]
    assert (tiny["n_tool_low"], tiny["n_tool_high"], tiny["effect"]) == (3, 3, 9.9)


def test_every_column_of_every_table_is_in_the_dictionary():
    tables = tidy_tables(sample.adapt().to_json_value(), audience=Audience.PUBLIC)
    explained = {(row["table"], row["column"]) for row in rows([dictionary(tables)], "dictionary")}
    assert explained == {(table.name, column.name) for table in tables for column in table.columns}
    assert all(len(table.columns) == len(row) for table in tables for row in table.rows)


def test_the_study_has_ed_fis_names_and_a_rating_no_stronger_than_one_study_can_give():
    made = intervention_study(sample.adapt().to_json_value(), audience=Audience.ANALYST, **ED_FI)
    (study,) = made["interventionStudies"]
    (prescription,) = made["interventionPrescriptions"]
    assert study["interventionPrescriptionReference"]["identificationCode"] == prescription["identificationCode"]
    assert study["participants"] == sum(arm.analyzed for arm in sample.adapt().estimates[0].counts)
    (found,) = study["interventionEffectivenesses"]
    assert (
        found["gradeLevelDescriptor"]
        == "uri://district.example/GradeLevelDescriptor#Third grade, Fourth grade, Fifth grade together"
    )
    assert found["interventionEffectivenessRatingDescriptor"].endswith("#Potentially Positive Effects")
    assert found["improvementIndex"] > 0


@pytest.mark.parametrize(
    ("p", "effect", "favorable", "word"),
    [
        (0.2, 5.0, True, "No Discernible Effects"),
        (0.01, 5.0, False, "Potentially Negative Effects"),
        (0.01, -5.0, False, "Potentially Positive Effects"),
    ],
)
def test_the_rating_follows_the_sign_that_is_good(p, effect, favorable, word):
    assert effectiveness({"p": p, "p_adjusted": None, "effect": effect, "favorable": favorable}) == word


def test_what_ed_fi_cannot_say_honestly_is_refused():
    made = sample.adapt()
    failed = replace(made, rating=replace(made.rating, label=DOES_NOT)).to_json_value()
    with pytest.raises(Refused, match="RP010"):
        intervention_study(failed, audience=Audience.ANALYST, **ED_FI)
    ungraded = made.to_json_value()
    ungraded["plan"] = ungraded["plan"] | {"population": {"describe": "everybody", "grades": []}}
    with pytest.raises(Refused, match="RP012"):
        intervention_study(ungraded, audience=Audience.ANALYST, **ED_FI)
    few = [replace(arm, analyzed=4) if arm.arm == "tool" else arm for arm in made.estimates[0].counts]
    hidden = replace(made, estimates=(replace(made.estimates[0], counts=tuple(few)),)).to_json_value()
    with pytest.raises(Refused, match="RP011"):
        intervention_study(hidden, audience=Audience.PUBLIC, **ED_FI)
