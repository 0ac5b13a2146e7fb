"""Which engine a reading uses is said by the environment, and said plainly where it cannot be had."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from gainline.engine.core.errors import UserFixable
from gainline.lake import Power
from gainline.lake import spark as spark_module
from gainline.lake.choosing import VARIABLE, open_engine
from gainline.lake.engine import Engine


@pytest.mark.parametrize("named", ["", "duckdb", " duckdb "])
def test_duckdb_is_the_engine_unless_told_otherwise(named: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv(VARIABLE, named)
    engine = open_engine(tmp_path, Power())
    assert type(engine) is Engine
    engine.close()


@pytest.mark.parametrize("named", ["spark", "http://host:1", "DuckDB"])
def test_an_engine_that_nobody_knows_is_refused(named: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv(VARIABLE, named)
    with pytest.raises(UserFixable, match="LK012") as refused:
        open_engine(tmp_path, Power())
    assert named not in str(refused.value)


def test_spark_without_its_client_says_what_to_install(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv(VARIABLE, "sc://127.0.0.1:15002")
    monkeypatch.setitem(sys.modules, "ibis.backends.pyspark", None)
    with pytest.raises(UserFixable, match="LK011") as refused:
        open_engine(tmp_path, Power())
    assert "gainline[spark]" in refused.value.remedy


def test_a_cluster_that_does_not_answer_is_said_at_once(tmp_path: Path, monkeypatch) -> None:
    class Builder:
        def remote(self, address: str) -> Builder:
            return self

    stub = SimpleNamespace(SparkSession=SimpleNamespace(builder=Builder()))
    monkeypatch.setattr(spark_module, "_pyspark", lambda: stub)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]  # bound and not listening: nobody answers
        monkeypatch.setenv(VARIABLE, f"sc://127.0.0.1:{port}/;token=secret")
        with pytest.raises(UserFixable, match="LK010") as refused:
            open_engine(tmp_path, Power())
    assert "secret" not in str(refused.value)
