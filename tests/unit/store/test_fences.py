"""Every table fails closed, no key crosses districts, and what is kept stays as it was written."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django_scopes.exceptions import ScopeError

from builders.thread import a_district, a_thread
from gainline.engine.core.errors import Conflict
from gainline.store import fences
from gainline.store.models.accounts import Account
from gainline.store.models.imports import Heartbeat
from gainline.store.models.sessions import SignIn
from gainline.store.tenancy import Immutable, across_districts, within

pytestmark = pytest.mark.django_db
ALL = list(apps.get_app_config("store").get_models())
OF_THE_MACHINE = {Heartbeat, SignIn}  # a session stands before any district is known
TENANTS = [model for model in ALL if model not in OF_THE_MACHINE]
KEPT = [model for model in TENANTS if issubclass(model, Immutable)]


def door(model: type[models.Model]) -> models.Manager:
    return Account.colleagues if model is Account else model.objects


@pytest.fixture
def two():
    first, second = a_district(), a_district("Hillview")
    return first, a_thread(first), second, a_thread(second)


def test_the_thread_holds_a_row_of_every_table(two):
    assert set(two[1]) == set(TENANTS)


@pytest.mark.parametrize("model", TENANTS, ids=lambda model: model.__name__)
def test_a_query_outside_of_any_district_is_an_error(model):
    with pytest.raises(ScopeError):
        door(model).count()


def test_within_a_district_only_its_rows_are_seen(two):
    first, mine, _second, theirs = two
    with within(first.pk):
        for model in TENANTS:
            assert door(model).filter(pk=mine[model].pk).exists(), model
            assert not door(model).filter(pk=theirs[model].pk).exists(), model


def test_a_row_of_another_district_is_not_written(two):
    first, mine, _second, theirs = two
    changeable = [
        model for model in TENANTS if hasattr(model, "district") and model not in KEPT and model is not Account
    ]
    with within(first.pk):
        for model in changeable:
            with pytest.raises(Conflict, match="ST001"):
                theirs[model].save()
    assert mine


def test_no_key_points_into_another_district(two):
    _first, mine, _second, theirs = two
    crossings = list(fences.crossings())
    assert len(crossings) > 40
    for table, column, target in crossings:
        row = next(row for row in mine.values() if row._meta.db_table == table)
        foreign = next(row for row in theirs.values() if row._meta.db_table == target)
        statement = f"UPDATE {table} SET {column} = %s WHERE id = %s"
        with pytest.raises(IntegrityError, match=r"ST00[23]"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [foreign.pk, row.pk])


@pytest.mark.parametrize("model", KEPT, ids=lambda model: model.__name__)
def test_what_is_kept_is_neither_changed_nor_deleted(two, model):
    first, mine, *_ = two
    row = mine[model]
    with within(first.pk):
        for refused in (row.save, row.delete, model.objects.all().delete, lambda: model.objects.update(district=first)):
            with pytest.raises(Conflict, match="ST002"):
                refused()
    for statement in (f"DELETE FROM {model._meta.db_table}", f"UPDATE {model._meta.db_table} SET created = created"):
        with pytest.raises(IntegrityError, match="ST002"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_looking_across_districts_needs_a_reason():
    with pytest.raises(ValueError, match="reason"), across_districts(why=" "):
        pass


def test_the_migrations_say_what_the_models_say(settings):
    settings.MIGRATION_MODULES = {}  # the tests' database is made without them
    call_command("makemigrations", "--check", "--dry-run", "store", verbosity=0)
