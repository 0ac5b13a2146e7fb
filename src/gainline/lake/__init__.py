"""The lake: facts at rest in Delta tables, published as snapshots, read through Ibis."""

from gainline.lake.engine import Power
from gainline.lake.erasing import Erased, Eraser
from gainline.lake.guarding import Ban
from gainline.lake.lake import Lake
from gainline.lake.reading import Reading
from gainline.lake.room import is_nearly_full
from gainline.lake.snapshots import Snapshot, TableVersion, Tombstone
from gainline.lake.whom import Whom
from gainline.lake.writing import Writer

__all__ = [
    "Ban",
    "Erased",
    "Eraser",
    "Lake",
    "Power",
    "Reading",
    "Snapshot",
    "TableVersion",
    "Tombstone",
    "Whom",
    "Writer",
    "is_nearly_full",
]
