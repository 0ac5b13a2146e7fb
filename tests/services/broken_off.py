"""Imports and handovers on disks that run full, on a home of their own.

`broken_off.py full TIMES` works on disks of about a megabyte (a tmpfs: run it within `unshare -rm`) and prints what it
found as one line of JSON.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gainline.config.settings")
SEED = 20_260_602
ROWS, MEGABYTES, HANDED = 4_000, (0.4, 1.3), 500_000


def main(words: list[str]) -> None:
    done = {"full": filled}[words[0]](int(words[1]))
    print(json.dumps(done))


def home() -> Path:
    return Path(os.environ["GAINLINE_HOME"])


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
