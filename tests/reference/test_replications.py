"""Published figures beside ours: every row whose data are at hand is within the last digit that was published."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from shared_data import shared

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
NOT_UNIQUE = {(13, "full matching, dollars")}  # equally near students can change places
OTHER_COPY = {(6, "own"), (6, "status x own")}  # the public copy of the data is not the book's to the last digit


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(BENCHMARKS)

    def load(name: str) -> ModuleType:
        return importlib.import_module(name)

    return load


def test_every_figure_whose_data_are_at_hand_is_within_its_tolerance(benchmark):
    rows, data = benchmark("replication_rows"), benchmark("replication_data")
    within = {}
    for row in rows.ROWS:
        try:
            found = row.figures()
        except data.NotAtHand:
            continue
        within |= {(row.number, figure.name): figure.within for figure in found}
    assert {key for key, is_within in within.items() if not is_within} <= NOT_UNIQUE | OTHER_COPY
    assert {number for number, _ in within} >= {9, 11, 14, 15, 19, 20, 21}


@pytest.mark.shared_data
def test_every_clearinghouse_finding_that_differs_has_a_reason(benchmark):
    shared("wwc_findings/findings_public.csv.gz")
    found = list(benchmark("replication_wwc").findings())
    rest = [finding for finding in found if finding.reason]
    assert len(rest) / len(found) <= 0.035
    assert {finding.reason for finding in rest} <= {"sign", "rounding", "small", "other"}


def test_the_table_is_printed_with_or_without_data(benchmark, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(benchmark("replication_data"), "SHARED", tmp_path)
    table = benchmark("replications")
    monkeypatch.setattr(table, "ROWS", tuple(row for row in table.ROWS if row.number in {1, 2, 9, 19}))
    table.main()
    said = capsys.readouterr().out
    assert "| 1 | data not at hand" in said
    assert "| 2 | data not at hand" in said
    assert "| 19 | nominal | 0.691 |" in said
    assert "6 of 6 figures are within" in said
