"""Choosing: which query engine a reading uses, by what the environment says."""

from __future__ import annotations

import os
from pathlib import Path

from gainline.engine.core.errors import UserFixable
from gainline.lake.engine import Engine, Power, load
from gainline.lake.spark import CONNECT, MASTER, SparkEngine

VARIABLE = "GAINLINE_ENGINE"
EMBEDDED = "duckdb"


def open_engine(spill: Path, power: Power) -> Engine:
    """The engine that ``GAINLINE_ENGINE`` names: DuckDB in this process by default, else Spark at an address.

    Raises
    ------
    UserFixable
        When it names neither (LK012), Spark does not answer (LK010), or the parts that speak with it are not installed
        (LK011).
    """
    named = _named()
    if named == EMBEDDED:
        return Engine(spill, power)
    if named.startswith((CONNECT, MASTER)):
        return SparkEngine(named)
    raise UserFixable(
        f"LK012: {VARIABLE} names no engine that is known",
        f"leave it unset for {EMBEDDED}, or give {CONNECT}host:port (Spark Connect) or {MASTER}host:port",
    )


def load_engine() -> None:
    """Load the engine in this process before the first reading asks for it; one at an address has nothing to load."""
    if _named() == EMBEDDED:
        load()


def _named() -> str:
    return os.environ.get(VARIABLE, "").strip() or EMBEDDED
