"""Upgrades that are killed, on a home of their own: a program that the tests run, so that it may fork.

`upgraded.py kills TIMES` kills an upgrade from the first tables with signal 9, in turn at a random moment and right
where Django writes a step down. After each, the tables are those of before or those of after, and the next upgrade goes
through. Prints what it found as one line of JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from importlib.resources import files
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gainline.config.settings")
SEED = 20_260_603
FIRST = "0001_initial"
STEPS = sum(one.name[:4].isdigit() for one in files("gainline.store.migrations").iterdir()) - 1
SHAPE = {
    "sqlite": "SELECT m.type, m.name, c.name FROM sqlite_master m LEFT JOIN pragma_table_info(m.name) c",
    "postgresql": """
        SELECT 'column', table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'
        UNION SELECT 'index', tablename, indexname FROM pg_indexes WHERE schemaname = 'public'
        UNION SELECT 'fence', event_object_table, trigger_name FROM information_schema.triggers
        UNION SELECT 'rule', conrelid::regclass::text, conname FROM pg_constraint WHERE conrelid > 0""",
}


def main(words: list[str]) -> None:
    import django

    django.setup()
    print(json.dumps({"kills": kills}[words[0]](int(words[1]))))


def kills(times: int) -> dict[str, object]:
    from forked import in_child, killed, timed

    from cast import found
    from gainline.services import aims, clock
    from gainline.store.upgrading import upgrade

    upgrade()
    cast = found()
    aims.set_aim(by=cast.lead, unit=cast.root, title="More read well", by_when=clock.today(cast.district))
    in_child(back)
    old, took = shape(), timed(lambda: in_child(upgrade))
    whole, rng, faults = shape(), random.Random(SEED), []
    for number in range(times):
        in_child(back)
        if number % 2:
            killed(upgrade, rng.uniform(0, took))
        else:
            stopped_at(rng.randrange(STEPS))
        faults += [] if shape() in (old, whole) else [f"{number}: half an upgrade"]
        in_child(upgrade)
        faults += [] if shape() == whole else [f"{number}: the next one does not finish it"]
    return {"kills": times, "faults": faults, "aims": len(aims.aims(by=cast.lead)), "changed": old != whole}


def back() -> None:
    from django.core.management import call_command

    call_command("migrate", "store", FIRST, verbosity=0, interactive=False)


def stopped_at(step: int) -> None:
    """Die where a step is about to be written down."""
    from django.db.migrations.recorder import MigrationRecorder
    from forked import forked

    from gainline.store.upgrading import upgrade

    def work() -> None:
        written, write = [], MigrationRecorder.record_applied

        def die(recorder: MigrationRecorder, app: str, name: str) -> None:
            if len(written) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            written.append(name)
            write(recorder, app, name)

        MigrationRecorder.record_applied = die
        upgrade()

    assert os.WIFSIGNALED(os.waitpid(forked(work), 0)[1]), "it was over before it died"


def shape() -> list[list[str]]:
    """Tables, columns, indexes, fences and what is written down of the steps."""
    from django.db import connection, connections

    connections.close_all()
    with connection.cursor() as cursor:
        cursor.execute(SHAPE[connection.vendor])
        found = [[str(one) for one in row] for row in cursor.fetchall()]
        cursor.execute("SELECT 'step', app, name FROM django_migrations")
        return sorted(found + [list(row) for row in cursor.fetchall()])


if __name__ == "__main__":
    main(sys.argv[1:])
