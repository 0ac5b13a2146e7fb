"""Triggers that hold in the database what the models promise: no key across districts, no change to what is kept.

They are laid after every migration from the models themselves, so that no new table can be forgotten. The database's
own owner can take them away; the audit trail's chain shows what was done then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections, models

from gainline.store.tenancy import Immutable

PREFIX = "store_"  # of the tables of the one app
NAMES = ("fence_", "home_", "kept_")  # that our triggers begin with
OPERATIONS = ("INSERT", "UPDATE")
CROSSES = "ST003 a row would point into another district"
KEPT = "ST002 this row is kept as it was written"


@dataclass(frozen=True, slots=True)
class Laid:
    """What is fenced: keys that could cross districts, tables that stay in theirs, tables that nobody changes."""

    crossings: tuple[tuple[str, str, str], ...]
    homed: tuple[str, ...]
    kept: tuple[str, ...]


def lay(*, using: str) -> None:
    """Lay every fence anew in one database, around what stands there: a migration may have been walked back."""
    connection = connections[using]
    write = _sqlite if connection.vendor == "sqlite" else _postgresql
    with connection.cursor() as cursor:
        seen = connection.introspection
        there = {
            table: {column.name for column in seen.get_table_description(cursor, table)}
            for table in seen.table_names(cursor)
            if table.startswith(PREFIX)
        }
        for statement in write(_standing(there)):
            cursor.execute(statement)


def lift(*, using: str) -> None:
    """Take every fence of the embedded database away for a migration, which lays them anew at its end.

    SQLite rewrites a table to change it, and refuses to while a trigger anywhere names a table that is gone.
    """
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            if name.startswith(NAMES):
                cursor.execute(f"DROP TRIGGER {name}")


def _standing(there: Mapping[str, Set[str]]) -> Laid:
    """The fences whose tables and columns exist."""
    return Laid(
        tuple(one for one in crossings() if one[1] in there.get(one[0], ()) and one[2] in there),
        tuple(table for table in homed_tables() if "district_id" in there.get(table, ())),
        tuple(table for table in kept_tables() if table in there),
    )


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


def _sqlite(laid: Laid) -> Iterator[str]:
    for table, column, target in laid.crossings:
        for operation in OPERATIONS:
            name = f"fence_{table}_{column}_{operation}".lower()
            yield f"DROP TRIGGER IF EXISTS {name}"
            yield (
                f"CREATE TRIGGER {name} BEFORE {operation} ON {table} WHEN NEW.{column} IS NOT NULL AND NOT EXISTS "
                f"(SELECT 1 FROM {target} WHERE id = NEW.{column} AND district_id = NEW.district_id) "
                f"BEGIN SELECT RAISE(ABORT, '{CROSSES}'); END"
            )
    for table in laid.homed:
        yield f"DROP TRIGGER IF EXISTS home_{table}"
        yield (
            f"CREATE TRIGGER home_{table} BEFORE UPDATE ON {table} WHEN NEW.district_id IS NOT OLD.district_id "
            f"BEGIN SELECT RAISE(ABORT, '{CROSSES}'); END"
        )
    for table in laid.kept:
        for operation in ("UPDATE", "DELETE"):
            name = f"kept_{table}_{operation}".lower()
            yield f"DROP TRIGGER IF EXISTS {name}"
            yield f"CREATE TRIGGER {name} BEFORE {operation} ON {table} BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"


def _postgresql(laid: Laid) -> Iterator[str]:
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
    for table in laid.homed:
        yield f"DROP TRIGGER IF EXISTS home_{table} ON {table}"
        yield f"CREATE TRIGGER home_{table} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION gainline_home()"
    for table, column, target in laid.crossings:
        name = f"fence_{table}_{column}"
        yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
        yield (
            f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION gainline_fence('{column}', '{target}')"
        )
    for table in laid.kept:
        yield f"DROP TRIGGER IF EXISTS kept_{table} ON {table}"
        yield (
            f"CREATE TRIGGER kept_{table} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW "
            "EXECUTE FUNCTION gainline_kept()"
        )
