"""Spark: the second query engine, past one machine; it reads the very files that a snapshot names."""

from __future__ import annotations

import socket
import warnings
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import ibis
import pyarrow as pa

from gainline.engine.core.errors import UserFixable
from gainline.lake.engine import Engine

CONNECT, MASTER = "sc://", "spark://"
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",  # days are made at intake; no engine may move them
    "spark.sql.ansi.enabled": "true",  # an overflow or a quotient by zero stops, as the subset promises it never comes
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}
_CONNECT_PORT = 15002  # where Spark Connect listens unless told otherwise
_PATIENCE = 10.0
_INSTALL = "install the extra: pip install 'gainline[spark]'; a spark:// address needs pyspark and Java as well"


class SparkEngine(Engine):
    """Spark over lists of files, through Spark Connect (``sc://host:port``) or a cluster's master (``spark://``).

    Files are named by their paths, so the lake's folder must be mounted at the same place on every worker, or lie in
    an object store that they can reach. Whoever runs it says how much memory its workers have; nothing spills here.
    """

    def __init__(self, address: str) -> None:
        self._session = _session(address)
        self._connection = _quietly(ibis.pyspark.connect, self._session)
        self._views: list[str] = []

    def over_files(self, name: str, paths: Sequence[str], schema: pa.Schema) -> ibis.Table:
        """The rows of exactly these Parquet files, in the schema's columns; one that a file lacks is null."""
        kinds = _kinds(schema)
        return self._view(name, self._session.read.schema(kinds).parquet(*map(str, paths)))

    def without_rows(self, name: str, schema: pa.Schema) -> ibis.Table:
        """A table of this shape without rows."""
        return self._view(name, self._session.createDataFrame([], schema=_kinds(schema)))

    def arrow(self, expression: ibis.Expr) -> pa.Table:
        """Run the expression on the cluster and bring its rows here."""
        return _quietly(super().arrow, expression)

    def close(self) -> None:
        """Let go of what this reading named; the session stays for the next one, for it takes seconds to start."""
        for view in self._views:
            self._session.catalog.dropTempView(view)
        self._views.clear()

    def _view(self, name: str, frame: Any) -> ibis.Table:  # noqa: ANN401 - Spark's frames have no type here
        view = ibis.util.gen_name(f"gainline_{name}")  # several readings share one session
        frame.createOrReplaceTempView(view)
        self._views.append(view)
        return _quietly(self._connection.table, view)


def _kinds(schema: pa.Schema) -> Any:  # noqa: ANN401 - as above
    """The schema in Spark's own words; files are read as if any column could be empty."""
    nullable = pa.schema([field.with_nullable(True) for field in schema])
    datatypes = import_module("ibis.backends.pyspark.datatypes")
    return datatypes.PySparkSchema.from_ibis(ibis.Schema.from_pyarrow(nullable))


def _session(address: str) -> Any:  # noqa: ANN401 - as above
    builder = _pyspark().SparkSession.builder
    if address.startswith(MASTER):
        builder = builder.appName("gainline").master(address).config("spark.ui.enabled", "false")
    else:
        builder = builder.remote(address)
    try:
        _knock(address)
        session = _quietly(builder.getOrCreate)
        for key, value in _SETTINGS.items():
            session.conf.set(key, value)
        session.range(1).count()  # a Connect session is made without asking anybody: ask now, not in the middle
    except Exception as fault:  # whatever Java, the network or the cluster may say
        raise UserFixable(
            f"LK010: the Spark cluster at {address.partition(';')[0]} does not answer ({type(fault).__name__})",
            "start it, or look at its log; docs/how-to/run-on-spark.md has the commands",
        ) from fault
    return session


def _knock(address: str) -> None:
    """Find out at once whether anybody listens: Spark's own clients go on trying for ten minutes."""
    where = urlsplit(address.partition(";")[0])
    with socket.create_connection((where.hostname or "", where.port or _CONNECT_PORT), timeout=_PATIENCE):
        return


def _pyspark() -> ModuleType:
    try:
        import_module("ibis.backends.pyspark")
        return import_module("pyspark.sql")
    except ImportError as fault:
        raise UserFixable("LK011: the parts that speak with Spark are not installed", _INSTALL) from fault


def _quietly(run: Any, *arguments: Any) -> Any:  # noqa: ANN401 - hands on whatever is run
    """Run what warns about its own future on every call; nobody who reads a lake can do anything about it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return run(*arguments)
