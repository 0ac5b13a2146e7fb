"""Which engine a reading uses is said by the environment, and said plainly where it cannot be had."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from gainline.engine.core.errors import UserFixable
from gainline.lake import Lake, Power
from gainline.lake import spark as spark_module
from gainline.lake.choosing import VARIABLE, open_engine
from gainline.lake.engine import Engine
from gainline.road.workspace import Workspace


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


@pytest.mark.parametrize("address", ["s3://bucket/lake", "gs://bucket/lake", "abfss://box@store.example/lake"])
def test_a_workspace_at_an_address_of_an_object_store_is_refused_and_makes_no_folder(
    address: str, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for make in (Lake.create, Lake.open, Workspace.create, Workspace.open):
        with pytest.raises(UserFixable, match="LK013"):
            make(Path(address))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_whose_name_only_looks_like_a_store_is_a_folder(tmp_path: Path) -> None:
    Lake.create(tmp_path / "s3" / "lake")
    assert Lake.open(tmp_path / "s3" / "lake").head().tables == ()
