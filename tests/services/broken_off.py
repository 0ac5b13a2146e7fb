<<<<<<< tests/services/broken_off.py
"""Imports and handovers on disks that run full, on a home of their own.

`broken_off.py full TIMES` works on disks of about a megabyte (a tmpfs: run it within `unshare -rm`) and prints what it
found as one line of JSON.
=======
"""What is broken off in the middle, on a home of its own: migrations by signal 9, imports by a disk that is full.

`broken_off.py migrations TIMES` kills a migration of a filled database at a random moment and migrates it again;
`broken_off.py full TIMES` imports and exports on a disk of a few megabytes (a tmpfs: run it within `unshare -rm`).
Each prints what it found as one line of JSON.
>>>>>>> /work/main/tests/services/broken_off.py
"""

from __future__ import annotations

import json
import os
import random
import shutil
<<<<<<< tests/services/broken_off.py
import subprocess
import sys
=======
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
>>>>>>> /work/main/tests/services/broken_off.py
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gainline.config.settings")
SEED = 20_260_602
<<<<<<< tests/services/broken_off.py
=======
MIGRATE = "from django.core.management import call_command; import django; django.setup(); "
STEP = MIGRATE + "call_command('migrate', 'store', verbosity=0, interactive=False)"
>>>>>>> /work/main/tests/services/broken_off.py
ROWS, MEGABYTES, HANDED = 4_000, (0.4, 1.3), 500_000


def main(words: list[str]) -> None:
<<<<<<< tests/services/broken_off.py
    done = {"full": filled}[words[0]](int(words[1]))
=======
    done = {"migrations": migrations_killed, "full": filled}[words[0]](int(words[1]))
>>>>>>> /work/main/tests/services/broken_off.py
    print(json.dumps(done))


def home() -> Path:
    return Path(os.environ["GAINLINE_HOME"])


<<<<<<< tests/services/broken_off.py
=======
def set_up() -> None:
    import django

    django.setup()


def migrations_killed(times: int) -> dict[str, object]:
    """A database that stands at the first state of the store and holds a district is migrated, killed and migrated."""
    from django.core.management import call_command
    from django.db import connection, connections

    set_up()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("migrate", "store", "0001", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO store_district (created, updated, public_id, name, time_zone, is_demo) "
            "VALUES ('2025-01-01', '2025-01-01', 'dst_1', 'Hillview', 'America/Chicago', 0)"
        )
    connections.close_all()
    old, path = home() / "old.sqlite3", home() / "gainline.sqlite3"
    with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(old)) as copy:
        live.backup(copy)
    took = migrated(path, old, None)
    whole = state_of(path)
    rng, faults = random.Random(SEED), []
    for _ in range(times):
        migrated(path, old, rng.uniform(0.3 * took, took))
        faults += in_between(path)
        subprocess.run([sys.executable, "-c", STEP], check=True)
        faults += [] if state_of(path) == whole else ["another state than without a kill"]
    return {"kills": times, "faults": faults, "migrations": len(whole[0])}


def migrated(path: Path, old: Path, after: float | None) -> float:
    """Migrate the old database anew, to the end or until it is killed; seconds."""
    for left in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        left.unlink(missing_ok=True)
    shutil.copy2(old, path)
    at = time.monotonic()
    child = subprocess.Popen([sys.executable, "-c", STEP])
    if after is None:
        assert child.wait() == 0
        return time.monotonic() - at
    try:
        child.wait(after)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
        child.wait()
    return time.monotonic() - at


def in_between(path: Path) -> list[str]:
    """What a killed migration left: a sound file with the district in it, at some state between two migrations."""
    with closing(sqlite3.connect(path)) as live:
        sound = live.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        kept = live.execute("SELECT count(*) FROM store_district").fetchone()[0] == 1
    return ([] if sound else ["not sound"]) + ([] if kept else ["the district is lost or doubled"])


def state_of(path: Path) -> tuple[list[str], list[str], int]:
    """Migrations that were applied, every table and index as it was made, and how many districts."""
    with closing(sqlite3.connect(path)) as live:
        applied = [row[0] for row in live.execute("SELECT name FROM django_migrations WHERE app = 'store' ORDER BY id")]
        made = [row[0] for row in live.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")]
        return applied, made, live.execute("SELECT count(*) FROM store_district").fetchone()[0]


>>>>>>> /work/main/tests/services/broken_off.py
def filled(times: int) -> dict[str, object]:
    """Import and export on disks that are too small by a random measure, and again where there is room."""
    from gainline.road.workspace import Workspace

    base = home() / "base"
    Workspace.create(base, salt=b"0" * 32)
    imported(base, "first")
    rng, faults, refused = random.Random(SEED), [], 0
    for number in range(times):
        disk = home() / f"disk{number}"
        disk.mkdir()
        size = rng.uniform(*MEGABYTES)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={int(size * 1024)}k", "none", str(disk)]
        subprocess.run(mount, check=True)
        found = on_small_disk(base, disk / "home", home() / f"room{number}")
        refused += found[0]
        faults += found[1]
        subprocess.run(["umount", "-l", str(disk)], check=True)
    return {"disks": times, "refused": refused, "faults": faults}


def on_small_disk(base: Path, small: Path, room: Path) -> tuple[int, list[str]]:
    from gainline.engine.core.errors import GainlineError
    from gainline.lake import room as rooms

    rooms.AMPLE = 0  # the word beforehand is tested elsewhere; here the disk really runs out
    try:
        shutil.copytree(base, small)
    except (OSError, shutil.Error):
        return 1, []  # not even what there was fits
    before, faults, refused = rows_of(small), [], 0
    for work in (lambda: imported(small, "second"), lambda: exported(small)):
        try:
            work()
        except (GainlineError, OSError):
            refused = 1
        except Exception as fault:
            faults.append(f"a defect: {type(fault).__name__}: {str(fault)[:100]}")
    seen = rows_of(small)
    faults += [] if seen in (before, before + ROWS) else ["half a file is seen"]
    faults += ["half a handover is seen"] if half_handed(small) else []
    shutil.copytree(small, room)  # moved to a larger disk
    imported(room, "second")
    faults += [] if rows_of(room) == before + ROWS else ["lost or doubled afterwards"]
    shutil.rmtree(room)
    return refused, faults


def imported(root: Path, name: str) -> None:
    from gainline.road.importing import import_files
    from gainline.road.workspace import Workspace

    path = home() / f"{name}.csv"
    start = {"first": 0, "second": 1_000_000}[name]
    rows = [f"{start + n},Oak School,Lumen,2025-09-{1 + n % 28:02d},{n % 60}" for n in range(ROWS)]
    path.write_text("\n".join(["student_id,school,tool,day,minutes", *rows]), encoding="utf-8")
    import_files(Workspace.open(root), [path], as_of=date(2025, 9, 29))


def exported(root: Path) -> None:
    """The file of a handover, which is kept whole or not at all."""
    from gainline.road.destroying import keep_file

    keep_file(root, "han_1", random.Random(SEED).randbytes(HANDED))


def half_handed(root: Path) -> bool:
    path = root / "handovers" / "han_1.zip"
    return path.is_file() and path.stat().st_size != HANDED


def rows_of(root: Path) -> int:
    from gainline.road.workspace import Workspace

    return next((one.rows for one in Workspace.open(root).lake.head().tables if one.name == "usage"), 0)


if __name__ == "__main__":
    main(sys.argv[1:])
