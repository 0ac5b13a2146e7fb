"""Upgrading: the tables brought to this version, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection, transaction


def upgrade() -> None:
    """Bring the database to the tables of this version.

    All steps are one transaction. Django writes down a step after it has committed it: a process that is killed
    between the two leaves tables of which no record tells, and no later start gets past them. The cache's table, which
    no step makes, comes after them.

    Source: SQLite, "Making Other Kinds Of Table Schema Changes" (keys are switched off before the transaction begins);
    PostgreSQL, SET CONSTRAINTS (rows that wait for their keys at the end would bar a change of their table).
    """
    with _without_keys(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


@contextmanager
def _without_keys() -> Iterator[None]:
    """SQLite copies a table to change it, which its keys would bar; every step checks them before it ends."""
    connection.disable_constraint_checking()
    try:
        yield
    finally:
        connection.enable_constraint_checking()
