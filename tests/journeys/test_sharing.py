"""What a district hands to others: explained tidy tables and Ed-Fi JSON, each entered in the ledger."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq

from terminal import gainline

ED_FI = ("--organization", "255901", "--delivery", "individual", "--name-space", "uri://district.example")
ON = ("--as-of", "2026-06-10")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_tables_hold_the_evidence_and_each_column_is_explained(evaluated: Path, tmp_path: Path):
    ran = gainline("share", "lumen-reading", tmp_path / "out", "--for", "public", "-w", evaluated, *ON)
    assert ran.code == 0, ran.err
    evidence = json.loads((evaluated / "evidence" / "lumen-reading.json").read_text())
    estimates = read(tmp_path / "out" / "estimates.csv")
    assert [float(row["effect"]) for row in estimates] == [row["effect"] for row in evidence["estimates"]]
    explained = {(row["table"], row["column"]) for row in read(tmp_path / "out" / "dictionary.csv")}
    for path in (tmp_path / "out").glob("*.csv"):
        if path.stem != "dictionary":
            assert {(path.stem, name) for name in read(path)[0]} <= explained
    assert "tidy tables for public" in (evaluated / "ledger.jsonl").read_text()


def test_parquet_holds_the_same_cells_with_the_meaning_of_each_column(evaluated: Path, tmp_path: Path):
    for shape in ("csv", "parquet"):
        ran = gainline(
            "share", "lumen-reading", tmp_path / shape, "--for", "staff", "--as", shape, "-w", evaluated, *ON
        )
        assert ran.code == 0, ran.err
    table = pq.read_table(tmp_path / "parquet" / "groups.parquet")
    texts = read(tmp_path / "csv" / "groups.csv")
    assert [None if row["effect"] == "" else float(row["effect"]) for row in texts] == table["effect"].to_pylist()
    assert all(field.metadata[b"description"] for field in table.schema)


def test_ed_fi_asks_for_what_no_plan_says_and_then_writes_the_study(evaluated: Path, tmp_path: Path):
    path = tmp_path / "study.json"
    words = (
        "share",
        "lumen-reading",
        path,
        "--for",
        "analyst",
        "--within",
        "Research",
        "--as",
        "ed-fi",
        "-w",
        evaluated,
        *ON,
    )
    asked = gainline(*words)
    assert asked.code == 2
    assert "--organization" in asked.err
    ran = gainline(*words, *ED_FI)
    if ran.code == 11:  # a tiny district's study need not meet the standards
        assert "RP010" in ran.err
        return
    assert ran.code == 0, ran.err
    assert set(json.loads(path.read_text())) == {
        "educationContents",
        "interventionPrescriptions",
        "interventionStudies",
    }
