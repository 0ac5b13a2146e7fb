"""Writers of the embedded database take turns: who has waited long asks more often, and nobody waits forever."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from django.db import OperationalError, transaction
from django.db.utils import ConnectionHandler

from gainline.config.environment import sqlite
from gainline.store.sqlite import base


@pytest.fixture
def connection(tmp_path, django_db_blocker, monkeypatch):
    """A connection to an embedded database of its own, which `transaction.atomic` uses here."""
    with django_db_blocker.unblock():
        made = ConnectionHandler({"default": sqlite(tmp_path) | {"TEST": {}}})["default"]
        monkeypatch.setattr(transaction, "get_connection", lambda using=None: made)
        with made.cursor() as cursor:
            cursor.execute("CREATE TABLE words (word TEXT)")
        yield made
        made.close()


def write(connection, word):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO words VALUES (%s)", [word])


def words(connection):
    with connection.cursor() as cursor:
        return [row[0] for row in cursor.execute("SELECT word FROM words").fetchall()]


def waiting_of(connection):
    with connection.cursor() as cursor:
        return cursor.execute("PRAGMA busy_timeout").fetchone()[0]


def test_who_has_waited_longer_asks_more_often():
    pauses = [base.pause_after(waited) for waited in (0.0, 0.1, 1.0, 5.0, 20.0)]
    assert pauses == sorted(pauses, reverse=True)
    assert (pauses[0], base.pause_after(1e6)) == (base.FIRST, base.LEAST)


def test_a_writer_waits_until_the_other_one_is_done(connection, monkeypatch):
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    asked = threading.Event()

    def paused(seconds):
        if not asked.is_set():
            asked.set()
            other.execute("INSERT INTO words VALUES ('first')")
            other.execute("COMMIT")

    monkeypatch.setattr(base, "sleep", paused)
    write(connection, "second")
    other.close()
    assert asked.is_set()
    assert words(connection) == ["first", "second"]
    assert waiting_of(connection) == 20_000


def test_a_writer_gives_up_after_its_patience_and_can_go_on(connection, monkeypatch):
    monkeypatch.setattr(base, "PATIENCE", 0.0)
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        write(connection, "never")
    other.execute("ROLLBACK")
    other.close()
    write(connection, "after")
    assert words(connection) == ["after"]


def test_another_fault_of_the_database_is_not_waited_out(connection, monkeypatch):
    monkeypatch.setattr(base, "sleep", lambda seconds: pytest.fail("it waited"))
    connection.ensure_connection()
    connection.connection.execute("BEGIN")
    with pytest.raises(OperationalError, match="within a transaction"):
        connection._start_transaction_under_autocommit()
    connection.connection.execute("ROLLBACK")
