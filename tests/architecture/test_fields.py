"""Every field of the lake and of the database has one record in the field catalogue."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from django.apps import apps
from django.db import models

from gainline.engine.privacy.catalog import catalogue
from gainline.engine.privacy.catalog.records import contradictions, unclassified
from gainline.engine.records import TABLES
from gainline.engine.records.tables import PROVENANCE


def declared_by(found: Iterable[type[models.Model]]) -> dict[str, list[str]]:
    return {model._meta.label: [field.name for field in model._meta.concrete_fields] for model in found}


def test_every_field_of_the_lake_has_a_record() -> None:
    declared = {name: [field.name for field in table.fields] for name, table in TABLES.items()}
    assert unclassified(catalogue().lake, declared) == []
    assert {record.name for record in catalogue().lake["*"]} == {field.name for field in PROVENANCE}


def test_table_and_record_say_the_same_of_a_field() -> None:
    assert contradictions(catalogue(), TABLES) == []


def test_every_field_of_every_model_has_a_record() -> None:
    assert unclassified(catalogue().store, declared_by(apps.get_models())) == []


@pytest.mark.parametrize(("renamed", "codes"), [("nickname", ["PR070"]), ("", [])])
def test_a_model_field_that_nobody_classified_is_found(renamed: str, codes: list[str]) -> None:
    declared = declared_by(apps.get_models())
    declared["store.Account"] += [renamed] if renamed else []
    assert [issue.code for issue in unclassified(catalogue().store, declared)] == codes


def test_a_renamed_field_is_found_on_both_sides() -> None:
    declared = declared_by(apps.get_models())
    declared["store.Account"] = ["called" if name == "name" else name for name in declared["store.Account"]]
    assert [issue.code for issue in unclassified(catalogue().store, declared)] == ["PR070", "PR071"]


def test_a_new_table_is_found_field_by_field() -> None:
    declared = declared_by(apps.get_models()) | {"store.Diary": ["id", "says"]}
    assert [issue.says for issue in unclassified(catalogue().store, declared)] == [
        "nobody has decided what store.Diary.says is: it has no record in the field catalogue"
    ]
