"""The query engine: the one module of the lake that knows Ibis and DuckDB."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis
import pyarrow as pa

_ROW_NUMBER = "row_number_"


@dataclass(frozen=True, slots=True)
class Power:
    """How much of the machine a reading may use."""

    threads: int = 2
    memory: str = "3GB"


class Engine:
    """DuckDB in memory over lists of files; it owns no database file, so any number of processes may read."""

    def __init__(self, spill: Path, power: Power) -> None:
        self._connection = ibis.duckdb.connect(
            threads=power.threads,
            memory_limit=power.memory,
            temp_directory=str(spill),
            preserve_insertion_order=False,  # our results are ordered where order matters; keeping it costs memory
        )

    def over_files(self, name: str, paths: Sequence[str], schema: pa.Schema) -> ibis.Table:
        """The rows of exactly these Parquet files, in the schema's columns; one that a file lacks is null."""
        table = self._connection.read_parquet(list(paths), table_name=name, hive_partitioning=False, union_by_name=True)
        kinds = ibis.Schema.from_pyarrow(schema)
        added = {name: ibis.null(kinds[name](nullable=True)) for name in schema.names if name not in table.columns}
        return table.mutate(**added) if added else table

    def without_rows(self, name: str, schema: pa.Schema) -> ibis.Table:
        """A table of this shape without rows."""
        nullable = pa.schema([field.with_nullable(True) for field in schema])  # as Parquet files are read
        return self._connection.create_table(name, schema=ibis.Schema.from_pyarrow(nullable), temp=True)

    def latest_per_key(self, table: ibis.Table, key: Sequence[str], arrival: str) -> ibis.Table:
        """Of the rows that share a key (nulls equal), the one that arrived last."""
        window = ibis.window(group_by=list(key), order_by=table[arrival].desc())
        numbered = table.mutate(**{_ROW_NUMBER: ibis.row_number().over(window)})
        return numbered.filter(numbered[_ROW_NUMBER] == 0).drop(_ROW_NUMBER)

    def people_in(self, table: ibis.Table, where: Mapping[str, Collection[str]]) -> set[int]:
        """Whoever has a row that holds one of these values in each column that the table has."""
        for column, values in where.items():
            if column in table.columns:
                table = table.filter(table[column].isin(sorted(values)))
        return set(self.arrow(table.select("person_key").distinct())["person_key"].to_pylist()) - {None}

    def without_people(
        self, table: ibis.Table, keys: Iterable[int], where: Mapping[str, Collection[str]]
    ) -> ibis.Table:
        """The table without these people's rows, as far as the rows hold one of these values in each such column."""
        named = ibis.memtable(pa.table({"barred_key_": pa.array(sorted(keys), pa.int64())}))
        joined = table.left_join(named, table.person_key == named.barred_key_)
        inside = joined.barred_key_.notnull()
        for column, values in where.items():
            if column in table.columns:
                inside &= joined[column].isin(sorted(values)).fill_null(False)
        return joined.filter(~inside).select(table.columns)

    def arrow(self, expression: ibis.Expr) -> pa.Table:
        """Run the expression."""
        return expression.to_pyarrow() if isinstance(expression, ibis.Table) else expression.as_table().to_pyarrow()

    def close(self) -> None:
        """Let go of memory and spilled files."""
        self._connection.disconnect()


def load() -> None:
    """Load everything that a first query needs, so that nobody waits for it."""
    connection = ibis.duckdb.connect()
    connection.sql("select 1 as one").to_pyarrow()
    connection.disconnect()
