"""Triggers that hold in the database what the models promise: no key across districts, no change to what is kept.

They are laid after every migration from the models themselves, so that no new table can be forgotten. The database's
own owner can take them away; the audit trail's chain shows what was done then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connections, models

from gainline.store.tenancy import Immutable

OPERATIONS = ("INSERT", "UPDATE")
CROSSES = "ST003 a row would point into another district"
KEPT = "ST002 this row is kept as it was written"


def lay(*, using: str) -> None:
    """Lay every fence anew in one database."""
    connection = connections[using]
    write = _sqlite if connection.vendor == "sqlite" else _postgresql
    with connection.cursor() as cursor:
        for statement in write():
            cursor.execute(statement)


def crossings() -> Iterator[tuple[str, str, str]]:
    """Every key that could cross districts: table, column, the table it points to."""
    for model in apps.get_app_config("store").get_models():
        if not _has_district(model):
            continue
        for field in model._meta.concrete_fields:
            target: Any = field.related_model
            if isinstance(field, models.ForeignKey) and _has_district(target):
                yield model._meta.db_table, str(field.column), target._meta.db_table


def homed_tables() -> list[str]:
    """Tables whose rows belong to a district; none is ever moved to another one, whatever hangs on it."""
    found = apps.get_app_config("store").get_models()
    return sorted(model._meta.db_table for model in found if _has_district(model))


def kept_tables() -> list[str]:
    """Tables whose rows nobody changes."""
    found = apps.get_app_config("store").get_models()
    return sorted(model._meta.db_table for model in found if issubclass(model, Immutable))


def _has_district(model: Any) -> bool:  # noqa: ANN401 - a model class, or 'self' before it is resolved
    return any(field.name == "district" for field in model._meta.concrete_fields)


def _sqlite() -> Iterator[str]:
    for table, column, target in crossings():
        for operation in OPERATIONS:
            name = f"fence_{table}_{column}_{operation}".lower()
            yield f"DROP TRIGGER IF EXISTS {name}"
            yield (
                f"CREATE TRIGGER {name} BEFORE {operation} ON {table} WHEN NEW.{column} IS NOT NULL AND NOT EXISTS "
                f"(SELECT 1 FROM {target} WHERE id = NEW.{column} AND district_id = NEW.district_id) "
                f"BEGIN SELECT RAISE(ABORT, '{CROSSES}'); END"
            )
    for table in homed_tables():
        yield f"DROP TRIGGER IF EXISTS home_{table}"
        yield (
            f"CREATE TRIGGER home_{table} BEFORE UPDATE ON {table} WHEN NEW.district_id IS NOT OLD.district_id "
            f"BEGIN SELECT RAISE(ABORT, '{CROSSES}'); END"
        )
    for table in kept_tables():
        for operation in ("UPDATE", "DELETE"):
            name = f"kept_{table}_{operation}".lower()
            yield f"DROP TRIGGER IF EXISTS {name}"
            yield f"CREATE TRIGGER {name} BEFORE {operation} ON {table} BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"


def _postgresql() -> Iterator[str]:
    yield (
        "CREATE OR REPLACE FUNCTION gainline_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    yield (
        "CREATE OR REPLACE FUNCTION gainline_fence() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "DECLARE same boolean; points bigint; BEGIN "
        "EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) USING NEW INTO points; "
        "IF points IS NULL THEN RETURN NEW; END IF; "
        "EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I WHERE id = $1 AND district_id = $2)', TG_ARGV[1]) "
        "USING points, NEW.district_id INTO same; "
        f"IF NOT same THEN RAISE EXCEPTION '{CROSSES}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "RETURN NEW; END $$"
    )
    yield (
        "CREATE OR REPLACE FUNCTION gainline_home() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF NEW.district_id IS DISTINCT FROM OLD.district_id THEN "
        f"RAISE EXCEPTION '{CROSSES}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
    )
    for table in homed_tables():
        yield f"DROP TRIGGER IF EXISTS home_{table} ON {table}"
        yield f"CREATE TRIGGER home_{table} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION gainline_home()"
    for table, column, target in crossings():
        name = f"fence_{table}_{column}"
        yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
        yield (
            f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION gainline_fence('{column}', '{target}')"
        )
    for table in kept_tables():
        yield f"DROP TRIGGER IF EXISTS kept_{table} ON {table}"
        yield (
            f"CREATE TRIGGER kept_{table} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW "
            "EXECUTE FUNCTION gainline_kept()"
        )
