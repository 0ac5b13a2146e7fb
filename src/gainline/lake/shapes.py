"""Shapes at rest: a canonical table's columns plus the two that only the lake knows."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from gainline.engine.core.errors import Missing
from gainline.engine.records import TABLES, arrow_schema
from gainline.lake.delta import BUCKET, BUCKETS

ARRIVAL = "arrival"
"""Order of import, kept for tables with a key; it decides which of two rows with the same key is the current one."""

_ARRIVAL_BITS = 40  # rows within one publish; the bits above count the publishes


def stored_schema(name: str) -> pa.Schema:
    """The Arrow schema of a canonical table as it lies in the lake.

    Raises
    ------
    Missing
        When no canonical table has this name.
    """
    if name not in TABLES:
        raise Missing(f"no canonical table is called {name}", f"use one of: {', '.join(TABLES)}")
    schema = arrow_schema(name)
    if TABLES[name].key:
        schema = schema.append(pa.field(ARRIVAL, pa.int64(), nullable=False))
    if TABLES[name].about_people:
        schema = schema.append(pa.field(BUCKET, pa.int32(), nullable=False))
    return schema


def to_stored(name: str, rows: pa.Table, *, ordinal: int, before: int) -> pa.Table:
    """Canonical rows with the lake's own columns.

    Parameters
    ----------
    ordinal, before
        Which publish this will be, and how many rows of the table came before in it.

    Raises
    ------
    ValueError
        When the rows do not have the canonical columns, or a required one holds an empty value.
    """
    schema = stored_schema(name)
    canonical = arrow_schema(name)
    rows = rows.select(canonical.names).cast(pa.schema([field.with_nullable(True) for field in canonical]))
    empty = [field.name for field in canonical if not field.nullable and rows[field.name].null_count]
    if empty:
        raise ValueError(f"{name}: required columns hold empty values: {', '.join(empty)}")
    columns = [*rows.columns]
    if ARRIVAL in schema.names:
        first = (ordinal << _ARRIVAL_BITS) + before
        columns.append(pa.array(range(first, first + rows.num_rows), pa.int64()))
    if BUCKET in schema.names:
        # A person key is a keyed hash already, so its low bits are as good as another hash of it.
        columns.append(pc.bit_wise_and(rows["person_key"], BUCKETS - 1).cast(pa.int32()))
    return pa.Table.from_arrays(columns, schema=schema)
