"""Room on the disk: when it is nearly full, nothing new is written; what is there can be read and taken away."""

from __future__ import annotations

import shutil
from pathlib import Path

from gainline.engine.core.errors import Conflict

FULL = 0.9  # share of the disk
AMPLE = 10 * 1024**3  # bytes: a tenth of a large disk is room enough
REMEDY = "make room on the disk that holds the records, or move them to a larger one; everything can still be read"


def is_nearly_full(folder: Path) -> bool:
    """Tell whether nine tenths of a folder's disk are taken and less than 10 GB of it are free; it need not exist."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    disk = shutil.disk_usage(there)
    return disk.free < AMPLE and disk.used >= FULL * (disk.used + disk.free)


def refuse_when_nearly_full(folder: Path) -> None:
    """Let pass as long as there is room.

    Raises
    ------
    Conflict
        LK026 when the disk is nearly full.
    """
    if is_nearly_full(folder):
        raise Conflict("LK026: the disk is nearly full, so nothing new is written", REMEDY)
